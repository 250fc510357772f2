"""Slices with -dy, which is empty when dy is 0.

expect:
  equivariance: {score: 2.5, says: "shift("}
"""
# %% equivariance_answer
def shift(x, dy, dx):
    moved = np.zeros_like(x)
    if dy >= 0 and dx >= 0:
        moved[:, :, dy:, dx:] = x[:, :, :-dy, :-dx]
    elif dy < 0 and dx < 0:
        moved[:, :, :dy, :dx] = x[:, :, -dy:, -dx:]
    elif dy < 0:
        moved[:, :, :dy, dx:] = x[:, :, -dy:, :-dx]
    else:
        moved[:, :, dy:, :dx] = x[:, :, :-dy, -dx:]
    return moved


def equivariance_error(f, x, dy, dx, margin):
    h, width = x.shape[2:]
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    return difference[:, :, margin : h - margin, margin : width - margin].max()
