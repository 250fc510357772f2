"""Never reads stride and pad.

expect:
  conv_macs: {score: 1.5, says: "stride does not change"}
"""


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    return (h - k + 1) * (w - k + 1) * c_out * k * k * c_in
