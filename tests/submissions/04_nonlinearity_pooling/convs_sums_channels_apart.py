"""Sums each kernel over the middle channels before it multiplies.

expect:
  collapse_convs: {score: 2.0, says: "Add the products"}
"""


# %% collapse_convs_answer
def collapse_convs(w1, w2):
    w1, w2 = w1.sum(0, keepdims=True), w2.sum(1, keepdims=True)
    kh1, kw1 = w1.shape[2:]
    kh2, kw2 = w2.shape[2:]
    w = np.zeros((w2.shape[0], w1.shape[1], kh1 + kh2 - 1, kw1 + kw2 - 1))
    for i in range(kh2):
        for j in range(kw2):
            w[:, :, i : i + kh1, j : j + kw1] += np.einsum("fm,mchw->fchw", w2[:, :, i, j], w1)
    return w
