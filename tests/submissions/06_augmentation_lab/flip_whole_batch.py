"""Draws one number for the whole batch.

expect:
  random_hflip: {score: 1.5, says: "not one for the batch"}
"""

# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    if torch.rand(1, generator=generator).item() < p:
        return x.flip(3)
    return x.clone()
