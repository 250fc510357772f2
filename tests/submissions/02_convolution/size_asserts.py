"""Refuses with an AssertionError.

expect:
  conv_out_size: {score: 3, says: "it stopped with AssertionError"}
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
    assert k >= 1 and stride >= 1 and dilation >= 1 and pad >= 0 and dilation * (k - 1) + 1 <= n + 2 * pad
    return ref_size(n, k, stride, pad, dilation)
