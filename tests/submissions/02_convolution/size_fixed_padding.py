"""Ignores pad and takes (k - 1) // 2.

expect:
  conv_out_size: {score: 0, says: "(k - 1) // 2"}
"""


# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    span = dilation * (k - 1) + 1
    if min(k, stride, dilation) < 1 or pad < 0 or span > n + 2 * pad:
        raise ValueError
    pad = (k - 1) // 2
    return (n + 2 * pad - span) // stride + 1
