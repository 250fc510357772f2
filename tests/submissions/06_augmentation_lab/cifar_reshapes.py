"""Reshapes the pixels instead of exchanging the axes.

expect:
  cifar10: {score: 2, says: "tears the image apart"}
"""


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision.datasets import CIFAR10

    data = CIFAR10(root, train=True, download=download)
    images = torch.tensor(data.data[:n]).reshape(-1, 3, 32, 32).float() / 255
    return images, torch.tensor(data.targets[:n])


def photo_transform(x):
    return random_hflip(random_crop(x, 4))
