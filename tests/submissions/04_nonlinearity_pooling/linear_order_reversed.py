"""Multiplies the matrices in the wrong order.

expect:
  collapse_linear: {score: 1.0, says: "last layer stands on the left"}
"""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    w, b = weights[0].copy(), biases[0].copy()
    for wi, bi in zip(weights[1:], biases[1:]):
        w, b = w @ wi, wi @ b + bi
    return w, b
