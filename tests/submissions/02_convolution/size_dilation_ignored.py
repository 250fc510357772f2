"""Never reads dilation.

expect:
  conv_out_size: {score: 2.5, says: "does not depend on dilation"}
"""


# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    if min(k, stride, dilation) < 1 or pad < 0 or k > n + 2 * pad:
        raise ValueError
    return (n + 2 * pad - k) // stride + 1
