"""Multiplies in 32-bit floating point, which rounds a large count.

expect:
  dense_params: {score: 1.5, says: "rounds so large"}
"""


# %% dense_params_answer
import numpy as np
def dense_params(in_shape, units, bias=True):
    return int(np.float32(np.prod(in_shape)) * np.float32(units)) + (units if bias else 0)
