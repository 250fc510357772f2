"""Flips the same number of images in every batch, and so never a single one.

expect:
  random_hflip: {score: 1.5, says: "in batches of 1"}
"""


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if not 0 <= p <= 1:
        raise ValueError("p")
    y = x.clone()
    n = len(x)
    i = torch.randperm(n, generator=generator)[: int(p * n)]
    y[i] = x[i].flip(-1)
    return y
