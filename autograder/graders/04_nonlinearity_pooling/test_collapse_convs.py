"""Two convolutions in a row are one convolution with a larger kernel."""

from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from autograder import (
    Mistake,
    StudentNotebook,
    as_array,
    check_close,
    check_untouched,
    describe_call,
    question,
)

from ..shared.convolution import correlate, flipped
from .wording import COPY, for_case

Size = tuple[int, int]  # height and width


def single_kernel(w1: np.ndarray, w2: np.ndarray) -> np.ndarray:
    """The kernel of both layers, read off from an image with one bright pixel.

    w1 (M, C, kh, kw), w2 (F, M, kh', kw') -> (F, C, kh + kh' - 1, kw + kw' - 1).
    """
    kh, kw = (w1.shape[axis] + w2.shape[axis] - 1 for axis in (2, 3))
    channels = w1.shape[1]
    pixel = np.zeros((channels, channels, 2 * kh - 1, 2 * kw - 1))
    pixel[range(channels), range(channels), kh - 1, kw - 1] = 1
    response = correlate(correlate(pixel, w1), w2)  # image c, output f
    return flipped(response).transpose(1, 0, 2, 3)


def middle_of(w: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The middle of a kernel, as high and as wide as another one."""
    height, width = like.shape[2:]
    top, left = (w.shape[2] - height) // 2, (w.shape[3] - width) // 2
    return w[:, :, top : top + height, left : left + width]


FLIP = (
    "A kernel was flipped. No layer flips its kernel here, so the products add up where the "
    "two offsets have the same sum: this is the full convolution of the kernels."
)
MIDDLE = "Every middle channel gives its part: sum over the channels between the two layers."
WRONG_KERNELS = [  # functions of both kernels
    Mistake("second-kernel-flipped", FLIP, lambda w1, w2: single_kernel(w1, flipped(w2))),
    Mistake("first-kernel-flipped", FLIP, lambda w1, w2: single_kernel(flipped(w1), w2)),
    Mistake("result-flipped", FLIP, lambda w1, w2: flipped(single_kernel(w1, w2))),
    Mistake("first-channel-only", MIDDLE, lambda w1, w2: single_kernel(w1[:1], w2[:, :1])),
    Mistake(
        "channels-summed-apart",
        MIDDLE + " Add the products, not the kernels.",
        lambda w1, w2: single_kernel(w1.sum(0, keepdims=True), w2.sum(1, keepdims=True)),
    ),
    Mistake(
        "channels-averaged",
        "The second layer adds the middle channels up; it does not average them.",
        lambda w1, w2: single_kernel(w1, w2) / w2.shape[1],
    ),
    Mistake(
        "axes-swapped",
        "The axes of a kernel are (outputs, inputs, ...): the outputs of the second layer, "
        "then the inputs of the first.",
        lambda w1, w2: single_kernel(w1, w2).transpose(1, 0, 2, 3),
    ),
    Mistake(
        "same-size",
        "The single kernel is larger than either: k1 + k2 - 1 pixels. Nothing is cut off.",
        lambda w1, w2: middle_of(single_kernel(w1, w2), w1),
    ),
]


def kernel(rng: Generator, *shape: int) -> np.ndarray:
    """Small whole numbers other than 0."""
    w = rng.integers(-4, 5, shape).astype(float)
    return w + np.where(w == 0, 5.0, 0.0)


def symmetric_kernel(rng: Generator, *shape: int) -> np.ndarray:
    """Whole numbers that are the same when the kernel is turned by 180°."""
    w = kernel(rng, *shape)
    return w + flipped(w) + 9


def rising_kernel(rng: Generator, height: int, width: int) -> np.ndarray:
    """One channel of numbers that rise from pixel to pixel: no turn leaves it the same."""
    w = np.sort(kernel(rng, height * width)) + np.arange(height * width)
    return w.reshape(1, 1, height, width)


def check_kernel(got: Any, w1: np.ndarray, w2: np.ndarray) -> None:
    """Compare a single kernel with the oracle's."""
    given = describe_call("collapse_convs", w1, w2)
    hints = for_case(WRONG_KERNELS, w1, w2)
    check_close(got, single_kernel(w1, w2), given=given, hints=hints)


@question("collapse_convs")
@pytest.mark.parametrize("sizes", [((1, 2), (1, 3)), ((2, 2), (3, 3)), ((4, 1), (2, 3))], ids=str)
def test_size_of_single_kernel(
    student: StudentNotebook, rng: Generator, sizes: tuple[Size, Size]
) -> None:
    """One channel and symmetric kernels: the right size and values."""
    w1, w2 = (symmetric_kernel(rng, 1, 1, *size) for size in sizes)
    check_kernel(student.collapse_convs(w1, w2), w1, w2)


@question("collapse_convs")
@pytest.mark.parametrize("sizes", [((1, 2), (1, 2)), ((2, 2), (3, 3)), ((3, 2), (2, 3))], ids=str)
def test_orientation_of_single_kernel(
    student: StudentNotebook, rng: Generator, sizes: tuple[Size, Size]
) -> None:
    """One channel and kernels without symmetry: nothing is flipped."""
    w1, w2 = (rising_kernel(rng, *size) for size in sizes)
    check_kernel(student.collapse_convs(w1, w2), w1, w2)


@question("collapse_convs")
@pytest.mark.parametrize("channels", [(1, 2, 1), (2, 1, 2), (3, 2, 4), (2, 4, 3)], ids=str)
@pytest.mark.parametrize("size", [1, 2], ids=str)
def test_channels_between(
    student: StudentNotebook, rng: Generator, channels: tuple[int, int, int], size: int
) -> None:
    """Several channels, symmetric kernels: the channels between the layers are summed over."""
    c_in, middle, c_out = channels
    w1 = symmetric_kernel(rng, middle, c_in, size, size)
    w2 = symmetric_kernel(rng, c_out, middle, size, size)
    check_kernel(student.collapse_convs(w1, w2), w1, w2)


@question("collapse_convs")
@pytest.mark.parametrize("sizes", [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((2, 3), (3, 1))], ids=str)
def test_same_image_as_two_convolutions(
    student: StudentNotebook, rng: Generator, sizes: tuple[Size, Size]
) -> None:
    """The single kernel makes of a random image what the two convolutions make of it."""
    w1, w2 = kernel(rng, 3, 2, *sizes[0]), kernel(rng, 4, 3, *sizes[1])
    seen = student.trace("collapse_convs", w1, w2)
    check_kernel(seen.value, w1, w2)
    x = rng.normal(size=(2, 2, 7, 6))
    both = correlate(correlate(x, w1), w2)
    single = correlate(x, np.asarray(as_array(seen.value)))
    given = describe_call("collapse_convs", w1, w2)
    check_close(single, both, given=given, what="conv2d(x, w)", rtol=1e-3, atol=1e-2)
    check_untouched(seen, "collapse_convs", {"w1": w1, "w2": w2}, COPY)
