"""Rounds a uniform number: the first and the last offset come up half as often.

expect:
  random_crop: {score: 2, says: "should come up about"}
"""


# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("bad")
    n, c, H, W = x.shape
    padded = nn.functional.pad(x, (pad,) * 4)
    out = torch.empty_like(x)
    ri = lambda k, *s: torch.randint(0, k, s or (1,), generator=generator)
    T = (torch.rand(n, generator=generator) * 2 * pad).round().long()
    L = (torch.rand(n, generator=generator) * 2 * pad).round().long()
    for i in range(n):
        t, l = int(T[i]), int(L[i])
        out[i] = padded[i, :, t : t + H, l : l + W]
    return out
