"""Uses np.roll, which brings pixels in again.

expect:
  equivariance: {score: 4, says: "as np.roll does"}
"""
# %% equivariance_answer
def shift(x, dy, dx):
    return np.roll(x, (dy, dx), axis=(2, 3))


def equivariance_error(f, x, dy, dx, margin):
    h, width = x.shape[2:]
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    return difference[:, :, margin : h - margin, margin : width - margin].max()
