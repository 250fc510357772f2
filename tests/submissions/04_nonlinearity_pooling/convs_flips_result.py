"""Reads the kernel off a bright pixel and forgets to turn it.

expect:
  collapse_convs: {score: 2.0, says: "No layer flips its kernel"}
"""


# %% collapse_convs_answer
def collapse_convs(w1, w2):
    C, kh, kw = w1.shape[1], w1.shape[2] + w2.shape[2] - 1, w1.shape[3] + w2.shape[3] - 1
    pixel = np.zeros((C, C, 2 * kh - 1, 2 * kw - 1))
    for c in range(C):
        pixel[c, c, kh - 1, kw - 1] = 1
    return lesson.conv2d(lesson.conv2d(pixel, w1), w2).transpose(1, 0, 2, 3)
