"""Max and average pooling, the oracle of three questions, and maps to pool."""

import numpy as np
from numpy.random import Generator

MODES = ("max", "avg")


def pooled(
    x: np.ndarray,
    k: int,
    stride: int | None = None,
    pad: int = 0,
    mode: str = "max",
    count_include_pad: bool = True,
    ceil: bool = False,
) -> np.ndarray:
    """x (N, C, H, W) pooled window by window, as float64 (N, C, H', W').

    It looks at the real pixels of each k×k window alone, as the definition says; with ``ceil``
    windows that begin in the map count even if they do not fit.
    """
    stride = stride or k
    more = stride - 1 if ceil else 0
    rows, columns = (range(-pad, n + pad - k + 1 + more, stride) for n in x.shape[2:])
    out = np.empty((*x.shape[:2], len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            real = x[:, :, max(row, 0) : row + k, max(column, 0) : column + k].astype(np.float64)
            size = k * k if count_include_pad else max(1, real.shape[2] * real.shape[3])
            out[:, :, i, j] = real.max((2, 3)) if mode == "max" else real.sum((2, 3)) / size
    return out


def feature_map(rng: Generator, *shape: int) -> np.ndarray:
    """Different whole numbers from 1 on, in random order, as floats."""
    return rng.permutation(int(np.prod(shape))).reshape(shape) + 1.0
