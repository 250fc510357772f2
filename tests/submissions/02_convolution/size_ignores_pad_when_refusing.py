"""Refuses kernels that fit only because of the padding.

expect:
  conv_out_size: {score: 3, says: "expected"}
"""


# %% conv_out_size_answer
def ref_size(n, k, stride=1, pad=0, dilation=1):
    if k < 1 or stride < 1 or dilation < 1 or pad < 0:
        raise ValueError("k")
    span = dilation * (k - 1) + 1
    if span > n + 2 * pad:
        raise ValueError("fit")
    return (n + 2 * pad - span) // stride + 1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    if k > n: raise ValueError
    return ref_size(n, k, stride, pad, dilation)
