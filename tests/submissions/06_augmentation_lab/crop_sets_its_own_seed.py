"""Sets the seed inside, so that every call draws the same offsets.

expect:
  random_crop: {score: 1.5, says: "sets its own seed"}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("x must be (N, C, H, W), pad 0 or more")
    torch.manual_seed(0)
    padded = nn.functional.pad(x, (pad, pad, pad, pad))
    result = torch.empty_like(x)
    for n in range(len(x)):
        dy, dx = torch.randint(0, 2 * pad + 1, (2,)).tolist()
        result[n] = padded[n, :, dy : dy + x.shape[2], dx : dx + x.shape[3]]
    return result
