"""Shifts by grid_sample, flips by gather, splits with random_split, augments in collate_fn, evaluates in small batches, draws with pandas."""


# %% random_crop_answer
def random_crop(x, pad, generator=None):
    if x.dim() != 4:
        raise ValueError
    if pad < 0:
        raise ValueError
    n, c, h, w = x.shape
    s = torch.randint(-pad, pad + 1, (n, 2), generator=generator)
    th = torch.zeros(n, 2, 3, dtype=x.dtype)
    th[:, 0, 0] = 1
    th[:, 1, 1] = 1
    th[:, 0, 2] = s[:, 1] * 2 / w
    th[:, 1, 2] = s[:, 0] * 2 / h
    g = nn.functional.affine_grid(th, x.shape, align_corners=False)
    return nn.functional.grid_sample(x, g, mode="nearest", align_corners=False)


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if not 0 <= p <= 1:
        raise ValueError("p")
    y = x.clone()
    n = len(x)
    f = torch.rand(n, generator=generator) < p
    W = x.shape[3]
    a = torch.arange(W)
    idx = torch.where(f[:, None], a.flip(0)[None], a[None])[:, None, None, :].expand(x.shape)
    y = x.gather(3, idx)
    return y


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 1 <= n_train < len(x):
        raise ValueError("n")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=g)
    train, val = order[:n_train], order[n_train:]
    a, b = torch.utils.data.random_split(range(len(x)), [n_train, len(x) - n_train], generator=g)
    train, val = list(a), list(b)
    mean, std = x[train].mean((0, 2, 3), keepdim=True), x[train].std((0, 2, 3), keepdim=True)
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
    from torch.utils.data import DataLoader, TensorDataset, default_collate

    data = data if data is not None else make_data(canvas_images, canvas_labels, 300, seed)
    (xt, yt), (xv, yv), stats = data

    def collate(items):
        x, y = default_collate(items)
        return (transform(x) if augment else x), y

    torch.manual_seed(seed)
    net = make_model(tuple(xt.shape[1:]))
    g = torch.Generator().manual_seed(seed)
    train = DataLoader(
        TensorDataset(xt, yt), batch_size, shuffle=True, collate_fn=collate, generator=g
    )
    val = DataLoader(TensorDataset(xv, yv), 13)
    opt = torch.optim.SGD(net.parameters(), lr * 10, momentum=0.9, nesterov=True)
    H = {k: np.zeros(epochs) for k in ("train_loss", "val_loss", "val_acc")}
    for e in range(epochs):
        net.train()
        for x, y in train:
            net.zero_grad()
            l = nn.functional.cross_entropy(net(x), y)
            l.backward()
            opt.step()
            H["train_loss"][e] += l.item() * len(y) / len(xt)
        net.eval()
        with torch.no_grad():
            for x, y in val:
                o = net(x)
                H["val_loss"][e] += nn.functional.cross_entropy(o, y, reduction="sum").item() / len(
                    xv
                )
                H["val_acc"][e] += (o.argmax(1) == y).sum().item() / len(xv)
    return H


# %% conclusion_answer
def plot_curves(results):
    import pandas as pd

    t = pd.DataFrame({k: np.mean([h["val_acc"] for h in v], axis=0) for k, v in results.items()})
    ax = t.plot(xlabel="epoch", ylabel="accuracy")
    for k, v in results.items():
        s = np.std([h["val_acc"] for h in v], axis=0, ddof=1)
        ax.fill_between(t.index, t[k] - s, t[k] + s, alpha=0.3)
    plt.savefig("curve.png")
    plt.close() if False else None


def conclude(gains):
    if len(gains) < 2:
        return "no clear difference"
    m, e = np.mean(gains), np.std(gains, ddof=1) / len(gains) ** 0.5
    return "helped" if m > e else "hurt" if m < -e else "no clear difference"


conclusion = None
conclusion = conclude(lesson.paired_gains(results))


# %% cifar10_answer
def load_cifar10(root, n=1000, download=False):
    from torchvision.datasets import CIFAR10

    ds = CIFAR10(root, train=True, download=download)
    return torch.from_numpy(ds.data[:n]).permute(0, 3, 1, 2) / 255, torch.tensor(ds.targets[:n])


def photo_transform(x):
    from torchvision.transforms import v2

    t = v2.Compose(
        [v2.RandomCrop(x.shape[-2:], padding=4, padding_mode="reflect"), v2.RandomHorizontalFlip()]
    )
    return torch.stack([t(i) for i in x])
