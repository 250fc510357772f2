"""Gradients of max pooling, window by window: the right ones and those of known mistakes."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from autograder import Mistake

Index = tuple[int, ...]
Window = tuple[int | slice, ...]

OVERLAP = "A pixel may win in several windows. Add up what each of them hands to it: `+=`."
TIES = (
    "Only one share for each window: pixels that tie must share its dout (or one of them takes it "
    "all). What a window hands on must add up to its dout."
)


def windows_of(dout: np.ndarray, k: int, stride: int) -> Iterator[tuple[Index, Window]]:
    """(index of an output, slices of its k×k window) for every output of dout (N, C, H', W')."""
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        yield (n, c, i, j), (n, c, slice(top, top + k), slice(left, left + k))


def routed(
    dout: np.ndarray,
    x: np.ndarray,
    k: int,
    stride: int,
    hand_on: Callable[..., Any] = lambda dx, wins, g: dx + wins * g,
    least: int = 1,
) -> np.ndarray:
    """A gradient for x (N, C, H, W) from dout (N, C, H', W'), read off the definition.

    ``hand_on(dx, wins, g)`` gives a window of dx its share of g, one number of dout; by default
    each winner gets all of it. A wrong stride leads out of the map: windows with fewer than
    ``least`` pixels are left out.
    """
    dx = np.zeros(x.shape)
    for index, window in windows_of(dout, k, stride):
        if x[window].size >= least:
            dx[window] = hand_on(dx[window], x[window] == x[window].max(), dout[index])
    return dx


WRONG_GRADIENTS = [  # functions of dout, x, k and the stride
    Mistake(
        "overlap-overwritten",
        OVERLAP,
        partial(routed, hand_on=lambda dx, wins, g: np.where(wins, g, dx)),
        partial(routed, hand_on=lambda dx, wins, g: wins * g),
    ),
    Mistake(
        "spread-evenly",
        "This spreads dout evenly: average pooling does so.",
        partial(routed, hand_on=lambda dx, wins, g: dx + g / wins.size),
    ),
    Mistake(
        "dout-ignored",
        "The winner gets the dout of its window, not 1.",
        partial(routed, hand_on=lambda dx, wins, g: dx + wins),
    ),
    Mistake(
        "stride-ignored",
        "The window of dout[n, c, i, j] starts at (i·stride, j·stride); None means k.",
        lambda dout, x, k, _: routed(dout, x, k, k),
        lambda dout, x, k, _: routed(dout, x, k, k, least=k * k),
        lambda dout, x, k, _: routed(dout, x, k, 1),
        lambda dout, x, k, _: routed(dout, x, k, 1, least=k * k),
    ),
]
