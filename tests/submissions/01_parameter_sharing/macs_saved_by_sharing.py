"""Thinks that sharing saves multiplications.

expect:
  conv_macs: {score: 0.0, says: "Sharing cuts weights, not multiplications"}
"""


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    return k * k * c_in * c_out
