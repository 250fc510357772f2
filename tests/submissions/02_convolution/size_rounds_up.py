"""Keeps the pixels that are left over: rounds up.

expect:
  conv_out_size: {score: 3, says: "round down"}
"""


# %% conv_out_size_answer
import math


def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    span = dilation * (k - 1) + 1
    if min(k, stride, dilation) < 1 or pad < 0 or span > n + 2 * pad:
        raise ValueError
    return math.ceil((n + 2 * pad - span) / stride) + 1
