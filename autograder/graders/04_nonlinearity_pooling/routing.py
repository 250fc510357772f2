"""Gradients of max pooling, window by window: the right ones and those of known mistakes."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from autograder import Mistake

Index = tuple[int, ...]
Window = tuple[int | slice, ...]
HandOn = Callable[[np.ndarray, Window, np.ndarray, float], None]

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


# How a window hands on its share g of dout: a function of dx, the window, its winners and g.


def to_all_largest(dx: np.ndarray, window: Window, is_largest: np.ndarray, g: float) -> None:
    dx[window] += is_largest * g


def overwriting(dx: np.ndarray, window: Window, is_largest: np.ndarray, g: float) -> None:
    dx[window][is_largest] = g


def replacing_window(dx: np.ndarray, window: Window, is_largest: np.ndarray, g: float) -> None:
    dx[window] = is_largest * g


def to_all_pixels(dx: np.ndarray, window: Window, is_largest: np.ndarray, g: float) -> None:
    dx[window] += g / is_largest.size


def ones_to_winners(dx: np.ndarray, window: Window, is_largest: np.ndarray, g: float) -> None:
    dx[window] += is_largest


def routed(
    dout: np.ndarray,
    x: np.ndarray,
    k: int,
    stride: int,
    hand_on: HandOn = to_all_largest,
    least: int = 1,
) -> np.ndarray:
    """A gradient for x (N, C, H, W); ``hand_on`` handles each output of dout (N, C, H', W').

    Without ties, and by default, it is the gradient of max pooling, read off its definition. A
    wrong stride leads out of the map: windows with fewer than ``least`` pixels are left out.
    """
    dx = np.zeros(x.shape)
    for index, window in windows_of(dout, k, stride):
        if x[window].size >= least:
            hand_on(dx, window, x[window] == x[window].max(), dout[index])
    return dx


WRONG_GRADIENTS = [  # functions of dout, x, k and the stride
    Mistake(
        "overlap-overwritten",
        OVERLAP,
        partial(routed, hand_on=overwriting),
        partial(routed, hand_on=replacing_window),
    ),
    Mistake(
        "spread-evenly",
        "This spreads dout evenly: average pooling does so.",
        partial(routed, hand_on=to_all_pixels),
    ),
    Mistake(
        "dout-ignored",
        "The winner gets the dout of its window, not 1.",
        partial(routed, hand_on=ones_to_winners),
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
