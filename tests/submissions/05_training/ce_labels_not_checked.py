"""Takes whatever it is given as labels.

expect:
  cross_entropy: {score: 3.5, says: "counts from the end"}
"""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    images = len(logits)
    rows = np.arange(images)
    z = logits - logits.max(axis=1, keepdims=True)
    z = z.astype(np.result_type(logits, np.float32))
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    p[rows, y] -= 1
    return float(-log_p[rows, y].mean()), p / images
