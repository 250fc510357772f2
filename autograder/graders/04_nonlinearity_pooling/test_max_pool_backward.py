"""max_pool_backward: winners, windows that overlap, ties."""

from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from autograder import (
    StudentNotebook,
    as_array,
    check_close,
    check_true,
    check_untouched,
    describe_call,
    fail,
    question,
    show,
)

from .pooling import feature_map
from .routing import OVERLAP, TIES, WRONG_GRADIENTS, routed, windows_of
from .wording import COPY, for_case

Shape = tuple[int, int, int, int]  # N, C, H, W


def check_gradient(
    student: StudentNotebook, dout: np.ndarray, x: np.ndarray, k: int, stride: int | None = None
) -> None:
    """Compare the gradient of a map without ties; without a stride it is k."""
    call = (dout, x, k) if stride is None else (dout, x, k, stride)
    got = student.max_pool_backward(*call)
    case = (dout, x, k, stride or k)
    hints = for_case(WRONG_GRADIENTS, *case)
    given = describe_call("max_pool_backward", *call)
    check_close(got, routed(*case), given=given, hints=hints, what="dx")


def gradient_case(
    rng: Generator, shape: Shape, k: int, stride: int
) -> tuple[np.ndarray, np.ndarray]:
    """A map without ties, of both signs, and a gradient for each of its windows."""
    x = feature_map(rng, *shape) - np.prod(shape) // 2
    rows, columns = ((n - k) // stride + 1 for n in shape[2:])
    dout = rng.choice([-1.0, 1.0], (*shape[:2], rows, columns))
    return x, dout * (rng.permutation(dout.size).reshape(dout.shape) + 1.5)


@question("max_pool_backward")
@pytest.mark.parametrize(("shape", "k"), [((1, 1, 2, 4), 2), ((1, 1, 5, 5), 2), ((2, 3, 6, 3), 3)])
def test_winner_gets_gradient(
    student: StudentNotebook, rng: Generator, shape: Shape, k: int
) -> None:
    """Windows side by side, no ties: the winner gets the gradient, all others get 0."""
    x, dout = gradient_case(rng, shape, k, k)
    check_gradient(student, dout, x, k)
    check_gradient(student, dout, x - x.max() - 1, k)  # all pixels are negative


@question("max_pool_backward")
@pytest.mark.parametrize(("k", "stride"), [(2, 1), (3, 2), (2, 3)], ids=str)
def test_overlapping_windows_add(
    student: StudentNotebook, rng: Generator, k: int, stride: int
) -> None:
    """A stride that is not k: a pixel adds up what its windows hand to it."""
    small = np.zeros((1, 1, k, k + stride))
    small[0, 0, 0, min(stride, k - 1)] = 9  # where windows overlap, this pixel wins in both
    small += np.linspace(0, 1, small.size).reshape(small.shape)
    check_gradient(student, np.array([[[[3.0, 5.0]]]]), small, k, stride)
    x, dout = gradient_case(rng, (1, 2, 7, 5), k, stride)
    check_gradient(student, dout, x, k, stride)


@question("max_pool_backward", weight=0.8)
def test_ties_share(student: StudentNotebook, rng: Generator) -> None:
    """Where pixels tie, what a window hands on adds up to its dout."""
    for x in (np.zeros((1, 1, 2, 2)), after_relu(rng)):
        dout = feature_map(rng, *x[:, :, ::2, ::2].shape) + 1
        check_tied_gradient(student, dout * rng.choice([-1, 1], dout.shape), x)
    for k, stride in ((3, 3), (2, 1), (3, 2)):
        x = tied_map(rng, k, stride)
        check_tied_sums(student, rng.permutation(2).reshape(1, 1, 1, 2) + 1.5, x, k, stride)


def after_relu(rng: Generator) -> np.ndarray:
    """A map as ReLU leaves it: a window of zeros, ties at the top of others."""
    x = np.maximum(rng.integers(-3, 4, (2, 1, 4, 6)), 0).astype(float)
    x[0, 0, :2, :2] = 0
    x[0, 0, 2:, 2:4] = [[5, 1], [0, 5]]
    x[1, 0, :2, 4:] = 2
    return x


def tied_map(rng: Generator, k: int, stride: int) -> np.ndarray:
    """A map of two windows, in which each has several winners."""
    x = np.zeros((1, 1, k, k + stride))
    x[..., rng.integers(k)] = -1.0  # so that some pixels are no winners
    if stride < k:  # the winners of both windows stand in the columns that they share
        x[..., :stride] = x[..., k:] = -1.0
        x[..., stride:k] = 0.0
    return x


def check_tied_gradient(student: StudentNotebook, dout: np.ndarray, x: np.ndarray) -> None:
    """Accept every gradient that a right rule for ties can give, for 2×2 windows side by side."""
    given = describe_call("max_pool_backward", dout, x, 2, 2)
    dx = as_array(student.max_pool_backward(dout, x, 2, 2))
    if dx is None or dx.shape != x.shape:
        shape = f"shape {dx.shape}" if dx is not None else "no array"
        fail(f"{given}: dx has {shape}, expected shape {x.shape}.")
    for index, window in windows_of(dout, 2, 2):
        place = f"{given}: the window of dout[{', '.join(map(str, index))}] = {dout[index]:g}"
        is_largest = x[window] == x[window].max()
        check_share(dx[window].astype(float), is_largest, dout[index], place)


def check_share(part: np.ndarray, is_largest: np.ndarray, g: float, place: str) -> None:
    """One window of dx, and which of its pixels are winners: they alone share g."""
    if not abs(part.sum() - g) <= 1e-4 * abs(g):
        to_all = np.allclose(part, is_largest * g) and is_largest.sum() > 1
        sums = f"{place} hands on {show(float(part.sum()))} in all, expected {g:g}."
        fail(sums, hint=TIES, mistake="all-ties" if to_all else "")
    outside = np.abs(part[~is_largest])
    check_true((outside <= 1e-6).all(), f"{place} gives to a pixel that is not the largest.")
    check_true((part / g >= -1e-6).all(), f"{place} gives a share of the wrong sign.")


def check_tied_sums(
    student: StudentNotebook, dout: np.ndarray, x: np.ndarray, k: int, stride: int
) -> None:
    """Larger windows, or overlapping ones: no share is lost, doubled or given to a wrong pixel."""
    given = describe_call("max_pool_backward", dout, x, k, stride)
    got: Any = as_array(student.max_pool_backward(dout, x, k, stride))
    check_close(np.shape(got), x.shape, given=given, what="the shape of dx")
    dx, most = got.astype(float), routed(dout, x, k, stride)
    total, expected = float(dx.sum()), float(dout.sum())
    if not abs(total - expected) <= 1e-4 * expected:
        sums = f"{given}: dx adds up to {show(total)}, and dout to {show(expected)}."
        hint = OVERLAP if total < expected and stride < k else TIES
        fail(sums, hint=hint, mistake="all-ties" if np.allclose(dx, most) else "")
    right = (dx >= -1e-6).all() and (dx <= most + 1e-4).all()
    check_true(right, f"{given}: a pixel gets more or less than its windows can hand to it.")


@question("max_pool_backward", weight=0.2)
def test_backward_leaves_arguments(student: StudentNotebook, rng: Generator) -> None:
    """The map and dout stay as they are."""
    x, dout = gradient_case(rng, (1, 1, 4, 4), 2, 2)
    seen = student.trace("max_pool_backward", dout, x, 2, 2)
    given = describe_call("max_pool_backward", dout, x, 2, 2)
    check_close(seen.value, routed(dout, x, 2, 2), given=given, what="dx")
    check_untouched(seen, "max_pool_backward", {"dout": dout, "x": x}, COPY)
