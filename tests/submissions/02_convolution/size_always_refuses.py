"""Raises ValueError for everything.

expect:
  conv_out_size: {score: 0, says: "expected"}
"""


# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    raise ValueError("no")
