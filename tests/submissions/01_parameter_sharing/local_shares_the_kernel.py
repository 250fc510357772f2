"""Counts one kernel for all positions.

expect:
  locally_connected_params: {score: 0.0, says: "Locality alone still needs one kernel per position"}
"""


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    return c_out * (k * k * c_in + 1)
