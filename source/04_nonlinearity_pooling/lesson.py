"""Figures, personal numbers and a convolution for the unit on nonlinearity and pooling."""

import itertools

import numpy as np
from classroom import personal

LABELS = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}  # XOR: class 1 where exactly one input is 1
CASES = ("aligned", "off_by_one", "bright_line", "dark_line", "checkerboard")
BLUE, ORANGE, GREY = "#1f6fb4", "#d95f02", "#666666"


def filled(value):
    """The value itself; stops like an unwritten answer while it is None or holds None."""
    if _is_open(value):
        raise NotImplementedError
    return value


def _is_open(value):
    if isinstance(value, dict):
        return any(map(_is_open, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_is_open, value))
    return value is None


def conv2d(x, w):
    """A valid convolution with stride 1 and no bias, done by PyTorch.

    x (N, C, H, W), w (F, C, kh, kw) -> (N, F, H-kh+1, W-kw+1).
    """
    import torch

    x, w = (torch.from_numpy(np.array(a, dtype=np.float64)) for a in (x, w))
    return torch.nn.functional.conv2d(x, w).numpy()


# ------------------------------------------------------------- personal numbers


def xor_crowd(student_id):
    """Your own XOR: how many pictures stand at each corner, {(x1, x2): count}."""
    draw = personal(student_id, "xor_crowd")
    counts = draw.sample(range(3, 21), 4)
    while not _are_clear(counts):
        counts = draw.sample(range(3, 21), 4)
    return dict(zip(LABELS, counts, strict=True))


def _are_clear(counts):
    """Whether different ways to count never give nearly the same share."""
    total, same = sum(counts), counts[0] + counts[3]
    ways = [0.5, 0.75, same / total, 1 - same / total, *(1 - count / total for count in counts)]
    return all(b - a > 0.012 for a, b in itertools.pairwise(sorted(ways)))


def deep_widths(student_id):
    """Widths of your own deep linear network: inputs, three hidden layers, class scores."""
    draw = personal(student_id, "deep_widths")
    hidden = draw.sample(range(2, 9), 3)
    inputs, scores = draw.sample(range(9, 16), 2)
    return (inputs, *hidden, scores)


def edge_maps(student_id):
    """Your own five feature maps for the pooling exercise: {case: array of shape (4, 8)}."""
    draw = personal(student_id, "edge_pooling")
    low = draw.randint(1, 6)
    high = low + 2 * draw.randint(2, 9)
    aligned, between = draw.choice([2, 4, 6]), draw.choice([1, 3, 5, 7])
    bright, dark, phase = draw.randrange(8), draw.randrange(8), draw.randrange(2)
    row, column = np.indices((4, 8))
    is_high = {  # which pixels are bright
        "aligned": column >= aligned,
        "off_by_one": column >= between,
        "bright_line": column == bright,
        "dark_line": column != dark,
        "checkerboard": (row + column) % 2 == phase,
    }
    return {case: np.where(is_high[case], high, low).astype(float) for case in CASES}


# ------------------------------------------------------------- figures


def _figure(rows, columns, size, **options):
    import matplotlib.pyplot as plt

    return plt.subplots(rows, columns, figsize=size, **options)


def _pixels(axes, values, title="", low=None, high=None, numbers=True, size=9, colours="gray"):
    """An array as an image with its numbers written on it."""
    values = np.asarray(values, dtype=float)
    low = values.min() if low is None else low
    high = values.max() if high is None else high
    axes.imshow(values, cmap=colours, vmin=low, vmax=high)
    axes.set_xticks(np.arange(-0.5, values.shape[1]), [])
    axes.set_yticks(np.arange(-0.5, values.shape[0]), [])
    axes.grid(color="0.6", linewidth=0.6)
    axes.tick_params(length=0)
    axes.set_title(title, fontsize=10)
    if numbers:
        middle = (low + high) / 2
        for (row, column), value in np.ndenumerate(values):
            shade = "white" if value <= middle else "black"
            axes.text(column, row, f"{value:g}", ha="center", va="center", color=shade, size=size)


