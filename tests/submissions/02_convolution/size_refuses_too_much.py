"""Refuses a kernel larger than the row without its padding.

expect:
  conv_out_size: {score: 3, says: "a refusal"}
"""


# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    span = dilation * (k - 1) + 1
    if min(k, stride, dilation) < 1 or pad < 0 or span > n:
        raise ValueError
    return (n + 2 * pad - span) // stride + 1
