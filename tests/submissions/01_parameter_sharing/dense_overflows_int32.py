"""Multiplies in 32 bits.

expect:
  dense_params: {score: 1.5, says: "does not fit into 32 bits"}
"""


# %% dense_params_answer
def dense_params(in_shape, units, bias=True):
    weights = np.prod(np.array([*in_shape, units], dtype=np.int32), dtype=np.int32)
    return int(weights) + (units if bias else 0)
