"""int() of a negative fraction: a kernel that does not fit gets a place.

expect:
  conv_out_size: {score: 3.5, says: "should be refused"}
"""


# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    if k < 1 or stride < 1 or dilation < 1 or pad < 0: raise ValueError
    rest = n + 2 * pad - dilation * (k - 1) - 1
    size = int(rest / stride) + 1
    if size < 1: raise ValueError
    return size
