"""Uses the number of rows for the columns.

expect:
  locally_connected_params: {score: 1.5, says: "need not be square"}
"""


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    rows = (h + 2 * pad - k) // stride + 1
    return rows * rows * c_out * (k * k * c_in + 1)
