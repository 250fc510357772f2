"""Fills the border with the pixels of the edge.

expect:
  random_crop: {score: 2, says: "repeats pixels of the edge"}
"""


# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("bad")
    n, c, H, W = x.shape
    padded = nn.functional.pad(x, (pad,) * 4, mode="replicate")
    out = torch.empty_like(x)
    ri = lambda k, *s: torch.randint(0, k, s or (1,), generator=generator)
    T = ri(2 * pad + 1, n)
    L = ri(2 * pad + 1, n)
    for i in range(n):
        t, l = int(T[i]), int(L[i])
        out[i] = padded[i, :, t : t + H, l : l + W]
    return out
