"""Crops all photographs of a batch at the same place.

expect:
  cifar10: {score: 3, says: "move alike"}
"""


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision.datasets import CIFAR10

    ds = CIFAR10(root, train=True, download=download)
    return torch.from_numpy(ds.data[:n]).permute(0, 3, 1, 2) / 255, torch.tensor(ds.targets[:n])


def photo_transform(x):
    i, j = torch.randint(9, (2,)).tolist()
    H, W = x.shape[2:]
    return random_hflip(nn.functional.pad(x, (4,) * 4)[:, :, i : i + H, j : j + W])
