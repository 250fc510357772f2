"""Rolls, and clears what came in again in the first channel only.

expect:
  equivariance: {score: 4}
"""


# %% equivariance_answer
def shift(x, dy, dx):
    y = np.roll(x, (dy, dx), (2, 3))
    if dy > 0: y[:, 0, :dy] = 0
    if dy < 0: y[:, 0, dy:] = 0
    if dx > 0: y[:, 0, :, :dx] = 0
    if dx < 0: y[:, 0, :, dx:] = 0
    return y
def equivariance_error(f, x, dy, dx, margin):
    height, width = x.shape[2:]
    difference = f(shift(x, dy, dx)) - shift(f(x), dy, dx)
    inside = difference[:, :, margin : height - margin, margin : width - margin]
    return float(np.abs(inside).max())
