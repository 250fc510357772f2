"""A Fourier transform, a recursion in a partial, seven loops, indices with np.where."""


# %% conv_out_size_answer
from functools import partial
def _size(n, k, stride=1, pad=0, dilation=1):
    if not (k >= 1 and stride >= 1 and dilation >= 1 and pad >= 0): raise ValueError
    span = dilation * (k - 1) + 1
    def go(room): return 0 if room < span else 1 + go(room - stride)
    return go(n + 2 * pad) or _refuse()
def _refuse(): raise ValueError
conv_out_size = partial(_size)
# %% conv2d_answer
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    if x.shape[1] != w.shape[1]: raise ValueError
    kind = np.result_type(x, w, np.float32)
    F, C, kh, kw = w.shape
    big = np.zeros((F, C, dilation * (kh - 1) + 1, dilation * (kw - 1) + 1))
    big[:, :, ::dilation, ::dilation] = w
    x = np.pad(x.astype(float), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    if big.shape[2] > x.shape[2] or big.shape[3] > x.shape[3]: raise ValueError
    s = x.shape[2:]
    spectrum = np.fft.rfft2(x)[:, None] * np.conj(np.fft.rfft2(big, s))[None]
    full = np.fft.irfft2(spectrum.sum(2), s)
    y = full[:, :, : s[0] - big.shape[2] + 1 : stride, : s[1] - big.shape[3] + 1 : stride]
    if b is not None: y = y + np.expand_dims(b, (1, 2))
    return y.astype(kind)
# %% conv2d_backward_answer
def conv2d_backward(dout, x, w, stride=1, pad=0):
    N, F, oh, ow = dout.shape
    kh, kw = w.shape[2:]
    kind = np.result_type(dout, x, w, np.float32)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw = np.zeros(padded.shape, kind), np.zeros(w.shape, kind)
    for n in range(N):
        for f in range(F):
            for i in range(oh):
                for j in range(ow):
                    s = np.s_[:, i * stride:i * stride + kh, j * stride:j * stride + kw]
                    dx[n][s] += dout[n, f, i, j] * w[f]
                    dw[f] += dout[n, f, i, j] * padded[n][s]
    stop = lambda size: -pad if pad else None
    return dx[:, :, pad:stop(0), pad:stop(0)], dw, dout.sum((0, 2, 3))
# %% equivariance_answer
def shift(x, dy, dx):
    h, w = x.shape[2:]
    i, j = np.arange(h)[:, None] - dy, np.arange(w) - dx
    ok = (i >= 0) & (i < h) & (j >= 0) & (j < w)
    return np.where(ok, x[:, :, i.clip(0, h - 1), j.clip(0, w - 1)], 0).astype(x.dtype)
def equivariance_error(f, x, dy, dx, margin):
    crop = lambda a: a[:, :, margin:a.shape[2] - margin, margin:a.shape[3] - margin]
    return np.linalg.norm((crop(f(shift(x, dy, dx))) - crop(shift(f(x), dy, dx))).ravel(), np.inf)
