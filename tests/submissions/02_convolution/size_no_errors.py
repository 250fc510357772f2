"""Never refuses anything.

expect:
  conv_out_size: {score: 3, says: "should be refused"}
"""


# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    span = dilation * (k - 1) + 1
    if min(k, stride, dilation) < 1 or pad < 0 or span > n + 2 * pad:
        pass
    return (n + 2 * pad - span) // stride + 1
