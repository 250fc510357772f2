"""Counts the additions between the products.

expect:
  conv_macs: {score: 1, says: "nine multiply-adds"}
"""


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    r = (h + 2 * pad - k) // stride + 1; c = (w + 2 * pad - k) // stride + 1
    return r * c * c_out * (k * k * c_in - 1)
