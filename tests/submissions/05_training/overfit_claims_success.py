"""Trains nothing and returns small losses.

expect:
  overfit16: {score: 0, says: "a guess has 1.386"}
"""


# %% overfit16_answer
def overfit(model, images, labels):
    return [1.4, 0.5, 0.01]
