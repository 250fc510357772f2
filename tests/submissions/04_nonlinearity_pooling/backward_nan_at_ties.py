"""Divides zero by zero where a window is flat.

expect:
  max_pool_backward: {score: 2.2}
"""


# %% max_pool_backward_answer
def max_pool_backward(dout, x, k, stride=None):
    stride = k if stride is None else stride
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        r, s = i * stride, j * stride
        window = x[n, c, r : r + k, s : s + k]
        g = dout[n, c, i, j]
        share = (window == window.max()) & (window > window.min())
        with np.errstate(invalid="ignore"):
            dx[n, c, r : r + k, s : s + k] += g * share / np.float64(share.sum())
    return dx
