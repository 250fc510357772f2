"""Crops and flips with torchvision, image by image (no generator there); prints on the way."""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    from torchvision.transforms import v2

    if pad < 0 or x.dim() != 4:
        raise ValueError("bad arguments")
    print("cropping", len(x))
    crop = v2.RandomCrop(x.shape[2:], padding=pad or None)
    return torch.stack([crop(image) for image in x])


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    from torchvision.transforms import v2

    class NoProbability(ValueError):
        pass

    if p < 0 or p > 1:
        raise NoProbability
    flip = v2.RandomHorizontalFlip(p)
    return torch.stack([flip(image) for image in x])


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision import transforms
    from torchvision.datasets import CIFAR10

    data = CIFAR10(root, train=True, download=download, transform=transforms.ToTensor())
    pairs = [data[i] for i in range(n)]
    return torch.stack([image for image, _ in pairs]), torch.tensor([label for _, label in pairs])


def photo_transform(x):
    from torchvision import transforms

    both = transforms.Compose(
        [transforms.RandomHorizontalFlip(), transforms.RandomCrop(x.shape[2:], padding=4)]
    )
    return torch.stack([both(image) for image in x])
