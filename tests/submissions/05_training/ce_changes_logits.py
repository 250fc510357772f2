"""Subtracts the largest logit in place, from the array of the caller.

expect:
  cross_entropy: {score: 3.75, says: "works on the array of the caller"}
"""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    y = np.asarray(y)
    images, classes = logits.shape
    if y.shape != (images,) or y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= classes:
        raise ValueError("labels")
    rows = np.arange(images)
    logits -= logits.max(axis=1, keepdims=True)
    z = logits.astype(np.result_type(logits, np.float32))
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    p[rows, y] -= 1
    return float(-log_p[rows, y].mean()), p / images
