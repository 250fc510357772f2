"""Rolls the image instead of cropping it: pixels come in again on the other side.

expect:
  random_crop: {score: 2, says: "that is torch.roll, not a crop"}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("x must be (N, C, H, W), pad 0 or more")
    moves = torch.randint(-pad, pad + 1, (len(x), 2), generator=generator).tolist()
    return torch.stack([torch.roll(i, m, (1, 2)) for i, m in zip(x, moves)])
