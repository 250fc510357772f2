"""Uses one number for the row and for the column, so images move along a diagonal only.

expect:
  random_crop: {score: 2, says: "Draw the row and the column independently"}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("x must be (N, C, H, W), pad 0 or more")
    padded = nn.functional.pad(x, (pad, pad, pad, pad))
    result = torch.empty_like(x)
    for n, d in enumerate(torch.randint(0, 2 * pad + 1, (len(x),), generator=generator).tolist()):
        result[n] = padded[n, :, d : d + x.shape[2], d : d + x.shape[3]]
    return result
