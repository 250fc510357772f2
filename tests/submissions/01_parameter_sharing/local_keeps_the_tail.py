"""Rounds the number of positions up.

expect:
  locally_connected_params: {score: 1.75, says: "count those where it fits"}
"""


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    rows = -(-(h + 2 * pad - k) // stride) + 1
    columns = -(-(w + 2 * pad - k) // stride) + 1
    return rows * columns * c_out * (k * k * c_in + 1)
