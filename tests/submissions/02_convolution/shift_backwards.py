"""Moves up and left instead of down and right.

expect:
  equivariance: {score: 2.5, says: "moves the content down"}
"""
# %% equivariance_answer
def shift(x, dy, dx):
    moved = np.zeros_like(x)
    h, width = x.shape[2:]
    for row in range(h):
        for column in range(width):
            if 0 <= row + dy < h and 0 <= column + dx < width:
                moved[:, :, row, column] = x[:, :, row + dy, column + dx]
    return moved


def equivariance_error(f, x, dy, dx, margin):
    h, width = x.shape[2:]
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    return difference[:, :, margin : h - margin, margin : width - margin].max()
