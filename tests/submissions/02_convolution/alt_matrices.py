"""A matrix for each axis, gradients by linearity, shifts by matrices, Fortran order."""


# %% conv2d_answer
def _matrix(k, out, n, stride, dilation):
    m = np.zeros((out, n, k))
    for i in range(out):
        for t in range(k):
            m[i, i * stride + t * dilation, t] = 1
    return m
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    if x.shape[1] != w.shape[1]: raise ValueError
    kind = np.result_type(x, w, np.float32)
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    padded[:, :, pad:pad + x.shape[2], pad:pad + x.shape[3]] = x
    oh = conv_out_size(x.shape[2], w.shape[2], stride, pad, dilation)
    ow = conv_out_size(x.shape[3], w.shape[3], stride, pad, dilation)
    a, c = _matrix(w.shape[2], oh, padded.shape[2], stride, dilation), _matrix(w.shape[3], ow, padded.shape[3], stride, dilation)
    y = np.einsum("nchw,ihk,jwl,fckl->nfij", padded, a, c, w, optimize=True)
    return np.asfortranarray((y if b is None else (y.transpose(0, 2, 3, 1) + np.asarray(b).ravel()).transpose(0, 3, 1, 2)).astype(kind))
# %% conv2d_backward_answer
def conv2d_backward(dout, x, w, stride=1, pad=0):
    # by linearity: one call of conv2d for each weight and pixel
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in np.ndindex(*x.shape):
        e = np.zeros(x.shape); e[i] = 1
        dx[i] = (conv2d(e, w, None, stride, pad) * dout).sum()
    for i in np.ndindex(*w.shape):
        e = np.zeros(w.shape); e[i] = 1
        dw[i] = (conv2d(x, e, None, stride, pad) * dout).sum()
    kind = np.result_type(dout, x, w, np.float32)
    return [dx.astype(kind), dw.astype(kind), np.einsum("nfhw->f", dout)]
# %% equivariance_answer
def shift(x, dy, dx):
    def move(a, n, axis):
        m = np.eye(a.shape[axis], k=-n)
        return np.moveaxis(np.tensordot(m, np.moveaxis(a, axis, 0), 1), 0, axis)
    return move(move(x, dy, 2), dx, 3).astype(x.dtype)
def equivariance_error(f, x, dy, dx, margin):
    worst = 0.0
    h, w = x.shape[2:]
    a, b = f(shift(x.copy(), dy, dx)), shift(f(x.copy()), dy, dx)
    for n, c, i, j in np.ndindex(*x.shape):
        if margin <= i < h - margin and margin <= j < w - margin:
            worst = max(worst, abs(a[n, c, i, j] - b[n, c, i, j]))
    return worst
