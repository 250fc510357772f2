"""Takes the layers out of the lists that it was given.

expect:
  collapse_linear: {score: 2.0, says: "changes its argument"}
"""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    w, b = weights.pop(0), biases.pop(0)
    while weights:
        a = weights.pop(0)
        w, b = a @ w, a @ b + biases.pop(0)
    return w, b
