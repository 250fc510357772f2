"""Crops by index arrays for the whole batch at once, and flips with torch.where; a generator decides."""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.dim() != 4 or pad < 0:
        raise ValueError("x must be a batch, pad not negative")
    n, c, h, w = x.shape
    padded = torch.zeros(n, c, h + 2 * pad, w + 2 * pad, dtype=x.dtype, device=x.device)
    padded[:, :, pad : pad + h, pad : pad + w] = x
    top = torch.randint(2 * pad + 1, (n, 1), generator=generator)
    left = torch.randint(2 * pad + 1, (n, 1), generator=generator)
    rows = (top + torch.arange(h))[:, None, :, None]
    columns = (left + torch.arange(w))[:, None, None, :]
    return padded[
        torch.arange(n)[:, None, None, None], torch.arange(c)[None, :, None, None], rows, columns
    ]


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if p < 0.0 or 1.0 < p:
        raise ValueError(p)
    chosen = torch.bernoulli(torch.full((x.shape[0],), float(p)), generator=generator).bool()
    result = x.detach().clone()
    result[chosen] = torch.flip(x[chosen], dims=[3])
    return result


# %% six_nine_answer
def _turn(x, transform):
    if transform == "rot180":
        return torch.rot90(x, 2, (-2, -1))
    if transform == "hflip":
        return torch.fliplr(x.movedim(-1, 1)).movedim(1, -1)
    if transform == "vflip":
        return x.flip(-2)
    raise ValueError("unknown transform")


def flip_rate(classify, x, transform, target=9):
    hits = 0
    for image in _turn(x, transform):
        hits += int(classify(image[None])[0] == target)
    return np.float64(hits / len(x))


def relabel(y, transform):
    if transform not in {"rot180", "hflip", "vflip", "crop"}:
        raise ValueError("unknown transform")
    names = list(range(10))
    if transform == "rot180":
        names[6], names[9] = 9, 6
    return np.array([names[int(label)] for label in y])


predict_nine = {"rot180": "Most", "hflip": " few", "vflip": "few"}
