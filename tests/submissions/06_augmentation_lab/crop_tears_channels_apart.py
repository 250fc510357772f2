"""Draws an offset for each channel.

expect:
  random_crop: {score: 2, says: "All channels of an image must move together"}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("x must be (N, C, H, W), pad 0 or more")
    n, c, h, w = x.shape
    padded = nn.functional.pad(x, (pad, pad, pad, pad))
    result = torch.empty_like(x)
    for i in range(n):
        for j in range(c):
            dy, dx = torch.randint(0, 2 * pad + 1, (2,), generator=generator).tolist()
            result[i, j] = padded[i, j, dy : dy + h, dx : dx + w]
    return result
