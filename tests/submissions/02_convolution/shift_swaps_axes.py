"""Takes dy for the columns.

expect:
  equivariance: {score: 2.5, says: "along the rows (axis 2)"}
"""
# %% equivariance_answer
def shift(x, dy, dx):
    moved = np.zeros_like(x)
    h, width = x.shape[2:]
    for row in range(h):
        for column in range(width):
            if 0 <= row - dx < h and 0 <= column - dy < width:
                moved[:, :, row, column] = x[:, :, row - dx, column - dy]
    return moved


def equivariance_error(f, x, dy, dx, margin):
    h, width = x.shape[2:]
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    return difference[:, :, margin : h - margin, margin : width - margin].max()
