"""Tensors, a subclass of ValueError, np.int32 and extra parameters; np.roll inside the measurement."""


# %% conv_out_size_answer
import torch
def conv_out_size(n, k, stride=1, pad=0, dilation=1, *, strict=True):
    class NoFit(ValueError): ...
    n, k, stride, pad, dilation = map(int, (n, k, stride, pad, dilation))
    if min(k, stride, dilation) < 1 or pad < 0: raise NoFit
    count = 0
    while count * stride + dilation * (k - 1) < n + 2 * pad: count += 1
    if not count: raise NoFit("x")
    return np.int32(count)
# %% conv2d_answer
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1, groups=1):
    if x.shape[1] != w.shape[1]: raise ValueError
    kind = np.result_type(x, w, np.float32)
    t = lambda a: torch.from_numpy(np.ascontiguousarray(a, kind))
    try:
        y = torch.nn.functional.conv2d(t(x), t(w), None if b is None else t(b), stride, pad, dilation)
    except RuntimeError as e:
        raise ValueError(str(e)) from e
    return y
# %% conv2d_backward_answer
def conv2d_backward(dout, x, w, stride=1, pad=0):
    kind = np.result_type(dout, x, w, np.float32)
    t = lambda a: torch.from_numpy(np.ascontiguousarray(a, kind)).requires_grad_()
    a, c = t(x), t(w)
    y = torch.nn.functional.conv2d(a, c, stride=stride, padding=pad)
    y.backward(torch.from_numpy(np.ascontiguousarray(dout, kind)))
    return {"dx": a.grad, "dw": c.grad, "db": torch.from_numpy(dout).sum((0, 2, 3))}
# %% equivariance_answer
import scipy.ndimage
def shift(x, dy, dx):
    out = np.stack([[scipy.ndimage.shift(p, (dy, dx), order=0, mode="constant", cval=0, prefilter=False) for p in im] for im in x])
    return np.asfortranarray(out.astype(x.dtype))
def equivariance_error(f, x, dy, dx, margin):
    roll = lambda a: np.roll(a, (dy, dx), axis=(-2, -1))
    d = np.abs(f(roll(x)) - roll(f(x)))
    keep = np.zeros(x.shape[2:], bool)
    keep[margin:x.shape[2] - margin, margin:x.shape[3] - margin] = True
    return d[:, :, keep].max(initial=0.0)
# %% shape_predictions_answer
predict = {n: np.array([conv_out_size(l["size"][a], l["kernel"][a], l["stride"][a], l["pad"][a], l["dilation"][a]) for a in (0,1)]) for n, l in layers.items()}
