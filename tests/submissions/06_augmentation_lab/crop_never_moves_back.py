"""Draws a shift from -pad to pad, and randint leaves the upper end out.

expect:
  random_crop: {score: 2, says: "randint and range leave their upper end out"}
"""


# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("images (N, C, H, W) and a pad that is not negative")
    height, width = x.shape[2:]
    padded = nn.functional.pad(x, (pad, pad, pad, pad))
    result = torch.empty_like(x)
    for image, cropped in zip(padded, result):
        down, right = torch.randint(-pad, max(pad, 1), (2,), generator=generator).tolist()
        top, left = pad - down, pad - right
        cropped[:] = image[:, top : top + height, left : left + width]
    return result
