"""Moves slices, blends the mirror image in, one mean and std for all pixels, training loss measured after the epoch, scipy's standard error."""


# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError
    out = torch.zeros_like(x)
    H, W = x.shape[2:]
    for i in range(len(x)):
        dy, dx = [int(v) for v in torch.randint(-pad, pad + 1, (2,), generator=generator)]
        out[i, :, max(dy, 0) : H + min(dy, 0), max(dx, 0) : W + min(dx, 0)] = x[
            i, :, max(-dy, 0) : H + min(-dy, 0), max(-dx, 0) : W + min(-dx, 0)
        ]
    return out


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if not 0 <= p <= 1:
        raise ValueError("p")
    y = x.clone()
    n = len(x)
    m = (torch.rand(n, 1, 1, 1, generator=generator) < p).to(x.dtype)
    y = m * x.flip(3) + (1 - m) * x
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
    s = ((y == 6) | (y == 9)) & (transform == "rot180")
    return torch.where(s, 15 - y, y)


predict_nine = {"rot180": "most", "hflip": "few", "vflip": "few"}


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 1 <= n_train < len(x):
        raise ValueError("n")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=g)
    train, val = order[:n_train], order[n_train:]
    mean, std = x[train].mean(), x[train].std()
    return ((x[train] - mean) / std, y[train]), ((x[val] - mean) / std, y[val]), (mean, std)


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
        history["train_loss"].append(lesson.evaluate(model, x_train, y_train)[0])
        history["val_loss"].append(vl)
        history["val_acc"].append(va)
    return history


# %% conclusion_answer
def plot_curves(results):
    fig, ax = plt.subplots()
    for arm in results:
        a = np.array([h["val_acc"] for h in results[arm]])
        ax.plot(a.mean(0), label=arm)
        ax.fill_between(range(a.shape[1]), a.min(0), a.max(0), alpha=0.2)
    ax.set_xlabel("epoch")
    ax.set_ylabel("validation accuracy")
    ax.legend()


def conclude(gains):
    from scipy.stats import sem

    if len(gains) < 2:
        return "no clear difference"
    m, e = np.mean(gains), sem(gains)
    return "no clear difference" if -e <= m <= e else ("helped" if m > 0 else "hurt")


conclusion = None
conclusion = conclude(lesson.paired_gains(results))


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision.datasets import CIFAR10

    ds = CIFAR10(root, train=True, download=download)
    return torch.tensor(np.moveaxis(ds.data[:n], -1, 1).astype(np.float32) / 255), np.array(
        ds.targets[:n]
    )


def photo_transform(x):
    return random_hflip(random_crop(x, 4))
