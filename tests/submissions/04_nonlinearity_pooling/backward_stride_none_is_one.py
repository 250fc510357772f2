"""Moves by 1 where no stride is given.

expect:
  max_pool_backward: {score: 2.0}
"""


# %% max_pool_backward_answer
def max_pool_backward(dout, x, k, stride=None):
    stride = stride or 1
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + k, left : left + k]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, top + a, left + b] += dout[n, c, i, j]
    return dx
