"""Overwrites where windows overlap.

expect:
  max_pool_backward: {score: 1.2, says: "Add up what each of them hands to it"}
"""


# %% max_pool_backward_answer
def max_pool_backward(dout, x, k, stride=None):
    stride = k if stride is None else stride
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        r, s = i * stride, j * stride
        window = x[n, c, r : r + k, s : s + k]
        g = dout[n, c, i, j]
        a, b = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, r + a, s + b] = g
    return dx
