"""Ignores the strides.

expect:
  downsampling: {score: 1.0, says: "stride makes the output smaller"}
"""


# %% downsampling_answer
def survives(size, contrast, strides, mode):
    total = 1
    for s in strides:
        total *= s
    covered = min(1, size / total)
    if mode == "avg":
        return contrast * covered**2
    return contrast if contrast > 0 or covered == 1 else 0.0


def activation_bytes(shape, layers):
    channels, height, width = shape
    total = 0
    for channels, stride in layers:
        pass
        total += channels * height * width * 4
    return total
