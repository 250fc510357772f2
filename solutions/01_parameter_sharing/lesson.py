"""The figures, the personal numbers and the experiment of the unit on parameter sharing."""

from collections.abc import Callable, Iterable

import numpy as np
from classroom import personal

BLUE, ORANGE, GREEN, GREY = "#2b6cb0", "#dd6b20", "#2f855a", "#718096"


def answered(answer):
    """The answer itself; NotImplementedError while it is empty or one of its items is None."""
    items = list(answer.values()) if isinstance(answer, dict) else list(answer or [])
    if not items or any(item is None for item in items):
        raise NotImplementedError("there is no answer yet")
    return answer


# ------------------------------------------------------------ what is your own


def claim_pairs(student_id: str) -> list[tuple[int, int]]:
    """Six pairs (channels in, channels out): three for everybody, then three of your own."""
    rng = personal(student_id, "claim")
    ratios = [rng.choice((1.25, 1.5, 2)), rng.choice((2.5, 3, 4)), rng.choice((1.5, 2, 2.5, 3))]
    rng.shuffle(ratios)
    own = zip(rng.sample(range(8, 129, 4), 3), ratios, strict=True)
    return [(64, 64), (3, 64), (1, 64)] + [(c_in, round(ratio * c_in)) for c_in, ratio in own]


SWEEP_OPTIONS = {
    "image size": "The layer needs no more weights for a larger image.",
    "detector": "The layer looks for the same pattern at every position.",
    "gradient": "In training, a weight's gradient is a sum over all positions where it was used.",
    "multiplications": "Each output number needs fewer multiplications than it would need if "
    "every position had a kernel of its own, of the same size.",
    "own kernels": "After training, the kernel at the top left differs from the kernel at the "
    "bottom right.",
    "rotation": "The network becomes rotation invariant: it gives the same answer when the "
    "image is rotated.",
}


def sweep_order(student_id: str) -> dict[str, str]:
    """Which option stands behind each letter A to F: {letter: key of SWEEP_OPTIONS}."""
    keys = sorted(SWEEP_OPTIONS)
    personal(student_id, "sweep_intuition").shuffle(keys)
    return dict(zip("ABCDEF", keys, strict=True))


def show_options(student_id: str) -> None:
    """Print the six options in your own order."""
    for letter, key in sweep_order(student_id).items():
        print(f"{letter}  {SWEEP_OPTIONS[key]}")


# ---------------------------------------------------------------------- figures


def draw_weight_bars() -> None:
    """Bars on a logarithmic axis: the weights of three layers on a 224×224×3 image."""
    import matplotlib.pyplot as plt

    layers = {
        "dense\n1000 units": (150_528_000, GREY),
        "locally connected\n3×3, 64 maps": (86_704_128, ORANGE),
        "convolution\n3×3, 64 maps": (1_728, BLUE),
    }
    _, ax = plt.subplots(figsize=(7, 2.8))
    for name, (weights, colour) in layers.items():
        ax.barh(name, weights, color=colour)
        ax.text(weights * 1.3, name, f"{weights:,}", va="center")
    ax.invert_yaxis()
    ax.set(xscale="log", xlim=(100, 1e10), xlabel="weights (each grid line is 10 times more)")
    ax.set_title("One layer on a 224×224×3 image")
    ax.grid(axis="x", alpha=0.4)
    ax.set_axisbelow(True)
    plt.tight_layout()
    plt.show()


def draw_connections() -> None:
    """Three small layers from 6 inputs to 4 outputs; one colour is one weight."""
    import matplotlib.pyplot as plt

    def window(j: int) -> range:
        return range(j, j + 3)

    dense = [(i, j, (i, j)) for j in range(4) for i in range(6)]
    local = [(i, j, (i, j)) for j in range(4) for i in window(j)]
    shared = [(i, j, i - j) for j in range(4) for i in window(j)]
    panels = {"dense": dense, "locally connected": local, "convolution": shared}
    _, axes = plt.subplots(1, 3, figsize=(10, 2.9))
    for ax, (name, lines) in zip(axes, panels.items(), strict=True):
        names = sorted({weight for _, _, weight in lines})
        colours = plt.colormaps["turbo"](np.linspace(0.08, 0.92, len(names)))
        for i, j, weight in lines:
            ax.plot([i, j + 1], [0, 1], color=colours[names.index(weight)], lw=2, zorder=1)
        ax.scatter(range(6), [0] * 6, s=110, color="black", zorder=2)
        ax.scatter(range(1, 5), [1] * 4, s=110, color="black", zorder=2)
        ax.set_title(f"{name}\n{len(lines)} lines, {len(names)} different weights", fontsize=11)
        ax.set(xlim=(-0.6, 5.6), ylim=(-0.2, 1.2))
        ax.axis("off")
    axes[0].text(-0.5, 1, "outputs", ha="right", va="center")
    axes[0].text(-0.5, 0, "inputs", ha="right", va="center")
    plt.tight_layout()
    plt.show()


