"""Leaves bad arguments to whatever error comes up.

expect:
  random_crop: {score: 2.5, says: "should be refused with ValueError"}
  random_hflip: {score: 1.5, says: "should be refused with ValueError"}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    n, c, h, w = x.shape
    padded = nn.functional.pad(x, (pad, pad, pad, pad))
    offsets = torch.randint(0, 2 * pad + 1, (n, 2), generator=generator).tolist()
    return torch.stack([p[:, a : a + h, b : b + w] for p, (a, b) in zip(padded, offsets)])


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    flip = torch.rand(len(x), generator=generator) < p
    return torch.where(flip[:, None, None, None], x.flip(-1), x)
