"""Forgets the flip.

expect:
  cifar10: {score: 3, says: "are mirrored left to right"}
"""


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision.datasets import CIFAR10

    data = CIFAR10(root, train=True, download=download)
    images = torch.tensor(data.data[:n]).permute(0, 3, 1, 2).float() / 255
    return images, torch.tensor(data.targets[:n])


def photo_transform(x):
    return random_crop(x, 4)