def plot_image_sizes(
    conv_params: Callable, locally_connected_params: Callable, conv_macs: Callable
) -> None:
    """Your three counts against the side of the image, for 3×3 kernels from 3 to 8 channels."""
    import matplotlib.pyplot as plt

    sides = [4, 8, 16, 32, 64]
    try:
        shared = [int(conv_params(3, 8, 3)) for _ in sides]
        local = [int(locally_connected_params(side, side, 3, 8, 3)) for side in sides]
        macs = [int(conv_macs(side, side, 3, 8, 3)) for side in sides]
        if min(*shared, *local, *macs) < 1:
            raise ValueError("a logarithmic axis shows positive counts only")
    except Exception:
        print("The figure appears here when conv_params, locally_connected_params and conv_macs")
        print("are written. Come back to this cell then.")
        return
    _, ax = plt.subplots(figsize=(7, 3.6))
    ax.plot(sides, macs, "s--", ms=10, mfc="none", color=GREEN, label="multiply-adds, either layer")
    ax.plot(sides, local, "o-", color=ORANGE, label="parameters, locally connected")
    ax.plot(sides, shared, "o-", color=BLUE, label="parameters, convolution")
    ax.set(xscale="log", yscale="log", xlabel="height and width of the image (pixels)")
    ax.set(ylabel="count", title="3×3 kernels, 3 channels in, 8 channels out")
    ax.set_xticks(sides, [str(side) for side in sides])
    ax.minorticks_off()
    ax.grid(alpha=0.4)
    ax.legend()
    plt.tight_layout()
    plt.show()


def plot_stack_vs_single(stack_params: Callable, single_params: Callable) -> None:
    """Your two counts for 64 channels out, against the number of channels that come in."""
    import matplotlib.pyplot as plt

    channels = list(range(1, 97))
    try:
        stack = [int(stack_params(c_in, 64, 3, 3)) for c_in in channels]
        single = [int(single_params(c_in, 64, 7)) for c_in in channels]
    except Exception:
        print("The figure appears here when stack_params and single_params are written.")
        return
    _, ax = plt.subplots(figsize=(7, 3.4))
    ax.plot(channels, stack, color=BLUE, label="three 3×3 layers")
    ax.plot(channels, single, "--", color=ORANGE, label="one 7×7 layer")
    ax.set(xlabel="channels in", ylabel="weights", title="64 channels out")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.grid(alpha=0.4)
    ax.legend()
    plt.tight_layout()
    plt.show()


def draw_sweep() -> None:
    """An image with one pattern at two places, a kernel, and its response everywhere."""
    import matplotlib.pyplot as plt

    kernel = np.array([[-1.0, 1, -1], [1, 1, 1], [-1, 1, -1]])
    image = np.zeros((12, 12))
    for row, col in ((1, 2), (7, 7)):
        image[row : row + 3, col : col + 3] = kernel > 0
    image[8, 1:5] = 1  # a bar: only part of the pattern
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    response = (windows * kernel).sum(axis=(2, 3))
    _, axes = plt.subplots(1, 3, figsize=(9, 3.2), width_ratios=(3, 1.2, 3))
    titles = ("image, 12×12", "kernel, 3×3", "response, 10×10")
    for ax, picture, title in zip(axes, (image, kernel, response), titles, strict=True):
        limit = np.abs(picture).max()
        ax.imshow(picture, cmap="RdBu", vmin=-limit, vmax=limit)
        ax.set_title(title)
        ax.set(xticks=[], yticks=[])
    for row, col in np.argwhere(response == response.max()):
        value = f"{response[row, col]:.0f}"
        axes[2].text(col, row, value, ha="center", va="center", color="white", weight="bold")
    for (row, col), value in np.ndenumerate(kernel):
        axes[1].text(col, row, f"{value:+.0f}", ha="center", va="center", color="white")
    plt.tight_layout()
    plt.show()


# ------------------------------------------------------- the permutation experiment

N_TRAIN, SIDE, EPOCHS = 1000, 14, 8


