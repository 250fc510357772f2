"""The figures, the pictures and the personal curves of unit 05."""

import math

from classroom import personal

CLASSES = ("disc", "square", "cross", "triangle")
LOSSES = (
    ("train_loss", "training loss", {"color": "tab:blue"}),
    ("val_loss", "validation loss", {"color": "tab:red", "linestyle": "--"}),
)

# ------------------------------------------------------------------ figures


def draw_surprise():
    """Plot the loss of one image, -log p, over the probability p of its right class."""
    import matplotlib.pyplot as plt
    import numpy as np

    p = np.linspace(0.005, 1, 300)
    _, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
    ax.plot(p, -np.log(p), color="tab:blue")
    points = (
        (0.9, "sure and right", (-70, 20)),
        (0.25, "a guess among 4", (8, 10)),
        (0.01, "sure and wrong", (8, 10)),
    )
    for chance, words, shift in points:
        loss = -math.log(chance)
        ax.plot(chance, loss, "o", color="tab:red")
        ax.annotate(f"{words}: {loss:.2f}", (chance, loss), shift, textcoords="offset points")
    ax.set(xlabel="probability of the right class", ylabel="loss of this image", ylim=(0, 5.4))
    plt.show()


def draw_backbone():
    """Draw Figure 1: the map of features shrinks spatially and grows in channels."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    maps = [(32, 3), (32, 32), (16, 64), (8, 128), (8, 256)]
    layers = ["conv 3×3\nReLU", "conv 3×3\nReLU, pool", "conv 3×3\nReLU, pool", "conv 3×3\nReLU"]
    _, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
    left, gap = 0.0, 17.0
    for index, (size, channels) in enumerate(maps):
        width = 2 + channels / 10
        ax.add_patch(Rectangle((left, -size / 2), width, size, fc="#cfe2f3", ec="tab:blue"))
        middle = left + width / 2
        ax.text(middle, -size / 2 - 2, f"{size}×{size}\n×{channels}", ha="center", va="top")
        step = layers[index] if index < len(layers) else "head:\nlinear"
        ax.annotate(
            "", (left + width + gap - 2, 0), (left + width + 2, 0), arrowprops={"arrowstyle": "->"}
        )
        ax.text(left + width + gap / 2, 2, step, ha="center", va="bottom", fontsize=9)
        left += width + gap
    ax.add_patch(Rectangle((left, -5), 2, 10, fc="#f4cccc", ec="tab:red"))
    ax.text(left + 1, -7, "10\nlogits", ha="center", va="top")
    ax.set(xlim=(-4, left + 8), ylim=(-28, 19), aspect="equal")
    ax.axis("off")
    plt.show()


def draw_learning_rates():
    """Plot five steps of gradient descent on the loss w² for three learning rates."""
    import matplotlib.pyplot as plt
    import numpy as np

    grid = np.linspace(-3.4, 3.4, 200)
    rates = ((0.02, "0.02: too small"), (0.3, "0.3: arrives"), (1.05, "1.05: diverges"))
    _, axes = plt.subplots(1, 3, figsize=(9, 2.7), sharey=True, layout="constrained")
    for ax, (rate, words) in zip(axes, rates, strict=True):
        w = [2.0]
        for _ in range(5):
            w.append(w[-1] - rate * 2 * w[-1])
        ax.plot(grid, grid**2, color="0.7")
        ax.plot(w, np.square(w), "o-", color="tab:red", markersize=4)
        ax.set(title=f"learning rate {words}", xlabel="weight w")
    axes[0].set(ylabel="loss w²")
    plt.show()


def draw_run(history, best=None, title=""):
    """Plot one run's loss curves; ``best`` marks an epoch. Epochs count from 0."""
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(5.6, 3.2), layout="constrained")
    _draw_losses(ax, history)
    if best is not None:
        low = history["val_loss"][best]
        ax.plot(best, low, "o", color="tab:red")
        ax.axvline(best, color="0.6", linestyle=":")
        ax.annotate(f"epoch {best}", (best, low), (6, -14), textcoords="offset points")
    ax.set(title=title)
    ax.legend()
    plt.show()


