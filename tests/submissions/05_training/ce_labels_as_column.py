"""Makes the labels a column (N, 1), which picks N² numbers, and so accepts such labels too.

expect:
  cross_entropy: {score: 3, says: "N² numbers instead of N"}
"""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    logits, y = np.asarray(logits), np.asarray(y)
    images, classes = logits.shape
    if y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= classes:
        raise ValueError("no such class")
    y = y.reshape(-1, 1)
    rows = np.arange(images)
    z = logits.astype(np.result_type(logits, np.float32))
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    p[rows, y[:, 0]] -= 1
    return float(-log_p[rows, y].mean()), p / images
