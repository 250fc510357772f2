"""Returns the probabilities as the gradient: forgets to subtract the one-hot label.

expect:
  cross_entropy: {score: 3, says: "Subtract the one-hot label"}
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
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-log_p[rows, y].mean()), np.exp(log_p) / images