def draw_curves(runs):
    """Plot the loss curves of several runs side by side: ``{"A": history, ...}``."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
    for ax, (name, history) in zip(axes.flat, runs.items(), strict=True):
        _draw_losses(ax, history)
        ax.set_title(f"{name}: {history['note']}", fontsize=10)
        ax.grid(alpha=0.3)
    axes[0, 0].legend()
    plt.show()


def _draw_losses(ax, history):
    for key, words, style in LOSSES:
        ax.plot(history[key], label=words, **style)
    top = max(loss for key, _, _ in LOSSES for loss in history[key] if math.isfinite(loss))
    ax.set(xlabel="epoch", ylabel="loss", ylim=(0, 1.08 * top))


def show_images(images, labels):
    """Show up to 16 pictures (N, 3, H, W) in two rows, with the names of their classes."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(2, 8, figsize=(9, 2.7), layout="constrained")
    for ax, image, label in zip(axes.flat, images, labels, strict=False):
        ax.imshow((image.permute(1, 2, 0) * 0.25 + 0.5).clip(0, 1))
        ax.set_title(CLASSES[int(label)], fontsize=9)
        ax.axis("off")
    plt.show()


# ------------------------------------------------------------------ pictures and a network


def pictures(n, seed=0, size=32, wrong=0.0, centred=False):
    """Draw n small colour pictures of four shapes, of every class equally many.

    Returns ``images``, a float32 tensor (n, 3, size, size) with values around 0, and
    ``labels``, an int64 tensor (n,) with the indices into ``CLASSES``. A share ``wrong`` of
    the labels is replaced by random ones. The shapes stand anywhere, or, if ``centred``, near
    the middle.
    """
    import numpy as np
    import torch

    rng = np.random.default_rng(seed)
    labels = rng.permutation(n) % len(CLASSES)
    images = np.stack([_picture(rng, int(label), size, centred) for label in labels])
    noisy = rng.random(n) < wrong
    labels = np.where(noisy, rng.integers(len(CLASSES), size=n), labels)
    return torch.from_numpy(images).float(), torch.from_numpy(labels).long()


def _picture(rng, label, size, centred):
    """One picture (3, size, size): a shape of random place, size and colour on a noisy ground."""
    import numpy as np

    radius = size * rng.uniform(0.18, 0.3)
    room = 1 if centred else size / 2 - radius - 1
    centre = size / 2 + rng.uniform(-room, room, 2)
    y, x = np.mgrid[:size, :size] - centre[:, None, None]
    shape = (
        x**2 + y**2 < radius**2,
        np.maximum(abs(x), abs(y)) < 0.85 * radius,
        (np.minimum(abs(x), abs(y)) < 0.3 * radius) & (np.maximum(abs(x), abs(y)) < radius),
        (abs(x) < (y + radius) / 2) & (y < radius),
    )[label]
    ground, colour = rng.uniform(-1.5, 0, 3), rng.uniform(0.3, 2, 3)
    image = np.where(shape, colour[:, None, None], ground[:, None, None])
    return image + rng.normal(0, 0.25, image.shape)


def sixteen_images():
    """The 16 pictures to learn by heart: images (16, 3, 32, 32) and labels (16,)."""
    return pictures(16, seed=16)


def small_cnn():
    """Figure 1 with few channels, for 32×32 colour images and 4 classes.

    It starts from the same weights each time, without touching the random generator.
    """
    import torch
    from torch import nn

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        return nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 8 * 8, len(CLASSES)),
        )


# ------------------------------------------------------------------ personal questions


def loop_lines(student_id):
    """The lines of one turn of the training loop in your own disorder: ``{"A": line, ...}``."""
    rng = personal(student_id, "loop_order")
    x, y = rng.choice((("x", "y"), ("images", "labels"), ("xb", "yb")))
    out, opt = rng.choice(("logits", "scores", "z")), rng.choice(("opt", "optimizer", "sgd"))
    lines = [
        "loss.backward()",
        f"loss = F.cross_entropy({out}, {y})",
        f"{opt}.step()",
        f"{opt}.zero_grad()",
        f"{out} = model({x})",
        f"{x}, {y} = next(batches)",
    ]
    rng.shuffle(lines)
    return dict(zip("ABCDEF", lines, strict=True))