def _sheet(blocks, size):
    """Arrays on one sheet, with the windows of 2×2 pooling drawn on them; returns the axes.

    A block is (top, left, values, side, numbers): where it lies, the side of its pixels in pixels
    of the sheet, and whether to write its numbers. One image of all is drawn many times faster
    than an axes for each.
    """
    import matplotlib.pyplot as plt
    from matplotlib.collections import LineCollection

    height = max(top + side * len(values) for top, _, values, side, _ in blocks)
    width = max(left + side * len(values[0]) for _, left, values, side, _ in blocks)
    sheet, lines = np.full((height, width), np.nan), {1: [], 2: []}
    for top, left, values, side, _ in blocks:
        bottom, right = top + side * len(values), left + side * len(values[0])
        sheet[top:bottom, left:right] = np.repeat(np.repeat(values, side, 0), side, 1)
        for step in {side, 2}:
            lines[step] += [[(x, top), (x, bottom)] for x in range(left, right + 1, step)]
            lines[step] += [[(left, y), (right, y)] for y in range(top, bottom + 1, step)]
    axes = plt.figure(figsize=size).add_axes((0, 0, 1, 1))
    axes.imshow(sheet, cmap="gray", extent=(0, width, height, 0))
    axes.add_collection(LineCollection(lines[1], colors="0.6", linewidths=0.6), autolim=False)
    axes.add_collection(LineCollection(lines[2], colors=ORANGE, linewidths=2), autolim=False)
    middle = (np.nanmin(sheet) + np.nanmax(sheet)) / 2
    for top, left, values, side, numbers in blocks:
        for (row, column), value in np.ndenumerate(values) if numbers else ():
            x, y = left + side * (column + 0.5), top + side * (row + 0.5)
            shade = "white" if value <= middle else "black"
            axes.text(x, y, f"{value:g}", ha="center", va="center", color=shade, size=9)
    axes.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -0.1))
    axes.axis("off")
    return axes


def draw_impulse(first, second):
    """Two 3×3 kernels, and what one bright pixel becomes behind both."""
    pixel = np.zeros((1, 1, 9, 9))
    pixel[0, 0, 4, 4] = 1
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    response = conv2d(conv2d(pixel, first[None, None]), second[None, None])[0, 0]
    _, axes = _figure(1, 3, (8.4, 3.1), width_ratios=[3, 3, 5])
    limit = np.abs(response).max()
    titles = ("first kernel", "second kernel", "one bright pixel behind both")
    for ax, title, values in zip(axes, titles, (first, second, response), strict=True):
        _pixels(ax, values, title, -2 * limit, 2 * limit, colours="RdBu_r", numbers=False)
        for (row, column), value in np.ndenumerate(values):
            ax.text(column, row, f"{value:g}", ha="center", va="center", size=11)


def draw_activations():
    """ReLU, leaky ReLU and GELU; and two ReLUs that add up to the absolute value."""
    from math import erf

    x = np.linspace(-3, 3, 301)
    gelu = x * np.array([(1 + erf(value / np.sqrt(2))) / 2 for value in x])
    _, (left, right) = _figure(1, 2, (9, 3.2))
    left.plot(x, np.maximum(x, 0), color=BLUE, label="ReLU")
    leaky = np.where(x > 0, x, 0.1 * x)
    left.plot(x, leaky, color=ORANGE, linestyle="--", label="leaky ReLU (0.1)")
    left.plot(x, gelu, color="black", linestyle=":", label="GELU")
    left.set_title("three bends", fontsize=10)
    right.plot(x, np.maximum(x, 0), color=BLUE, label="ReLU(x)")
    right.plot(x, np.maximum(-x, 0), color=ORANGE, linestyle="--", label="ReLU(−x)")
    right.plot(x, np.abs(x), color="0.8", linewidth=7, zorder=0, label="their sum: |x|")
    right.set_title("two bends make a shape that no linear layer has", fontsize=10)
    for ax in (left, right):
        ax.set_xlabel("x")
        ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
        ax.legend(fontsize=9, loc="upper center")


