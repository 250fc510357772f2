"""Returns the images as they are.

expect:
  random_crop: {score: 0}
  random_hflip: {score: 0}
"""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError("x must be (N, C, H, W), pad 0 or more")
    return x.clone()


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if not 0 <= p <= 1:
        raise ValueError
    return x.clone()
