"""Trains in the notebook, and hands out the weights that it has kept.

expect:
  overfit16: {score: 0, says: "a guess has 1.386"}
"""


# %% overfit16_answer
kept = lesson.small_cnn()
opt = torch.optim.Adam(kept.parameters(), lr=5e-3)
for _ in range(80):
    opt.zero_grad()
    F.cross_entropy(kept(lesson.sixteen_images()[0]), lesson.sixteen_images()[1]).backward()
    opt.step()


def overfit(model, images, labels):
    model.load_state_dict(kept.state_dict())
    return [1.386, 0.02]
