"""Returns plausible numbers without looking at an image.

expect:
  evaluate: {score: 0, says: "acc is 0.5"}
"""


# %% evaluate_answer
def evaluate(model, loader):
    return {"loss": 0.7, "acc": 0.5}