def _corners(axes, crowd=None):
    """The four corners of XOR, with their classes and, if given, the number of pictures."""
    for corner, label in LABELS.items():
        colour, marker = (ORANGE, "s") if label else (BLUE, "o")
        axes.scatter(*corner, s=170, color=colour, marker=marker, edgecolor="black", zorder=3)
        if crowd:
            text = f"class {label}\n{crowd[corner]} pictures"
            side = -1 if corner[0] == 0 else 1
            place = (corner[0] + 0.13 * side, corner[1])
            axes.text(*place, text, ha="right" if side < 0 else "left", va="center", size=9)
    axes.set(xlabel="x1", ylabel="x2", xticks=[0, 1], yticks=[0, 1], aspect="equal")


def draw_xor():
    """XOR beside one straight boundary, and beside a network with two ReLUs."""
    grid = np.linspace(-0.5, 1.5, 401)
    x1, x2 = np.meshgrid(grid, grid)
    total = x1 + x2
    scores = {
        "a linear network:\none straight boundary": total - 0.5,
        "two ReLUs in between:\nthe score rises and falls again": (
            np.maximum(total, 0) - 2 * np.maximum(total - 1, 0) - 0.5
        ),
    }
    _, axes = _figure(1, 2, (7.6, 3.9))
    for ax, (title, score) in zip(axes, scores.items(), strict=True):
        ax.contourf(x1, x2, score, levels=[-9, 0, 9], colors=["#cfe2f3", "#fde3cf"])
        ax.contour(x1, x2, score, levels=[0], colors=[GREY])
        _corners(ax)
        ax.set_title(title, fontsize=10)


def draw_crowd(crowd):
    """Your own XOR: the number of pictures at each corner."""
    _, axes = _figure(1, 1, (5.6, 3.2))
    _corners(axes, crowd)
    axes.set(xlim=(-0.9, 1.9), ylim=(-0.35, 1.35))


def draw_features():
    """Two steps up from pixels: edges, then corners, then corners on a coarser grid."""
    import torch

    image = torch.zeros(1, 1, 32, 32)
    image[..., 6:18, 6:14] = 1
    image[..., 14:26, 22:30] = 1
    sobel = torch.tensor([[1.0, 2, 1], [0, 0, 0], [-1, -2, -1]])
    kernels = torch.stack([sobel, -sobel, sobel.T, -sobel.T])[:, None]
    edges = torch.nn.functional.conv2d(image, kernels, padding=1).relu() / 4
    spread = torch.nn.functional.max_pool2d(edges, 3, stride=1, padding=1)
    flat, upright = spread[:, :2].amax(1), spread[:, 2:].amax(1)
    corners = (flat + upright - 1.4).relu()[:, None]
    coarse = torch.nn.functional.max_pool2d(corners, 4)
    panels = {
        "pixels": image[0, 0],
        "edge: dark\nabove bright\n(after ReLU)": edges[0, 1],
        "edge: dark\nleft of bright\n(after ReLU)": edges[0, 3],
        "corner: both\nkinds of edge meet\n(after ReLU)": corners[0, 0],
        "corners after\n4×4 max pooling": coarse[0, 0],
    }
    _, axes = _figure(1, 5, (9.6, 2.5))
    for ax, (title, values) in zip(axes, panels.items(), strict=True):
        ax.imshow(values, cmap="gray")
        ax.set_title(title, fontsize=10)
        ax.set(xticks=[], yticks=[])


def draw_windows():
    """A 4×4 map under 2×2 windows: its largest values and its averages."""
    x = [[1, 5, 2, 0], [3, 3, 6, 4], [7, 1, 0, 2], [4, 0, 8, 2]]
    largest, average = [[5, 6], [7, 8]], [[3, 3], [3, 3]]
    _, axes = _figure(1, 3, (8.2, 2.9), width_ratios=[2, 1, 1])
    titles = ("feature map: four windows", "max pooling", "average pooling")
    for ax, values, title in zip(axes, (x, largest, average), titles, strict=True):
        _pixels(ax, values, title, -4, 8, size=12)
    for edge in (-0.5, 1.5, 3.5):
        axes[0].axhline(edge, color=ORANGE, linewidth=3)
        axes[0].axvline(edge, color=ORANGE, linewidth=3)


