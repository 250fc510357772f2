"""Gives the gradient to every pixel that ties.

expect:
  max_pool_backward: {score: 2.2, says: "must add up to its dout"}
"""


# %% max_pool_backward_answer
def max_pool_backward(dout, x, k, stride=None):
    stride = k if stride is None else stride
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        r, s = i * stride, j * stride
        window = x[n, c, r : r + k, s : s + k]
        g = dout[n, c, i, j]
        dx[n, c, r : r + k, s : s + k] += (window == window.max()) * g
    return dx
