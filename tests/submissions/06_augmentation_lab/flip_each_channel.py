"""Flips each channel on its own.

expect:
  random_hflip: {score: 1.5, says: "flipped as a whole"}
"""

# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    flip = torch.rand(x.shape[:2], generator=generator) < p
    return torch.where(flip[:, :, None, None], x.flip(-1), x)
