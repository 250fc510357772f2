"""Trains a copy: the network that was given stays as it was.

expect:
  overfit16: {score: 0, says: "and not of a copy"}
"""


# %% overfit16_answer
import copy


def overfit(model, images, labels):
    trained = copy.deepcopy(model)
    opt = torch.optim.Adam(trained.parameters(), lr=5e-3)
    return [train_one_epoch(trained, [(images, labels)], opt) for _ in range(60)]
