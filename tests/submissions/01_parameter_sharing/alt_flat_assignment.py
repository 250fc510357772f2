"""A counting class, truth values for the statements, pixels sent by .flat."""


# %% stack_vs_single_answer
import torch
class Counter:
    def __init__(self, bias): self.bias = bias
    def __call__(self, c_in, c, k, depth=1):
        cs = [c_in] + [c] * depth
        return torch.tensor([k * k * a * b for a, b in zip(cs, cs[1:])]).sum()
stack_params = single_params = Counter(False)
claim = {(a, b): "stack" if 9 * a + 18 * b < 49 * a else "single" for a, b in lesson.claim_pairs(STUDENT_ID)}
# %% sweep_intuition_answer
chosen = {l: t in ("image size", "detector", "gradient") for l, t in lesson.sweep_order(STUDENT_ID).items()}
# %% permutation_answer
def permute_pixels(x, perm, inverse=False):
    result = np.empty(x.shape, x.dtype)
    for image, target in zip(x, result):
        for plane, out in zip(image, target):
            out.flat[perm] = plane.ravel()
    return result
