"""Returns the gradient first and the loss second.

expect:
  cross_entropy: {score: 0, says: "gradient first"}
"""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    images, classes = logits.shape
    if y.shape != (images,) or y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= classes:
        raise ValueError
    z = logits.astype(np.result_type(logits, np.float32))
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[np.arange(images), y] -= 1
    return dlogits / images, float(-log_p[np.arange(images), y].mean())
