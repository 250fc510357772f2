"""Lets PyTorch do the work and returns tensors."""

# %% collapse_linear_answer
import torch
import torch.nn.functional as F


def collapse_linear(weights, biases):
    n_in = weights[0].shape[1]
    x = torch.cat([torch.zeros(1, n_in), torch.eye(n_in)]).double()
    for w, b in zip(weights, biases):
        x = F.linear(x, torch.as_tensor(w), torch.as_tensor(b))
    return (x[1:] - x[0]).T, x[0]


# %% collapse_convs_answer
def collapse_convs(w1, w2):
    a, b = torch.as_tensor(w1), torch.as_tensor(w2)
    kh, kw = b.shape[2] - 1, b.shape[3] - 1
    return F.conv2d(a.transpose(0, 1), b.flip(2, 3), padding=(kh, kw)).transpose(0, 1)


# %% pool2d_answer
def pool2d(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    t = torch.as_tensor(np.array(x, dtype=np.result_type(x, np.float32)))
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    try:
        if mode == "max":
            return F.max_pool2d(t, k, stride, pad)
        return F.avg_pool2d(t, k, stride, pad, count_include_pad=count_include_pad)
    except RuntimeError as error:
        raise ValueError(str(error)) from error


# %% max_pool_backward_answer
def max_pool_backward(dout, x, k, stride=None):
    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    F.max_pool2d(t, k, stride).backward(torch.as_tensor(dout, dtype=torch.float64))
    return t.grad
