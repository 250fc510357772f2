"""Takes the maximum over axis 1.

expect:
  pool2d: {score: 0.0, says: "Every channel is pooled by itself"}
"""


# %% pool2d_answer
def pool2d(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    return x.max(axis=1) if mode == "max" else x.mean(axis=1)
