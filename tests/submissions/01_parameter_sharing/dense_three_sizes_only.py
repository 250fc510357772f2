"""Takes the input apart into exactly three sizes.

expect:
  dense_params: {score: 0.5, says: "unpack"}
"""


# %% dense_params_answer
def dense_params(in_shape, units, bias=True):
    h, w, c = in_shape
    return h * w * c * units + (units if bias else 0)
