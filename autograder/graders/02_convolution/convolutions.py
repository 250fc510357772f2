"""Calls of conv2d as values: what is given, what is right, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from numpy import ndarray
from numpy.random import Generator

from autograder import describe_call

from ..shared.convolution import correlate, flipped
from .formulas import Side

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Convolution:
    """One call of conv2d: x (N, C, H, W), w (F, C, kh, kw), b (F,) or None, and its options."""

    x: ndarray
    w: ndarray
    b: Any = None
    options: Mapping[str, int] = field(default_factory=dict)

    @property
    def args(self) -> tuple[ndarray, ...]:
        return (self.x, self.w) if self.b is None else (self.x, self.w, self.b)

    def __str__(self) -> str:
        return describe_call("conv2d", *self.args, **self.options)

    def result(self, **changes: Any) -> ndarray:
        """The right result (N, F, H', W') of the call with some of its arguments changed."""
        return correlate(**{"x": self.x, "w": self.w, "b": self.b, **self.options, **changes})

    @property
    def rows(self) -> Side:
        return Side(self.x.shape[2], self.w.shape[2], **self.options)

    @property
    def columns(self) -> Side:
        return Side(self.x.shape[3], self.w.shape[3], **self.options)


@dataclass(frozen=True)
class Case:
    """Shapes and options of one call; the numbers are drawn for each check."""

    x: Shape
    w: Shape
    options: Mapping[str, int] = field(default_factory=dict)
    bias: bool = False

    def draw(self, rng: Generator) -> Convolution:
        x, w = rng.normal(size=self.x), rng.normal(size=self.w)
        b = rng.normal(size=self.w[0]) if self.bias else None
        return Convolution(x, w, b, self.options)

    def draw_symmetric(self, rng: Generator) -> Convolution:
        """The same with kernels that look the same flipped: a flip is not punished twice."""
        call = self.draw(rng)
        return replace(call, w=symmetric(call.w))

    def __str__(self) -> str:  # the name of a case, which its random numbers follow
        return f"{self.x}-{self.w}-{self.options}"


def symmetric(array: ndarray) -> ndarray:
    """The array (..., H, W) plus itself turned by 180°."""
    return array + flipped(array)
