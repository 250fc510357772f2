"""A crop of its own, whose offsets end one before the last.

expect:
  cifar10: {score: 3, says: "offsets never come up"}
"""


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision.datasets import CIFAR10

    data = CIFAR10(root, train=True, download=download)
    images = torch.tensor(data.data[:n]).permute(0, 3, 1, 2).float() / 255
    return images, torch.tensor(data.targets[:n])


def photo_transform(x):
    height, width = x.shape[2:]
    padded = nn.functional.pad(x, (4, 4, 4, 4))
    result = torch.empty_like(x)
    for image, cropped in zip(padded, result):
        top, left = torch.randint(0, 8, (2,)).tolist()
        cropped[:] = image[:, top : top + height, left : left + width]
    return random_hflip(result)
