"""Returns the permuted images as a tensor."""


# %% permutation_predict_answer
permutation_predict = {"mlp": "SAME", "cnn": "Drop"}
# %% permutation_answer
import torch
def permute_pixels(x, perm):
    return torch.tensor(x.reshape(*x.shape[:2], -1)[:, :, perm].reshape(x.shape))
# %% sweep_intuition_answer
chosen = tuple(l.lower() for l, t in lesson.sweep_order(STUDENT_ID).items() if t in ("image size", "detector", "gradient"))
