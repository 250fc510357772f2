"""Looks at the first image and channel only.

expect:
  equivariance: {score: 2.5}
"""


# %% equivariance_answer
def shift(x, dy, dx):
    height, width = x.shape[2:]
    moved = np.zeros_like(x)
    kept_rows, kept_columns = max(height - abs(dy), 0), max(width - abs(dx), 0)
    source = x[:, :, max(-dy, 0) :, max(-dx, 0) :][:, :, :kept_rows, :kept_columns]
    moved[:, :, max(dy, 0) :, max(dx, 0) :][:, :, :kept_rows, :kept_columns] = source
    return moved
def equivariance_error(f, x, dy, dx, margin):
    h, w = x.shape[2:]
    d = f(shift(x, dy, dx)) - shift(f(x), dy, dx)
    return np.abs(d[0, 0, margin:h - margin, margin:w - margin]).max()
