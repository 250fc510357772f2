"""Leaves the pixels at 0 to 255.

expect:
  cifar10: {score: 2, says: "divide by 255"}
"""


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision.datasets import CIFAR10

    data = CIFAR10(root, train=True, download=download)
    images = torch.tensor(data.data[:n]).permute(0, 3, 1, 2).float()
    return images, torch.tensor(data.targets[:n])


def photo_transform(x):
    return random_hflip(random_crop(x, 4))
