"""Counts no biases in a dense layer.

expect:
  dense_params: {score: 1.5, says: "one bias per unit"}
"""


# %% dense_params_answer
def dense_params(in_shape, units, bias=True):
    return int(np.prod(in_shape)) * units
