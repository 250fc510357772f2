"""Reflects at the border, draws from numpy's global generator; a table with arguable words."""

# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4:
        raise ValueError("x needs four axes")
    if pad < 0:
        raise ValueError("pad must not be negative")
    if pad == 0:
        return x.clone()
    big = nn.functional.pad(x, (pad,) * 4, mode="reflect")
    h, w = x.shape[-2:]
    out = []
    for image in big:
        i, j = np.random.randint(0, 2 * pad + 1, size=2)
        out.append(image[..., i : i + h, j : j + w])
    return torch.stack(out)


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if not (0 <= p <= 1):
        raise ValueError("p")
    y = x.clone()
    for i in range(len(y)):
        if np.random.rand() < p:
            y[i] = x[i].flip(2)
    return y


# %% label_table_answer
table = {
    "digit": {
        "crop": " OK",
        "hflip": "depends",
        "vflip": "depends",
        "rot180": "relabel",
        "jitter": "ok",
    },
    "photo": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "depends", "jitter": "ok"},
    "arrow": {"crop": "ok", "hflip": "relabel", "vflip": "ok", "rot180": "relabel", "jitter": "ok"},
    "word": {
        "crop": "ok",
        "hflip": "breaks",
        "vflip": "breaks",
        "rot180": "breaks",
        "jitter": "ok",
    },
    "satellite": {"crop": "ok", "hflip": "ok", "vflip": "depends", "rot180": "ok", "jitter": "ok"},
    "xray": {
        "crop": "ok",
        "hflip": "breaks",
        "vflip": "ok",
        "rot180": "depends",
        "jitter": "depends",
    },
}
