"""Refuses everything.

expect:
  pool2d: {score: 0.0, says: "stopped with ValueError"}
"""


# %% pool2d_answer
def pool2d(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    raise ValueError("no")
