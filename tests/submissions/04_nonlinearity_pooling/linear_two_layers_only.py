"""Looks at the first two layers whatever is given.

expect:
  collapse_linear: {score: 2.0, says: "not enough values"}
"""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    (w1, w2), (b1, b2) = weights[:2], biases[:2]
    return w2 @ w1, w2 @ b1 + b2
