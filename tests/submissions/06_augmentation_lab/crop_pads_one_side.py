"""Puts the whole border to the right and below.

expect:
  random_crop: {score: 1, says: "Pad the image on all four sides"}
"""


# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("images (N, C, H, W) and a pad that is not negative")
    height, width = x.shape[2:]
    padded = nn.functional.pad(x, (0, 2 * pad, 0, 2 * pad))
    result = torch.empty_like(x)
    for image, cropped in zip(padded, result):
        top, left = torch.randint(0, 2 * pad + 1, (2,), generator=generator).tolist()
        cropped[:] = image[:, top : top + height, left : left + width]
    return result
