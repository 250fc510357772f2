"""Forgets that every output sums over the input channels.

expect:
  conv_macs: {score: 0.5, says: "every input channel"}
"""


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    rows = (h + 2 * pad - k) // stride + 1
    columns = (w + 2 * pad - k) // stride + 1
    return rows * columns * c_out * k * k
