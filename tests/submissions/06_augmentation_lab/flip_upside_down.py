"""Flips the rows: top and bottom change places.

expect:
  random_hflip: {score: 1.5, says: "upside down"}
"""

# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    flip = torch.rand(len(x), generator=generator) < p
    return torch.where(flip[:, None, None, None], x.flip(-2), x)
