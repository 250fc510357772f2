"""Adds the biases up as they are.

expect:
  collapse_linear: {score: 1.0, says: "b = W2 b1 + b2"}
"""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    w = weights[0]
    for wi in weights[1:]:
        w = wi @ w
    return w, sum(biases)