def placed_digits(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """1,797 digits of 8×8 pixels, each at a random place of a 14×14 image.

    Returns the images, (N, 1, 14, 14) float32 from 0 to 1, and the labels, (N,) int64. The
    digits are scikit-learn's ``load_digits``.
    """
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(seed)
    digits = load_digits()
    order = rng.permutation(len(digits.images))
    images = np.zeros((len(order), 1, SIDE, SIDE), np.float32)
    for image, digit in zip(images, digits.images[order], strict=True):
        row, col = rng.integers(0, SIDE - 8 + 1, size=2)
        image[0, row : row + 8, col : col + 8] = digit / 16
    return images, digits.target[order].astype(np.int64)


def draw_permuted(permute_pixels: Callable) -> None:
    """Four digits and, below them, the same digits after your ``permute_pixels``."""
    import matplotlib.pyplot as plt

    images, labels = placed_digits()
    images = images[[int(np.argmax(labels == digit)) for digit in (0, 2, 3, 6)]]
    try:
        permuted = np.asarray(permute_pixels(images.copy(), _fixed_permutation()))
        pictures = [*images.reshape(4, SIDE, SIDE), *permuted.reshape(4, SIDE, SIDE)]
    except Exception:
        print("The figure appears here when permute_pixels is written.")
        return
    _, axes = plt.subplots(2, 4, figsize=(6, 3.2))
    for ax, picture in zip(axes.flat, pictures, strict=True):
        ax.imshow(picture, cmap="gray")
        ax.set(xticks=[], yticks=[])
    axes[0, 0].set_ylabel("original")
    axes[1, 0].set_ylabel("permuted")
    plt.tight_layout()
    plt.show()


def permutation_experiment(permute_pixels: Callable) -> dict[str, dict[str, float]] | None:
    """Train a CNN and an MLP on the digits, and once more on the digits permuted by your function.

    Returns the shares of validation images that are named rightly, for example
    ``{"cnn": {"original": 0.5, "permuted": 0.5}, "mlp": ...}``, and draws them; or None while
    ``permute_pixels`` is not written or returns another shape. About a second on one core.
    """
    images, labels = placed_digits()
    perm = _fixed_permutation()
    try:
        parts = [
            np.asarray(permute_pixels(part.copy(), perm.copy()), np.float32)
            for part in _split(images)
        ]
    except NotImplementedError:
        print("The experiment runs here when permute_pixels is written.")
        return None
    if [part.shape for part in parts] != [part.shape for part in _split(images)]:
        print("The experiment waits: permute_pixels must return images of the shape it was given.")
        return None
    data = {"original": images, "permuted": np.concatenate(parts)}
    accuracy = {
        name: {kind: _train(build, x, labels) for kind, x in data.items()}
        for name, build in (("cnn", _build_cnn), ("mlp", _build_mlp))
    }
    _draw_accuracy(accuracy)
    return accuracy


def _fixed_permutation() -> np.ndarray:
    return np.random.default_rng(7).permutation(SIDE * SIDE)


def _split(values: np.ndarray) -> Iterable[np.ndarray]:
    return values[:N_TRAIN], values[N_TRAIN:]


def _build_cnn():
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 24, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveMaxPool2d(1),  # the strongest response of each of the 24 maps
        nn.Flatten(),
        nn.Linear(24, 10),
    )


def _build_mlp():
    from torch import nn

    return nn.Sequential(nn.Flatten(), nn.Linear(SIDE * SIDE, 64), nn.ReLU(), nn.Linear(64, 10))


def _train(build: Callable, images: np.ndarray, labels: np.ndarray) -> float:
    """Accuracy on the validation images after EPOCHS epochs of Adam, from a fixed start."""
    import torch
    from torch.nn.functional import cross_entropy

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = build()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        (x, x_val), (y, y_val) = (map(torch.tensor, _split(v)) for v in (images, labels))
        for _ in range(EPOCHS):
            for batch in torch.randperm(len(x)).split(50):
                optimizer.zero_grad()
                cross_entropy(model(x[batch]), y[batch]).backward()
                optimizer.step()
    with torch.no_grad():
        return float((model(x_val).argmax(1) == y_val).float().mean())


def _draw_accuracy(accuracy: dict[str, dict[str, float]]) -> None:
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(6, 3.2))
    places = np.arange(len(accuracy))
    for shift, kind, colour in ((-0.2, "original", BLUE), (0.2, "permuted", ORANGE)):
        shares = [of_model[kind] for of_model in accuracy.values()]
        bars = ax.bar(places + shift, shares, width=0.38, color=colour, label=f"{kind} pixels")
        ax.bar_label(bars, fmt="%.2f")
    ax.axhline(0.1, color="black", ls=":", label="guessing")
    ax.set_xticks(places, [name.upper() for name in accuracy])
    ax.set(ylim=(0, 1.15), ylabel="validation accuracy")
    ax.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.2), frameon=False)
    plt.tight_layout()
    plt.show()
