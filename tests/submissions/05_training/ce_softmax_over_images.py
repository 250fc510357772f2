"""Takes the softmax over the images (axis 0) instead of over the classes.

expect:
  cross_entropy: {score: 0.5, says: "softmax adds up to 1 in each row"}
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
    z = z - z.max(axis=0, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=0, keepdims=True))
    p = np.exp(log_p)
    p[rows, y] -= 1
    return float(-log_p[rows, y].mean()), p / images
