"""Takes p for the probability to keep the image.

expect:
  random_hflip: {score: 1, says: "as often as p says not to flip"}
"""

# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    keep = torch.rand(len(x), generator=generator) < p
    return torch.where(keep[:, None, None, None], x, x.flip(-1))
