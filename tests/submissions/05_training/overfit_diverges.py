"""Takes steps that are far too large.

expect:
  overfit16: {score: 0, says: "smaller learning rate"}
"""


# %% overfit16_answer
def overfit(model, images, labels):
    opt = torch.optim.SGD(model.parameters(), lr=10.0)
    return [train_one_epoch(model, [(images, labels)], opt) for _ in range(40)]
