"""Returns x itself for a move by 0.

expect:
  equivariance: {score: 4.5, says: "not a view"}
"""


# %% equivariance_answer
def shift(x, dy, dx):
    if dy == dx == 0: return x
    h, w = x.shape[2:]
    p = np.pad(x, ((0, 0), (0, 0), (abs(dy), abs(dy)), (abs(dx), abs(dx))))
    return p[:, :, abs(dy) - dy:abs(dy) - dy + h, abs(dx) - dx:abs(dx) - dx + w]
def equivariance_error(f, x, dy, dx, margin):
    height, width = x.shape[2:]
    difference = f(shift(x, dy, dx)) - shift(f(x), dy, dx)
    inside = difference[:, :, margin : height - margin, margin : width - margin]
    return float(np.abs(inside).max())
