"""Correct in another way: scipy.signal.correlate, torch for the rest.
"""
# %% conv2d_answer
from scipy.signal import correlate


def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    (n, c, h, width), (f, channels, kh, kw) = x.shape, w.shape
    if c != channels:
        raise ValueError("channels differ")
    spread = np.zeros((f, c, dilation * (kh - 1) + 1, dilation * (kw - 1) + 1), w.dtype)
    spread[:, :, ::dilation, ::dilation] = w
    frame = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    if spread.shape[2] > frame.shape[2] or spread.shape[3] > frame.shape[3]:
        raise ValueError("the kernel does not fit")
    dtype = np.result_type(x, w, np.float32)
    maps = [
        [correlate(image.astype(dtype), kernel, "valid", method="fft")[0] for kernel in spread]
        for image in frame
    ]
    y = np.array(maps)[:, :, ::stride, ::stride]
    if b is not None:
        y = y + np.asarray(b).reshape(f, 1, 1)
    return y.astype(dtype)

# %% conv2d_backward_answer
import torch


def conv2d_backward(dout, x, w, stride=1, pad=0):
    dout, x, w = (torch.tensor(np.ascontiguousarray(a)) for a in (dout, x, w))
    dx = torch.nn.grad.conv2d_input(x.shape, w, dout, stride, pad)
    dw = torch.nn.grad.conv2d_weight(x, w.shape, dout, stride, pad)
    return dx.numpy(), dw.numpy(), dout.sum((0, 2, 3)).numpy()

# %% equivariance_answer
from scipy import ndimage


def shift(x, dy, dx):
    return ndimage.shift(x, (0, 0, dy, dx), order=0, cval=0)


def equivariance_error(f, x, dy, dx, margin):
    gap = f(shift(x.copy(), dy, dx)) - shift(f(x.copy()), dy, dx)
    rows, columns = (np.arange(margin, size - margin) for size in x.shape[2:])
    return torch.tensor(gap[:, :, rows][:, :, :, columns]).abs().max()

# %% rook_answer
def rook_weights():
    w = torch.zeros(1, 1, 3, 3)
    w[0, 0, 1] = torch.tensor([-3.0, 2.0, 0.0])
    return {"w": w, "b": torch.tensor([-3.5])}