def curve_instances(student_id):
    """Your four runs, ``{"A": history, ...}``.

    A history holds ``note`` (how the network was trained) and, with one number for each epoch,
    the lists ``train_loss``, ``val_loss`` and ``val_acc``.
    """
    rng = personal(student_id, "read_curves")
    draws = [_run_a, _run_b, *rng.sample([_run_a, _run_c, _run_d, _run_e], 2)]
    rng.shuffle(draws)
    return {name: draw(rng) for name, draw in zip("ABCD", draws, strict=True)}


def fix_options(student_id):
    """Measures to choose from, in your own order: ``{"a": measure, ...}``."""
    options = [
        "add dropout",
        "add weight decay",
        "augment the training images",
        "collect more training images",
        "keep the weights of the epoch with the lowest training loss",
        "keep the weights of the epoch with the lowest validation loss",
        "train a network with more layers and more channels",
        "train for twice as many epochs",
        "train on half of the training images",
    ]
    personal(student_id, "fixes").shuffle(options)
    return dict(zip("abcdefghi", options, strict=True))


# The kinds of runs have no names here: looking at the plot is quicker than reading this.


def _run_a(rng):
    epochs, first, turn = rng.randint(40, 56), rng.uniform(1.8, 2.6), rng.randint(8, 22)
    low = first * rng.uniform(0.45, 0.6)
    climb = low * rng.uniform(0.028, 0.04)
    val = [
        low + (first - low) * (0.7 * (1 - t / turn) ** 2 + 0.3 * (1 - t / turn))
        if t < turn
        else low + climb * (t - turn)
        for t in range(epochs)
    ]
    return _history(rng, _falling(epochs, first, 0.03, 0.6 * turn), val, 0.7, "plain training")


def _run_b(rng):
    epochs, first = rng.randint(40, 56), rng.uniform(1.8, 2.6)
    train = _falling(epochs, first, rng.uniform(0.22, 0.3), epochs / 7)
    share = rng.uniform(0.6, 0.72)
    val = [share * loss for loss in train]
    return _history(rng, train, val, 0.88, "trained with dropout and augmentation")


def _run_c(rng):
    epochs, first, slope = rng.randint(40, 56), rng.uniform(1.8, 2.6), rng.uniform(0.001, 0.003)
    train = [first * (1 - slope * t) for t in range(epochs)]
    val = [1.02 * loss for loss in train]
    return _history(rng, train, val, 0.2, "plain training")


def _run_d(rng):
    epochs, first = rng.randint(40, 56), rng.uniform(1.8, 2.6)
    train = _falling(epochs, first, rng.uniform(0.2, 0.28), epochs / 7)
    ratio = rng.uniform(1.04, 1.09)
    val = [ratio * loss for loss in train]
    return _history(rng, train, val, 0.86, "plain training")


def _run_e(rng):
    epochs, first, turn = rng.randint(40, 56), rng.uniform(1.8, 2.6), rng.randint(6, 12)
    train = _falling(turn, first, 0.6, turn / 2)
    train += [train[-1] * rng.uniform(1.5, 1.7) ** (t + 1) for t in range(8)]
    train += [math.nan] * (epochs - len(train))
    val = [1.1 * loss for loss in train]
    return _history(rng, train, val, 0.1, "plain training")


def _falling(epochs, first, floor, pace):
    """A loss that falls from ``first`` to the share ``floor`` of it, ``pace`` epochs at a time."""
    return [first * (floor + (1 - floor) * math.exp(-t / pace)) for t in range(epochs)]


def _history(rng, train, val, acc, note):
    """Round the curves and let them wobble a little, as curves of real runs do."""
    wobble = [[round(v * (1 + rng.uniform(-0.008, 0.008)), 4) for v in c] for c in (train, val)]
    rise = [acc * (1 - 0.7 * math.exp(-t / 5)) for t in range(len(train))]
    return {
        "note": note,
        "train_loss": wobble[0],
        "val_loss": wobble[1],
        "val_acc": [round(v * (1 + rng.uniform(-0.02, 0.02)), 4) for v in rise],
    }
