"""Flips half of the images, whatever p is.

expect:
  random_hflip: {score: 1, says: "That is p=0.5, whatever p is"}
"""

# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    flip = torch.rand(len(x), generator=generator) < 0.5
    return torch.where(flip[:, None, None, None], x.flip(-1), x)
