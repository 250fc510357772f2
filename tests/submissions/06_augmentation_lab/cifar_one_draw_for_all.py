"""One number decides the row, the column and the flip.

expect:
  cifar10: {score: 3, says: "not drawn independently"}
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
        place = int(torch.randint(0, 9, ()))
        window = image[:, place : place + height, place : place + width]
        cropped[:] = window.flip(-1) if place > 4 else window
    return result
