"""Divides with / and keeps the fraction.

expect:
  conv_out_size: {score: 2.5, says: "fraction"}
"""


# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    span = dilation * (k - 1) + 1
    if min(k, stride, dilation) < 1 or pad < 0 or span > n + 2 * pad:
        raise ValueError
    return (n + 2 * pad - span) / stride + 1
