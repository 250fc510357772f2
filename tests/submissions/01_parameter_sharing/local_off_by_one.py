"""Forgets the last position.

expect:
  locally_connected_params: {score: 0.5, says: "last start that fits counts"}
"""


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    rows = (h + 2 * pad - k) // stride
    columns = (w + 2 * pad - k) // stride
    return rows * columns * c_out * (k * k * c_in + 1)
