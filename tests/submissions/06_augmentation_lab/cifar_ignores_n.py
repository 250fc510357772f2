"""Reads all images, however many are asked for.

expect:
  cifar10: {score: 2, says: "shape"}
"""


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision.datasets import CIFAR10

    ds = CIFAR10(root, train=True, download=download)
    return torch.from_numpy(ds.data).permute(0, 3, 1, 2) / 255, torch.tensor(ds.targets)


def photo_transform(x):
    return random_hflip(random_crop(x, 4))
