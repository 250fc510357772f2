"""Adds to the list's own biases in place.

expect:
  collapse_linear: {score: 2.0, says: "changes its argument"}
"""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    w = np.eye(weights[0].shape[1])
    b = np.zeros(weights[0].shape[1])
    for wi, bi in zip(weights, biases):
        w = wi @ w
        bi += wi @ b
        b = bi
    return w, b
