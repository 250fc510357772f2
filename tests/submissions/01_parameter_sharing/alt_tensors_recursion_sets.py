"""Tensors as counts, recursion, a convolution of ones, a set and claims in words."""


# %% dense_params_answer
import torch
def dense_params(in_shape, units, bias=True):
    n = torch.Size(in_shape).numel()
    return torch.tensor(n * units + (units if bias else 0))
# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    return sum(p.numel() for p in torch.nn.Conv2d(c_in, c_out, k, bias=bias, groups=groups).parameters())
# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    def n(size):
        return 0 if size < k else 1 + n(size - stride)
    return n(h + 2 * pad) * n(w + 2 * pad) * conv_params(c_in, c_out, k)
# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    y = torch.nn.functional.conv2d(torch.ones(1, c_in, h + 2 * pad, w + 2 * pad), torch.ones(c_out, c_in, k, k), stride=stride)
    return int(y.sum())
# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    if depth == 1:
        return single_params(c_in, c, k)
    return stack_params(c_in, c, k, depth - 1) + single_params(c, c, k)
single_params = lambda c_in, c, k: conv_params(c_in, c, k, bias=False)
claim = {f"{a} -> {b}": "Stack" if stack_params(a, b, 3, 3) < single_params(a, b, 7) else "the single layer" for a, b in lesson.claim_pairs(STUDENT_ID)}
# %% sweep_intuition_answer
chosen = {l for l, t in lesson.sweep_order(STUDENT_ID).items() if t in ("image size", "detector", "gradient")}
# %% permutation_answer
def permute_pixels(x, perm):
    flat = torch.as_tensor(np.array(x)).flatten(2)
    return torch.empty_like(flat).index_copy(2, torch.as_tensor(perm), flat).reshape(x.shape).numpy()
