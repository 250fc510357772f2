"""Thinks that a dilated kernel spans dilation * k.

expect:
  conv_out_size: {score: 3, says: "not dilation * k"}
"""


# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    span = dilation * k if dilation > 1 else k
    if min(k, stride, dilation) < 1 or pad < 0 or span > n + 2 * pad:
        raise ValueError
    return (n + 2 * pad - span) // stride + 1
