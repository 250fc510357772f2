"""Draws one offset and moves the whole batch by it.

expect:
  random_crop: {score: 2.5, says: "not one for the batch"}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("x must be (N, C, H, W), pad 0 or more")
    padded = nn.functional.pad(x, (pad, pad, pad, pad))
    dy, dx = torch.randint(0, 2 * pad + 1, (2,), generator=generator).tolist()
    return padded[:, :, dy : dy + x.shape[2], dx : dx + x.shape[3]].clone()
