"""Max and average pooling, the oracle of three questions, and maps to pool."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import Generator

MODES = ("max", "avg")


@dataclass(frozen=True)
class Pooling:
    """A call of pool2d with x (N, C, H, W); with ``ceil`` windows that do not fit count too."""

    x: np.ndarray
    k: int
    stride: int | None = None
    pad: int = 0
    mode: str = "max"
    count_include_pad: bool = True
    ceil: bool = False

    def result(self) -> np.ndarray:
        """(N, C, H', W') in float64, by the definition: from the real pixels of each window."""
        k, stride = self.k, self.stride or self.k
        end = self.pad - k + 1 + (stride - 1 if self.ceil else 0)
        rows, columns = (range(-self.pad, n + end, stride) for n in self.x.shape[2:])
        out = np.empty((*self.x.shape[:2], len(rows), len(columns)))
        for i, top in enumerate(rows):
            for j, left in enumerate(columns):
                inside = slice(max(top, 0), top + k), slice(max(left, 0), left + k)
                out[:, :, i, j] = self._pooled(self.x[:, :, *inside].astype(np.float64))
        return out

    def _pooled(self, real: np.ndarray) -> np.ndarray:
        """The real pixels (N, C, h, w) of one window, pooled to (N, C)."""
        if self.mode == "max":
            return np.asarray(real.max((2, 3)))
        size = self.k**2 if self.count_include_pad else max(1, real.shape[2] * real.shape[3])
        return np.asarray(real.sum((2, 3)) / size)

    def but(self, **changes: Any) -> np.ndarray:
        """The result where some of the arguments were others."""
        return replace(self, **changes).result()


def feature_map(rng: Generator, *shape: int) -> np.ndarray:
    """Different whole numbers from 1 on, in random order, as floats."""
    return rng.permutation(int(np.prod(shape))).reshape(shape) + 1.0
