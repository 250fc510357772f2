"""Counts the input image too.

expect:
  downsampling: {score: 1.0, says: "input image does not count"}
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
    total = 4 * channels * height * width
    for channels, stride in layers:
        height, width = height // stride, width // stride
        total += channels * height * width * 4
    return total
