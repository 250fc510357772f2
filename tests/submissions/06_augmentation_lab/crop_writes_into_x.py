"""Writes the crops into the images that it was given.

expect:
  random_crop: {score: 2.5, says: "x after random_crop"}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("x must be (N, C, H, W), pad 0 or more")
    padded = nn.functional.pad(x, (pad, pad, pad, pad))
    for n in range(len(x)):
        dy, dx = torch.randint(0, 2 * pad + 1, (2,), generator=generator).tolist()
        x[n] = padded[n, :, dy : dy + x.shape[2], dx : dx + x.shape[3]]
    return x
