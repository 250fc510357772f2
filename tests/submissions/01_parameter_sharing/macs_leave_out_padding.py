"""Counts only the pixels of the image under the kernel, not the zeros.

expect:
  conv_macs: {score: 1.75, says: "zeros of the padding are multiplied"}
"""


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    n = 0
    for i in range(-pad, h + pad - k + 1, stride):
        for j in range(-pad, w + pad - k + 1, stride):
            n += sum(0 <= i + a < h and 0 <= j + b < w for a in range(k) for b in range(k))
    return n * c_in * c_out
