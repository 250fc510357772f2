"""Applies softmax to probabilities once more before the cross-entropy.

expect:
  cross_entropy: {score: 0.5, says: "give it raw logits"}
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
    for _ in range(2):
        z = np.exp(z - z.max(1, keepdims=True))
        z = z / z.sum(1, keepdims=True)
    loss = -np.log(z[rows, y]).mean()
    z[rows, y] -= 1
    return loss, z / images
