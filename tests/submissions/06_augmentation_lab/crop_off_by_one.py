"""Leaves the last offset out: torch.randint excludes its upper end.

expect:
  random_crop: {score: 2, says: "leave their upper end out"}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("x must be (N, C, H, W), pad 0 or more")
    padded = nn.functional.pad(x, (pad, pad, pad, pad))
    result = torch.empty_like(x)
    for n in range(len(x)):
        dy, dx = torch.randint(0, max(2 * pad, 1), (2,), generator=generator).tolist()
        result[n] = padded[n, :, dy : dy + x.shape[2], dx : dx + x.shape[3]]
    return result
