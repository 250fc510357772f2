"""Subtracts the largest logit of the whole batch from all rows.

expect:
  cross_entropy: {score: 3.25, says: "its own largest logit"}
"""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    logits, y = np.asarray(logits), np.asarray(y)
    images, classes = logits.shape
    if y.shape != (images,) or y.dtype.kind not in "iu":
        raise ValueError
    if y.min() < 0 or y.max() >= classes:
        raise ValueError
    z = logits.astype(np.result_type(logits, np.float32))
    z = z - z.max()
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    rows = np.arange(images)
    dlogits = np.exp(log_p)
    dlogits[rows, y] -= 1
    return float(-log_p[rows, y].mean()), dlogits / images
