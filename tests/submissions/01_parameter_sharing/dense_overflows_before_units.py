"""Multiplies the sizes in 32-bit integers; only the units in Python's ints.

expect:
  dense_params: {score: 1.5, says: "32 bits"}
"""


# %% dense_params_answer
import numpy as np
def dense_params(in_shape, units, bias=True):
    n = np.prod(np.array(in_shape, dtype=np.int32), dtype=np.int32)
    return int(n) * units + (units if bias else 0)
