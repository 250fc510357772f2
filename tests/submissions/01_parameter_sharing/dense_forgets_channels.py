"""Flattens height and width and forgets the channels.

expect:
  dense_params: {score: 0.5, says: "left out a part of the input"}
"""


# %% dense_params_answer
def dense_params(in_shape, units, bias=True):
    weights = units
    for size in in_shape[:-1]:
        weights *= size
    return weights + units * bias
