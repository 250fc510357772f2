"""Shifted images, the error of equivariance, and what the usual wrong answers give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from autograder import Mistake

from ..shared.convolution import correlate


def moved(x: ndarray, dy: int, dx: int) -> ndarray:
    """x (N, C, H, W) moved by dy rows and dx columns: every pixel is looked up where it was."""
    result = np.zeros_like(x)
    for row, column in np.ndindex(*x.shape[2:]):
        if 0 <= row - dy < x.shape[2] and 0 <= column - dx < x.shape[3]:
            result[:, :, row, column] = x[:, :, row - dy, column - dx]
    return result


@dataclass(frozen=True)
class Layer:
    """What the probe builds: a kernel (3, 3) with zeros around, times ``gain``, plus ``offset``.

    The two are numbers or arrays (H, W). It takes and returns images (N, C, H, W).
    """

    kernel: ndarray
    gain: ndarray | float = 1.0
    offset: ndarray | float = 0.0

    def __call__(self, x: ndarray) -> ndarray:
        n, c, h, w = x.shape
        y = correlate(x.reshape(n * c, 1, h, w), self.kernel[None, None], pad=1)
        return y.reshape(x.shape) * self.gain + self.offset


@dataclass(frozen=True)
class Measurement:
    """One call of equivariance_error: images x (N, C, H, W), a move, a margin in pixels."""

    layer: Layer
    x: ndarray
    dy: int
    dx: int
    margin: int

    def __str__(self) -> str:
        h, w = self.x.shape[2:]
        return f"equivariance_error(f, {h}×{w} image, {self.dy}, {self.dx}, margin={self.margin})"

    @property
    def args(self) -> tuple[Any, ...]:
        """What the probe is given."""
        layer = self.layer
        return self.x, self.dy, self.dx, self.margin, layer.kernel, layer.gain, layer.offset

    def inside(self, values: ndarray) -> ndarray:
        """The values (N, C, H, W) without the margin."""
        h, w = values.shape[2:]
        return values[:, :, self.margin : h - self.margin, self.margin : w - self.margin]

    def differences(self) -> ndarray:
        """The layer of the moved images, less the moved result of the layer, inside."""
        first = self.layer(moved(self.x, self.dy, self.dx))
        return self.inside(first - moved(self.layer(self.x), self.dy, self.dx))

    def unmoved_differences(self) -> ndarray:
        """The same where the result of the layer stays where it was."""
        return self.inside(self.layer(moved(self.x, self.dy, self.dx)) - self.layer(self.x))

    def error(self) -> float:
        """The largest absolute difference."""
        return float(np.abs(self.differences()).max())

    def error_by(self, dy: int, dx: int) -> float:
        """The error of another move."""
        return replace(self, dy=dy, dx=dx).error()


SHIFT_MISTAKES = [  # of functions of x, dy and dx
    Mistake(
        "rolls-round",
        "What leaves the image must not come in again on the other side, as np.roll does: "
        "the pixels that come in are 0.",
        lambda x, dy, dx: np.roll(x, (dy, dx), axis=(2, 3)),
    ),
    Mistake(
        "shift-backwards",
        "A positive dy moves the content down, a positive dx to the right.",
        lambda x, dy, dx: moved(x, -dy, -dx),
        lambda x, dy, dx: moved(x, -dy, dx),
        lambda x, dy, dx: moved(x, dy, -dx),
    ),
    Mistake(
        "shift-axes-swapped",
        "dy is the move along the rows (axis 2), dx along the columns (axis 3).",
        lambda x, dy, dx: moved(x, dx, dy),
    ),
    Mistake("shift-does-nothing", "Your result is x itself: nothing moved.", lambda x, dy, dx: x),
]
ERROR_MISTAKES = [  # of functions of the measurement
    Mistake(
        "other-move",
        "Move by dy rows and dx columns, as they are given: the two may differ.",
        lambda m: m.error_by(m.dy, m.dy),
        lambda m: m.error_by(m.dx, m.dx),
        lambda m: m.error_by(m.dx, m.dy),
        lambda m: m.error_by(m.dy, 0),
        lambda m: m.error_by(0, m.dx),
    ),
    Mistake(
        "signed-error",
        "Take the absolute value of the difference first: it may be negative.",
        lambda m: m.differences().max(),
        lambda m: abs(m.differences().max()),
    ),
    Mistake(
        "average-error",
        "Take the largest difference, not an average or a sum.",
        lambda m: np.abs(m.differences()).mean(),
        lambda m: (m.differences() ** 2).mean(),
        lambda m: np.abs(m.differences()).sum(),
        lambda m: np.linalg.norm(m.differences()),
    ),
    Mistake(
        "squared-error",
        "Do not square the difference.",
        lambda m: (m.differences() ** 2).max(),
    ),
    Mistake(
        "margin-ignored",
        "Leave out the margin on all sides.",
        lambda m: replace(m, margin=0).error(),
    ),
    Mistake(
        "measures-invariance",
        "You compare with f(x) where it was. That measures invariance: an equivariant "
        "output moves along, so move f(x) too.",
        lambda m: np.abs(m.unmoved_differences()).max(),
    ),
]
