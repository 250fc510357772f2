"""Moves by k whatever the stride is.

expect:
  max_pool_backward: {score: 1.2}
"""


# %% max_pool_backward_answer
def max_pool_backward(dout, x, k, stride=None):
    stride = k
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        r, s = i * stride, j * stride
        if r + k > x.shape[2] or s + k > x.shape[3]:
            continue
        window = x[n, c, r : r + k, s : s + k]
        g = dout[n, c, i, j]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, r + a, s + b] += g
    return dx
