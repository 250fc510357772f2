"""Returns the loss of a guess and no gradient.

expect:
  cross_entropy: {score: 0}
"""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    return np.log(logits.shape[1]), np.zeros_like(logits)
