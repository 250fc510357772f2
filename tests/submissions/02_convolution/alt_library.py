"""Correct in another way: torch, sliding windows, autograd and a namedtuple.
"""
# %% conv_out_size_answer
class SizeError(ValueError):
    pass


def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    if k <= 0 or stride <= 0 or dilation <= 0 or pad < 0:
        raise SizeError("bad argument")
    free = n + 2 * pad - dilation * (k - 1) - 1
    if free < 0:
        raise SizeError("kernel larger than input")
    return 1 + free // stride

# %% conv2d_answer
import torch


def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    dtype = np.result_type(x, w, np.float32)
    tensors = [None if a is None else torch.tensor(np.ascontiguousarray(a).astype(dtype))
               for a in (x, w, b)]
    try:
        return torch.nn.functional.conv2d(
            *tensors, stride=stride, padding=pad, dilation=dilation).numpy()
    except RuntimeError as error:
        raise ValueError(str(error))

# %% conv2d_backward_answer
from collections import namedtuple

Gradients = namedtuple("Gradients", "dx dw db")


def conv2d_backward(dout, x, w, stride=1, pad=0):
    x, w = torch.tensor(x, requires_grad=True), torch.tensor(w, requires_grad=True)
    b = torch.zeros(len(w), dtype=w.dtype, requires_grad=True)
    y = torch.nn.functional.conv2d(x, w, b, stride=stride, padding=pad)
    y.backward(torch.tensor(dout))
    return Gradients(x.grad, w.grad, b.grad)