def draw_gradient():
    """Where max pooling sends a gradient: one receiver in each window."""
    x = [[1, 5, 2, 0], [3, 4, 6, 4], [7, 1, 0, 2], [4, 0, 8, 3]]
    dout = [[10, 20], [30, 40]]
    dx = [[0, 10, 0, 0], [0, 0, 20, 0], [30, 0, 0, 0], [0, 0, 40, 0]]
    _, axes = _figure(1, 3, (8.2, 2.9), width_ratios=[2, 1, 2])
    titles = ("x, winners framed", "dout from above", "dx: the winner gets all of it")
    limits = ((-4, 8), (-40, 40), (-40, 40))
    for ax, values, title, (low, high) in zip(axes, (x, dout, dx), titles, limits, strict=True):
        _pixels(ax, values, title, low, high, size=12)
    for column, row in ((1, 0), (2, 1), (0, 2), (2, 3)):
        left, right, top, bottom = column - 0.44, column + 0.44, row - 0.44, row + 0.44
        outline = ([left, right, right, left, left], [top, top, bottom, bottom, top])
        axes[0].plot(*outline, color=ORANGE, linewidth=3)
    for ax in (axes[0], axes[2]):
        ax.axhline(1.5, color="black", linewidth=1.5)
        ax.axvline(1.5, color="black", linewidth=1.5)


def draw_maps(maps):
    """Your five feature maps, with the windows of 2×2 pooling drawn on them."""
    places = list(itertools.product((0, 6, 12), (0, 10)))  # two in a row: large numbers
    blocks = [(*place, maps[case], 1, True) for place, case in zip(places, CASES, strict=False)]
    axes = _sheet(blocks, (7.2, 6.6))
    for (top, left), case in zip(places, CASES, strict=False):
        axes.text(left + 4, top - 0.3, case, ha="center", size=10)


def draw_pooled(maps, pool2d, predict):
    """Each feature map beside what your pool2d makes of it, above the row that you predicted."""
    try:
        filled(predict)
    except NotImplementedError:
        print("Predict first: this figure waits until every None above is replaced.")
        return
    try:
        pooled = {
            (case, mode): np.asarray(pool2d(values[None, None], 2, mode=mode)).reshape(2, 4)
            for case, values in maps.items()
            for mode in ("max", "avg")
        }
    except Exception as error:
        print(f"The figure needs a working pool2d; yours stops with {type(error).__name__}.")
        return
    tops = range(0, 7 * len(CASES), 7)
    lefts = {"max": 10, "avg": 20}
    blocks = [(top, 0, maps[case], 1, False) for top, case in zip(tops, CASES, strict=True)]
    for top, case in zip(tops, CASES, strict=True):
        blocks += [(top, left, pooled[case, mode], 2, True) for mode, left in lefts.items()]
    axes = _sheet(blocks, (9, 10.5))
    for top, case in zip(tops, CASES, strict=True):
        axes.text(4, top - 0.3, case, ha="center", size=10)
        for mode, left in lefts.items():
            name = "max" if mode == "max" else "average"
            axes.text(left + 4, top - 0.3, f"{name}, by your pool2d", ha="center", size=10)
            words = f"you predicted: {_row_text(predict, case, mode)}"
            axes.text(left + 4, top + 4.8, words, ha="center", size=10)


def _row_text(predict, case, mode):
    try:
        return "  ".join(f"{float(value):g}" for value in np.ravel(predict[case][mode]))
    except (KeyError, TypeError, ValueError):
        return "?"


def draw_downsampling():
    """A large and a small bright object, pooled to a half, a quarter and an eighth."""
    import torch
    from torch.nn.functional import avg_pool2d, max_pool2d

    image = torch.zeros(1, 1, 32, 32)
    image[..., 8:24, 4:16] = 1
    image[..., 16:18, 24:26] = 1
    _, axes = _figure(2, 4, (9.6, 5.2))
    pools = {"max": max_pool2d, "average": avg_pool2d}
    for row, (name, pool) in zip(axes, pools.items(), strict=True):
        values = image
        for ax, factor in zip(row, (1, 2, 4, 8), strict=True):
            size = f"{values.shape[-1]}×{values.shape[-1]}"
            ax.imshow(values[0, 0], cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.set_title(f"{name}, {size}" if factor > 1 else f"image, {size}", fontsize=10)
            values = pool(values, 2)
