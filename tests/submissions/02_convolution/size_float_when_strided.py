"""A float where there is a stride.

expect:
  conv_out_size: {score: 3.5, says: "should be an int"}
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
    got = ref_size(n, k, stride, pad, dilation)
    return got if stride == 1 else float(got)
