"""Counts the padding once.

expect:
  locally_connected_params: {score: 1.75, says: "both sides"}
"""


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    rows = (h + pad - k) // stride + 1
    columns = (w + pad - k) // stride + 1
    return rows * columns * c_out * (k * k * c_in + 1)
