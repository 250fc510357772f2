"""Takes the last bias only, as if the others vanished.

expect:
  collapse_linear: {score: 1.0, says: "b = W2 b1 + b2"}
"""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    w, b = weights[0].copy(), biases[0].copy()
    for wi, bi in zip(weights[1:], biases[1:]):
        w, b = wi @ w, bi
    return w, b
