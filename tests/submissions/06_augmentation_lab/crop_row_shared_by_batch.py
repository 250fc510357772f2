"""Draws one row offset for the whole batch, a column offset for each image.

expect:
  random_crop: {score: 2, says: "In 5000 draws with pad=2"}
"""


# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("bad")
    n, c, H, W = x.shape
    padded = nn.functional.pad(x, (pad,) * 4)
    out = torch.empty_like(x)
    ri = lambda k, *s: torch.randint(0, k, s or (1,), generator=generator)
    T = ri(2 * pad + 1).expand(n)
    L = ri(2 * pad + 1, n)
    for i in range(n):
        t, l = int(T[i]), int(L[i])
        out[i] = padded[i, :, t : t + H, l : l + W]
    return out
