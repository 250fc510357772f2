"""Picks windows from unfold, a mask from numpy's binomial, an entry before the first epoch, entries as tensors."""


# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError
    n, c, h, w = x.shape
    win = nn.functional.pad(x, (pad,) * 4).unfold(2, h, 1).unfold(3, w, 1)
    i = torch.randint(2 * pad + 1, (n,), generator=generator)
    j = torch.randint(2 * pad + 1, (n,), generator=generator)
    return win[torch.arange(n), :, i, j]


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if not 0 <= p <= 1:
        raise ValueError("p")
    y = x.clone()
    n = len(x)
    m = np.random.binomial(1, p, n).astype(bool)
    y[torch.from_numpy(m)] = torch.flip(x[torch.from_numpy(m)], [-1])
    return y


# %% six_nine_answer
def flip_rate(classify, x, transform, target=9):
    axes = {"rot180": (2, 3), "hflip": (3,), "vflip": (2,)}
    if transform not in axes:
        raise ValueError("unknown")
    return (classify(x.flip(axes[transform])) == target).float().mean().item()


def relabel(y, transform):
    if transform not in ("rot180", "hflip", "vflip", "crop"):
        raise ValueError("unknown")
    import copy

    z = copy.deepcopy(y)
    return torch.where(z == 6, 9, torch.where(z == 9, 6, z)) if transform == "rot180" else z


predict_nine = {"rot180": "most", "hflip": "few", "vflip": "few"}


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 1 <= n_train < len(x):
        raise ValueError("n")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=g)
    train, val = order[:n_train], order[n_train:]
    rng = np.random.default_rng(seed)
    o = rng.permutation(len(x))
    train, val = o[:n_train], o[n_train:]
    a = x.numpy()
    m, s = a[train].mean(axis=(0, 2, 3)), a[train].std(axis=(0, 2, 3))
    f = lambda i: torch.tensor((a[i] - m[:, None, None]) / s[:, None, None])
    return (f(train), y[train]), (f(val), y[val]), (m, s)


quote = "B"


# %% augmentation_lab_answer
def run(
    augment,
    seed,
    data=None,
    epochs=30,
    transform=shift,
    make_model=lesson.small_cnn,
    lr=5e-3,
    batch_size=50,
):
    if data is None:
        data = make_data(canvas_images, canvas_labels, 300, seed)
    (x_train, y_train), (x_val, y_val), _ = data
    torch.manual_seed(seed)
    model = make_model(x_train.shape[1:])
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "val_loss": [], "val_acc": []}
    vl, va = lesson.evaluate(model, x_val, y_val)
    history = {
        "train_loss": [lesson.evaluate(model, x_train, y_train)[0]],
        "val_loss": [vl],
        "val_acc": [va],
    }
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x_train)).split(batch_size):
            xb, yb = x_train[rows], y_train[rows]
            if augment:
                xb = transform(xb)
            loss = nn.functional.cross_entropy(model(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        vl, va = lesson.evaluate(model, x_val, y_val)
        history["train_loss"].append(total / len(x_train))
        history["val_loss"].append(vl)
        history["val_acc"].append(va)
    return history


# %% conclusion_answer
def plot_curves(results):
    for arm, colour in (("plain", "k"), ("augmented", "r")):
        a = np.array([h["val_acc"] for h in results[arm]])
        plt.errorbar(
            np.arange(1, 1 + a.shape[1]),
            a.mean(0),
            yerr=a.std(0),
            c=colour,
            label="with augmentation" if arm == "augmented" else "without augmentation",
        )
    plt.xlabel("epoch")
    plt.ylabel("accuracy (val)")
    plt.legend()
    plt.title("x")
    plt.tight_layout()
    plt.show()


def conclude(gains):
    if len(gains) < 2:
        return "no clear difference"
    m, e = np.mean(gains), np.std(gains, ddof=1) / len(gains) ** 0.5
    return "helped" if m > e else "hurt" if m < -e else "no clear difference"


conclusion = None
conclusion = conclude(lesson.paired_gains(results))
