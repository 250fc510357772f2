"""Puts the first layer on the left in everything.

expect:
  collapse_linear: {score: 0.0, says: "last layer stands on the left"}
"""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    w, b = weights[-1].copy(), biases[-1].copy()
    for wi, bi in zip(weights[-2::-1], biases[-2::-1]):
        w, b = wi @ w, wi @ b + bi
    return w, b
