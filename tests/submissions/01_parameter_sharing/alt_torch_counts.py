"""Counts the parameters of PyTorch's layers; torch, NumPy and other number types."""


# %% dense_params_answer
def dense_params(in_shape, units, bias=True):
    return np.prod(in_shape, dtype=np.int64) * units + bool(bias) * units


# %% conv_params_answer
import torch


def conv_params(c_in, c_out, k, bias=True, groups=1):
    layer = torch.nn.Conv2d(c_in, c_out, k, bias=bias, groups=groups)
    return sum(p.numel() for p in layer.parameters())


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    layer = torch.nn.Conv2d(c_in, c_out, k, stride=stride, padding=pad)
    outputs = layer(torch.zeros(1, c_in, h, w))[0]
    return torch.tensor(outputs.numel() * (layer.weight[0].numel() + 1))


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    windows = torch.nn.functional.unfold(
        torch.zeros(1, c_in, h, w), kernel_size=k, stride=stride, padding=pad
    )
    return np.array(windows.numel() * c_out)


# %% stack_vs_single_answer
def weights(c_in, c, k):
    return torch.nn.Conv2d(c_in, c, k, bias=False).weight.numel()


def stack_params(c_in, c, k, depth):
    if depth == 1:
        return weights(c_in, c, k)
    return weights(c, c, k) + stack_params(c_in, c, k, depth - 1)


single_params = weights

claim = {"64->64": "the stack", "3->64": "Single", "1->64": " SINGLE "}
for a, b in lesson.claim_pairs(STUDENT_ID)[3:]:
    claim[f"{a} → {b}"] = "stack" if 18 * b < 40 * a else "single"

# %% sweep_intuition_answer
order = lesson.sweep_order(STUDENT_ID)
chosen = {letter for letter in order if order[letter] in ("image size", "detector", "gradient")}

# %% permutation_predict_answer
permutation_predict = {"CNN": "Drops", "MLP": "stays the same"}


# %% permutation_answer
def permute_pixels(x, perm):
    flat = torch.as_tensor(x).flatten(2)
    return flat[:, :, torch.as_tensor(perm)].reshape(x.shape)
