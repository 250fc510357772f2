"""Flips with numpy and hands the view back, which torch does not take.

expect:
  random_hflip: {score: 0, says: "strides"}
  cifar10: {score: 3, says: "strides"}
"""


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if not 0 <= p <= 1:
        raise ValueError("p is a probability")
    images = x.numpy()
    if np.random.random() < p:
        images = images[..., ::-1]
    return torch.from_numpy(images)
