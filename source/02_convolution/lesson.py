"""Figures and personal numbers of the unit on convolution."""

import numpy as np
from classroom import personal

BLUE, ORANGE, GREY = "#2f6db5", "#e08214", "#d9d9d9"


def shape_instances(student_id):
    """Eight layers with numbers of one student's own.

    Returns a dict from "A" to "H"; each layer is a dict of pairs (height, width):
    ``size``, ``kernel``, ``stride``, ``pad`` and ``dilation``.
    """
    rng = personal(student_id, "shape_predictions")

    def layer(size, kernel, stride=(1, 1), pad=(0, 0), dilation=(1, 1)):
        return {"size": size, "kernel": kernel, "stride": stride, "pad": pad, "dilation": dilation}

    def size(low, high):
        return rng.randint(low, high), rng.randint(low, high)

    even = 2 * rng.randint(8, 20)
    odd = 2 * rng.randint(8, 20) + 1
    return {
        "A": layer(size(12, 40), (3, 5)),
        "B": layer(size(12, 40), (3, 3), pad=(0, rng.randint(1, 3))),
        "C": layer(size(20, 60), (rng.randint(3, 5),) * 2, stride=(3, 4)),
        "D": layer((even, even), (2, 2), pad=(1, 1)),
        "E": layer((odd + 1, odd), (7, 7), stride=(2, 2)),
        "F": layer(size(20, 40), (3, 3), dilation=(rng.randint(2, 4),) * 2),
        "G": layer(size(24, 48), (5, 5), stride=(2, 2), pad=(2, 2)),
        "H": layer(size(30, 60), (3, 3), (2, 2), (rng.randint(1, 3),) * 2, (2, 2)),
    }


def show_layers(layers):
    """Print the layers as a table."""

    def text(pair):
        return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}x{pair[1]}"

    print(f"{'':3}{'input':>8}{'kernel':>8}{'stride':>8}{'padding':>9}{'dilation':>10}")
    for name, layer in layers.items():
        print(
            f"{name:3}{layer['size'][0]}x{layer['size'][1]:<3}".rjust(11)
            + f"{text(layer['kernel']):>8}{text(layer['stride']):>8}"
            + f"{text(layer['pad']):>9}{text(layer['dilation']):>10}"
        )


def pairs_are_filled_in(predict, layers):
    """Whether there is a pair of whole numbers for each layer; an untouched one raises."""
    values = [predict.get(name) for name in layers]
    if all(value is None for value in values):
        raise NotImplementedError
    return all(
        value is not None and len(value) == 2 and all(int(n) == n for n in value)
        for value in values
    )


def draw_places(cases):
    """Draw the places of a kernel on a row of pixels, one panel for each case."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(cases), figsize=(3.1 * len(cases), 2.6))
    for axis, case in zip(axes, cases, strict=True):
        n, k = case["n"], case["k"]
        s, p, d = case.get("s", 1), case.get("p", 0), case.get("d", 1)
        span = d * (k - 1) + 1
        starts = range(-p, n + p - span + 1, s)
        for row, start in enumerate(starts):
            touched = {start + d * tap for tap in range(k)}
            for pixel in range(-p, n + p):
                inside = 0 <= pixel < n
                colour = BLUE if pixel in touched else GREY if inside else "white"
                axis.add_patch(
                    plt.Rectangle((pixel, -row), 0.9, 0.8, facecolor=colour, edgecolor="grey")
                )
        words = [f"kernel {k}"] + [
            f"{word} {value}"
            for word, value, usual in (("stride", s, 1), ("padding", p, 0), ("dilation", d, 1))
            if value != usual
        ]
        axis.set_title(f"{n} pixels, {', '.join(words)}:\n{len(starts)} places", fontsize=9)
        axis.set_xlim(-p - 0.2, n + p + 0.1)
        axis.set_ylim(-len(starts) + 0.8, 1.1)
        axis.set_aspect("equal")
        axis.axis("off")
    figure.tight_layout()
    plt.show()


def _correlate(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))


def _digit():
    from sklearn.datasets import load_digits

    return np.kron(load_digits().images[0] / 16, np.ones((4, 4)))


def draw_edges():
    """Draw a digit and what two edge kernels answer to it."""
    import matplotlib.pyplot as plt

    image = _digit()
    kernel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    panels = [
        ("a handwritten 0, 32x32", image, "gray"),
        ("left-to-right kernel: 30x30", _correlate(image, kernel), "RdBu"),
        ("top-to-bottom kernel: 30x30", _correlate(image, kernel.T), "RdBu"),
    ]
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.4))
    for axis, (title, picture, colours) in zip(axes, panels, strict=True):
        shown = axis.imshow(picture, cmap=colours)
        axis.set_title(title, fontsize=10)
        axis.axis("off")
        figure.colorbar(shown, ax=axis, fraction=0.046)
    figure.tight_layout()
    plt.show()


def draw_uses():
    """Draw under how many places of a kernel each pixel lies, for stride 1 and stride 2."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.4))
    for axis, (size, stride) in zip(axes, ((5, 1), (6, 2)), strict=True):
        uses = np.zeros((size, size), int)
        for top in range(0, size - 2, stride):
            for left in range(0, size - 2, stride):
                uses[top : top + 3, left : left + 3] += 1
        axis.imshow(uses, cmap="Blues", vmin=0, vmax=12)
        for (row, column), count in np.ndenumerate(uses):
            axis.text(column, row, count, ha="center", va="center")
        axis.set_title(f"{size}x{size} image, 3x3 kernel, stride {stride}", fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
    figure.tight_layout()
    plt.show()


def draw_moved():
    """Draw a shape, the shape moved by three pixels, and their feature maps."""
    import matplotlib.pyplot as plt

    image = np.zeros((14, 14))
    image[4:8, 3:5] = 1
    image[7, 3:7] = 1
    kernel = np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
    figure, axes = plt.subplots(2, 2, figsize=(6.4, 6))
    for column, moved in enumerate((image, np.roll(image, 3, axis=1))):
        feature_map = _correlate(moved, kernel)
        axes[0, column].imshow(moved, cmap="gray")
        axes[0, column].set_title(["the image", "moved 3 pixels to the right"][column], fontsize=10)
        axes[1, column].imshow(feature_map, cmap="RdBu")
        axes[1, column].set_title(f"feature map, maximum {feature_map.max():g}", fontsize=10)
    for axis in axes.flat:
        axis.set_xticks([])
        axis.set_yticks([])
    figure.tight_layout()
    plt.show()
