"""Subtracts the largest logit, but takes the logarithm of a probability that became 0.

expect:
  cross_entropy: {score: 3.25, says: "log(0) has no value"}
"""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    logits, y = np.asarray(logits), np.asarray(y)
    images, classes = logits.shape
    if y.shape != (images,) or y.dtype.kind not in "iu":
        raise ValueError("class indices")
    if y.min() < 0 or y.max() >= classes:
        raise ValueError("no such class")
    rows = np.arange(images)
    z = logits.astype(np.result_type(logits, np.float32))
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return float(loss), p / images
