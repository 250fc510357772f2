"""Applies the stride to one axis.

expect:
  conv_macs: {score: 1.5, says: "across and down"}
"""


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    rows = (h + 2 * pad - k) // stride + 1
    columns = w + 2 * pad - k + 1
    return rows * columns * c_out * k * k * c_in
