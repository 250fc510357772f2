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
        return rng.randint(low, high), rng.randint(high + 8, 2 * high)

    even = 2 * rng.randint(8, 14)
    return {
        "A": layer(size(12, 20), (3, 5)),
        "B": layer(size(12, 20), (3, 3), pad=(0, rng.randint(1, 3))),
        "C": layer(
            (rng.randint(20, 28), rng.randint(45, 60)), (rng.randint(3, 5),) * 2, stride=(3, 4)
        ),
        "D": layer(size(8, 18), (2, 2), pad=(1, 1)),
        "E": layer((even, even + rng.randint(9, 19)), (7, 7), stride=(2, 2)),
        "F": layer(size(20, 26), (3, 3), dilation=(rng.randint(2, 4),) * 2),
        "G": layer(size(16, 24), (5, 5), stride=(2, 2), pad=(2, 2)),
        "H": layer(size(16, 24), (3, 3), (2, 2), (rng.randint(2, 3),) * 2, (2, 2)),
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


def labels_are_filled_in(answers, count, labels):
    """Whether there are ``count`` answers, each one of the labels; an untouched one raises."""
    if all(answer is None for answer in answers.values()):
        raise NotImplementedError
    written = [str(answer).strip().lower() for answer in answers.values()]
    return len(written) == count and set(written) <= set(labels)


def draw_places(cases):
    """Draw the places of a kernel on a row of pixels, one panel for each case.

    A case is a dict: ``n`` pixels, ``p`` zeros at each end, the ``taps`` (distances of the
    kernel's weights from its first weight) and the ``starts``, the pixels under that first weight.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(cases), figsize=(3.1 * len(cases), 2.6))
    for axis, case in zip(axes, cases, strict=True):
        n, p = case["n"], case.get("p", 0)
        for row, start in enumerate(case["starts"]):
            touched = {start + tap for tap in case["taps"]}
            for pixel in range(-p, n + p):
                inside = 0 <= pixel < n
                colour = BLUE if pixel in touched else GREY if inside else "white"
                box = plt.Rectangle((pixel, -row), 0.9, 0.8, facecolor=colour, edgecolor="grey")
                axis.add_patch(box)
                if not inside:
                    ink = "white" if pixel in touched else "black"
                    axis.text(pixel + 0.45, 0.38 - row, "0", ha="center", va="center", color=ink)
        axis.set_title(f"{case['title']}:\n{len(case['starts'])} places", fontsize=9)
        axis.set_xlim(-p - 0.2, n + p + 0.1)
        axis.set_ylim(-len(case["starts"]) + 0.8, 1.1)
        axis.set_aspect("equal", anchor="N")
        axis.axis("off")
    figure.tight_layout()
    plt.show()


def _correlate(image, kernel, mode="valid"):
    from scipy.signal import correlate2d

    return correlate2d(image, kernel, mode)


def _house():
    """A drawing of a house under the sun, grey values from 0 to 1, shape (40, 48)."""
    image = np.full((40, 48), 0.7)
    row, column = np.mgrid[:40, :48]
    image[(row - 8) ** 2 + (column - 38) ** 2 <= 20] = 1.0
    image[31:] = 0.4
    image[18:34, 8:30] = 0.55
    image[(row >= 8) & (row < 18) & (abs(column - 18.5) <= (row - 7) * 1.25)] = 0.15
    image[24:34, 12:18] = 0.1
    image[21:27, 22:27] = 0.95
    return image


def draw_edges():
    """Draw a house and what two edge kernels answer to it."""
    import matplotlib.pyplot as plt

    image = _house()
    kernel = np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    maps = {"kernel A": _correlate(image, kernel), "kernel B": _correlate(image, kernel.T)}
    figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.1))
    axes[0].imshow(image, cmap="gray", vmin=0, vmax=1)
    axes[0].set_title("the image, 40x48", fontsize=10)
    for axis, (name, feature_map) in zip(axes[1:], maps.items(), strict=True):
        height, width = feature_map.shape
        shown = axis.imshow(feature_map, cmap="RdBu", vmin=-2.5, vmax=2.5)
        axis.set_title(f"feature map of {name}, {height}x{width}", fontsize=10)
    for axis in axes:
        axis.set_xticks([])
        axis.set_yticks([])
    figure.colorbar(shown, ax=axes, fraction=0.03, pad=0.02)
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
        axes[1, column].imshow(feature_map, cmap="RdBu", vmin=-4, vmax=4)
        axes[1, column].set_title(f"feature map, maximum {feature_map.max():g}", fontsize=10)
    for axis in axes.flat:
        axis.set_xticks([])
        axis.set_yticks([])
    figure.tight_layout()
    plt.show()


# ----------------------------------------------------------------- the rook


def board(height, width, rook=None):
    """A chess board as an image (1, 1, height, width): squares are 1, the rook's square is 2."""
    squares = np.ones((1, 1, height, width))
    if rook is not None:
        squares[0, 0, rook[0], rook[1]] = 2
    return squares


def rook_answer(weights, squares):
    """The largest number after convolution (padding 1) and ReLU. ``weights`` is a pair (w, b)."""
    w, b = weights
    response = _correlate(squares[0, 0], np.reshape(w, (3, 3)), "same") + float(np.squeeze(b))
    return float(np.maximum(response, 0).max())


def draw_boards():
    """Draw three boards: a rook in the middle, on the left edge, in the row at the top."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(8.4, 3.1))
    wanted = ["answer 0", "answer above 0", "answer 0"]
    for axis, rook, text in zip(axes, [(3, 4), (3, 0), (0, 3)], wanted, strict=True):
        framed = np.pad(board(6, 6, rook)[0, 0], 1)
        axis.imshow(framed, cmap="Blues", vmin=0, vmax=3)
        for (row, column), value in np.ndenumerate(framed):
            axis.text(column, row, f"{value:g}", ha="center", va="center", fontsize=9)
        axis.add_patch(plt.Rectangle((0.5, 0.5), 6, 6, fill=False, edgecolor=ORANGE, linewidth=2))
        axis.set_title(text, fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
    figure.tight_layout()
    plt.show()
