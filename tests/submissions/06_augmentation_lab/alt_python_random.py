"""Python's own random numbers, a lookup table of labels, torchvision's Normalize, an axis for each arm."""

# %% random_crop_answer
import random
from torchvision.transforms.v2 import functional as VF


def random_crop(x, pad, generator=None):
    if x.ndim != 4 or pad < 0:
        raise ValueError
    return torch.stack(
        [
            VF.crop(
                VF.pad(i, [pad]),
                random.randrange(2 * pad + 1),
                random.randrange(2 * pad + 1),
                *i.shape[1:],
            )
            for i in x
        ]
    )


# %% random_hflip_answer
def random_hflip(x, p=0.5, generator=None):
    if not 0 <= p <= 1:
        raise ValueError("p")
    y = x.clone()
    n = len(x)
    import random

    for i in range(n):
        if random.random() < p:
            y[i] = torch.from_numpy(x[i].numpy()[..., ::-1].copy())
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
    table = torch.arange(10)
    if transform == "rot180":
        table[[6, 9]] = table[[9, 6]]
    return table[y]


predict_nine = {"rot180": "most", "hflip": "few", "vflip": "few"}


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 1 <= n_train < len(x):
        raise ValueError("n")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=g)
    train, val = order[:n_train], order[n_train:]
    from torchvision.transforms import Normalize

    m, s = x[train].mean((0, 2, 3)), x[train].std((0, 2, 3))
    f = Normalize(m.tolist(), s.tolist())
    return (f(x[train]), y[train]), (f(x[val]), y[val]), (m, s)


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
    from collections import defaultdict

    history = defaultdict(list)
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
    fig, axes = plt.subplots(1, 2, sharey=True)
    for ax, (arm, runs) in zip(axes, results.items()):
        a = np.array([h["val_acc"] for h in runs])
        ax.plot(range(1, a.shape[1] + 1), a.mean(0), label=arm.upper() + " mean", lw=2)
        ax.plot(range(1, a.shape[1] + 1), a.T, lw=0.4, color="grey")
        ax.set(xlabel="Epoch", ylabel="val acc", title=arm)
        ax.legend()


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
    from torchvision.transforms import v2

    ds.transform = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
    return next(iter(torch.utils.data.DataLoader(ds, batch_size=n)))


def photo_transform(x):
    return random_hflip(random_crop(x, 4))
