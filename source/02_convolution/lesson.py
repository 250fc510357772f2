"""Helpers of the notebook "Convolution": your own layers, figures, a picture to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from classroom import personal

Layer = dict[str, tuple[int, ...]]
INK, PAPER, KERNEL = "#1f2933", "#f4f5f7", "#d1495b"

# --------------------------------------------------------------- personal layers


def shape_instances(student_id: str) -> dict[str, Layer]:
    """Eight convolutional layers "A" to "H", drawn from the student's id.

    A layer has the shapes ``x`` (N, C, H, W) and ``w`` (F, C, kh, kw), and pairs (along the
    height, along the width) ``stride``, ``pad`` and ``dilation``.
    """
    draw = personal(student_id, "shape_predictions")

    def size(low: int, high: int) -> tuple[int, int]:
        height, width = draw.sample(range(low, high), 2)
        return height, width

    def with_tail(kernel: int, stride: int, pad: int) -> int:
        places = draw.randrange(3, 8)
        return kernel + (places - 1) * stride + draw.randrange(1, stride) - 2 * pad

    def layer(image: tuple[int, int], kernel: tuple[int, int], **options: tuple[int, int]) -> Layer:
        images, channels, filters = draw.sample(range(2, 10), 3)
        plain = {"stride": (1, 1), "pad": (0, 0), "dilation": (1, 1)}
        shapes = {"x": (images, channels, *image), "w": (filters, channels, *kernel)}
        return {**shapes, **plain, **options}

    odd = draw.choice([3, 5])
    gap = draw.choice([2, 3])
    stem = with_tail(7, 2, 3), with_tail(7, 2, 3) + 16
    steps = with_tail(odd, 3, 0), with_tail(odd, 4, 0) + 16
    last = with_tail(5, 2, 1), with_tail(5, 3, 2) + 15
    return {
        "A": layer(size(9, 20), (odd, odd)),
        "B": layer(stem, (7, 7), stride=(2, 2), pad=(3, 3)),
        "C": layer(size(9, 20), (3, 5)),
        "D": layer(size(9, 20), (3, 3), pad=(0, 1)),
        "E": layer(steps, (odd, odd), stride=(3, 4)),
        "F": layer(size(9, 20), (2, 2), pad=(1, 1)),
        "G": layer(size(12, 24), (3, 3), dilation=(gap, gap)),
        "H": layer(last, (3, 5), stride=(2, 3), pad=(1, 2), dilation=(2, 1)),
    }


def show_layers(layers: dict[str, Layer]) -> None:
    """Print one line for each layer."""
    print("layer   x (N, C, H, W)      w (F, C, kh, kw)    stride    pad       dilation")
    for name, layer in layers.items():
        cells = (str(layer[part]) for part in ("x", "w", "stride", "pad", "dilation"))
        widths = (20, 20, 10, 10, 10)
        row = "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print(f"  {name}     {row}".rstrip())


# --------------------------------------------------------------- numbers


def numeric_gradient(loss: Callable[[], float], array: np.ndarray) -> np.ndarray:
    """How much ``loss()`` changes with each entry of ``array``, by nudging them one by one.

    ``loss`` takes no argument: it reads ``array``, whose entries are put back afterwards.
    """
    gradient = np.zeros(array.shape)
    for index in np.ndindex(*array.shape):
        kept, nudge = array[index], 1e-4
        array[index] = kept + nudge
        above = loss()
        array[index] = kept - nudge
        below = loss()
        array[index] = kept
        gradient[index] = (above - below) / (2 * nudge)
    return gradient


def picture() -> np.ndarray:
    """A small drawing of a house under the sun, grey values from 0 to 1, shape (1, 1, 40, 48)."""
    image = np.full((40, 48), 0.75)
    row, column = np.mgrid[:40, :48]
    image[(row - 8) ** 2 + (column - 38) ** 2 <= 20] = 1.0
    image[30:] = 0.45
    image[18:34, 8:30] = 0.6
    image[(row >= 8) & (row < 18) & (abs(column - 18.5) <= (row - 7) * 1.25)] = 0.2
    image[24:34, 12:18] = 0.15
    image[21:27, 22:27] = 0.95
    return image[None, None]


def dot(height: int, width: int, at: tuple[int, int]) -> np.ndarray:
    """A black image with one white pixel, shape (1, 1, height, width)."""
    image = np.zeros((1, 1, height, width))
    image[0, 0, at[0], at[1]] = 1.0
    return image


# --------------------------------------------------------------- figures


def show_places(*rows: tuple[str, int, int, Sequence[int], Sequence[int]]) -> None:
    """Draw rows of pixels and, under each, every place of the kernel.

    A row is (title, pixels, pad, taps, starts): ``taps`` are the distances of the kernel's
    weights from its first one, ``starts`` the places of the first weight (the first padded
    cell is place 0).
    """
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    heights = [len(starts) + 2 for *_, starts in rows]
    longest = max(pixels + 2 * pad for _, pixels, pad, _, _ in rows)
    figure, axes = plt.subplots(
        len(rows), 1, figsize=(6.4, 0.34 * sum(heights)), height_ratios=heights, squeeze=False
    )
    for ax, (title, pixels, pad, taps, starts) in zip(axes[:, 0], rows, strict=True):
        for cell in range(pixels + 2 * pad):
            padded = cell < pad or cell >= pixels + pad
            ax.add_patch(
                Rectangle((cell, 0), 0.92, 0.8, fc="white" if padded else "#9fb3c8", ec=INK, lw=0.8)
            )
            ax.text(cell + 0.46, 0.4, "0" if padded else "", ha="center", va="center", fontsize=8)
        for line, start in enumerate(starts, 1):
            ax.plot([start + 0.46, start + taps[-1] + 0.46], [-line + 0.4] * 2, color=KERNEL, lw=1)
            for tap in taps:
                ax.add_patch(Rectangle((start + tap, -line), 0.92, 0.8, fc=KERNEL, ec="none"))
            ax.text(longest + 0.4, -line + 0.4, f"place {line}", va="center", fontsize=8, color=INK)
        ax.set(xlim=(-0.1, longest + 2.2), ylim=(-len(starts) - 0.2, 1))
        ax.set_title(title, loc="left", fontsize=9, color=INK)
        ax.axis("off")
    figure.tight_layout()
    plt.show()


def show_arrays(
    arrays: dict[str, Any], numbers: bool = True, marks: dict[str, Iterable[Any]] | None = None
) -> None:
    """Draw images side by side; a name is the title above its image.

    An image is an array whose last two axes are rows and columns (the others have length 1).
    ``numbers`` writes the value into every pixel. ``marks`` gives, for a name, pixels
    (row, column) that get a frame.
    """
    import matplotlib.pyplot as plt

    images = {name: np.asarray(array)[(0,) * (np.ndim(array) - 2)] for name, array in arrays.items()}
    widths = [max(image.shape[1], 3) for image in images.values()]
    tallest = max(image.shape[0] for image in images.values())
    scale = min(0.5, 9.0 / sum(widths))
    figure, axes = plt.subplots(
        1,
        len(images),
        figsize=(max(scale * sum(widths) + 0.6 * len(images), 3), scale * tallest + 0.7),
        width_ratios=widths,
        squeeze=False,
    )
    for ax, (name, image) in zip(axes[0], images.items(), strict=True):
        reach = max(np.abs(image).max(), 1e-9)
        if image.min() < 0:
            ax.imshow(image, cmap="RdBu_r", vmin=-reach * 1.6, vmax=reach * 1.6)
        else:
            ax.imshow(image, cmap="Blues" if numbers else "gray", vmin=0, vmax=reach * 1.6**numbers)
        ax.set_title(name, fontsize=9, color=INK)
        ax.set_xticks([])
        ax.set_yticks([])
        if numbers:
            for (row, column), value in np.ndenumerate(image):
                ax.text(column, row, f"{value:g}", ha="center", va="center", fontsize=9, color=INK)
        for row, column in (marks or {}).get(name, ()):
            box = plt.Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, ec=KERNEL, lw=2.2)
            ax.add_patch(box)
    figure.tight_layout()
    plt.show()
