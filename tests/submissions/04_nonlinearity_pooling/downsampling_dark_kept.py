"""Lets max pooling keep a dark object.

expect:
  downsampling: {score: 1.6, says: "a dark object is erased"}
"""


# %% downsampling_answer
def survives(size, contrast, strides, mode):
    total = 1
    for s in strides:
        total *= s
    covered = min(1, size / total)
    return contrast * covered**2 if mode == "avg" else contrast


def activation_bytes(shape, layers):
    channels, height, width = shape
    total = 0
    for channels, stride in layers:
        height, width = height // stride, width // stride
        total += channels * height * width * 4
    return total
