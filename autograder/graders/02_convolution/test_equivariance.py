"""Hidden checks of ``shift`` and ``equivariance_error``."""

from typing import Any

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from autograder import (
    StudentError,
    StudentNotebook,
    as_array,
    check_close,
    check_dtype,
    check_true,
    check_untouched,
    describe_call,
    explained,
    probe,
    question,
    works,
)

from ..shared.mistakes import for_case
from .convolutions import Shape, symmetric
from .shifts import ERROR_MISTAKES, SHIFT_MISTAKES, Layer, Measurement, moved

# ----------------------------------------------------------------- shift


def check_moved(got: Any, x: ndarray, dy: int, dx: int) -> None:
    """Compare the result of shift(x, dy, dx)."""
    given, hints = describe_call("shift", x, dy, dx), for_case(SHIFT_MISTAKES, x, dy, dx)
    check_close(got, moved(x, dy, dx), given=given, hints=hints)


def framed(rng: Generator, shape: Shape) -> ndarray:
    """Random images whose two outermost pixels are 0: no shift up to that loses any."""
    n, c, h, w = shape
    return np.pad(rng.normal(size=(n, c, h - 4, w - 4)), ((0, 0), (0, 0), (2, 2), (2, 2)))


@question("equivariance", weight=2)
def test_shift_moves_the_content(student: StudentNotebook, rng: Generator) -> None:
    """shift moves the content, down and to the right or up and to the left."""
    for dy, dx in [(1, 0), (0, 1), (2, 1), (-1, 0), (0, -2), (-2, 1), (1, -2), (0, 0)]:
        x = framed(rng, (2, 2, 6, 7))
        check_moved(student.shift(x, dy, dx), x, dy, dx)


@question("equivariance", weight=2)
def test_shift_fills_with_zeros(student: StudentNotebook, rng: Generator) -> None:
    """The pixels that come in are 0, also where the shift is larger than the image."""
    for dy, dx in [(1, 0), (0, -1), (-2, 1), (1, 2), (3, 0), (0, 4), (5, -6), (-4, 1)]:
        x = rng.normal(size=(1, 2, 3, 4))
        check_moved(student.shift(x, dy, dx), x, dy, dx)


@question("equivariance", weight=1)
def test_shift_returns_a_new_array(student: StudentNotebook, rng: Generator) -> None:
    """shift leaves x as it was and returns new memory of the same dtype."""
    for dtype, dy, dx in [(np.float64, 1, 2), (np.float64, 0, 0), (np.float32, 0, -1), (int, 1, 0)]:
        x: ndarray = (9 * framed(rng, (1, 2, 6, 7))).astype(dtype)
        given = describe_call("shift", x, dy, dx)
        trace = student.trace("shift", x, dy, dx)
        check_moved(trace.value, x, dy, dx)
        check_dtype(trace.value, dtype, given=given)
        check_untouched(trace, given, {"x": x})


# ----------------------------------------------------------------- equivariance_error


@probe
def measured_error(
    student: Any, x: ndarray, dy: int, dx: int, margin: int, kernel: ndarray, gain: Any, offset: Any
) -> dict[str, Any]:
    """The student's measurement for a layer: convolve with zeros around, multiply, add."""
    import numpy as np

    def layer(image: ndarray) -> Any:
        h, w = image.shape[-2:]
        padded = np.pad(image, [(0, 0)] * (image.ndim - 2) + [(1, 1), (1, 1)])
        taps = [kernel[i, j] * padded[..., i : i + h, j : j + w] for i, j in np.ndindex(3, 3)]
        return sum(taps) * gain + offset

    before = x.copy()
    error = student.equivariance_error(layer, x, dy, dx, margin)
    return {"error": error, "kept": bool(np.array_equal(x, before))}


def check_error(student: StudentNotebook, right: Measurement, *also: float) -> None:
    """Compare the student's measurement; the errors ``also`` are accepted as well."""
    empty = "A slice [margin:-margin] is empty when margin is 0, because -0 is 0."
    with explained(empty if right.margin == 0 else ""):
        seen = student.run(measured_error, *right.args)
        if not any(works(check_close, seen["error"], error) for error in also):
            hints = for_case(ERROR_MISTAKES, right)
            check_close(seen["error"], right.error(), given=str(right), hints=hints)
    message = f"{right}: your function changed its argument x. Work on a copy."
    check_true(seen["kept"], message, mistake="argument-modified")


# In the checks below the margin covers what a shift brings in, so that any kind of shift inside
# equivariance_error does. A shift has dy = dx and everything looks the same turned by 180°, so that
# a mistake in the direction of shift is not punished twice.

ONE = np.pad([[1.0]], 1)  # the kernel that changes nothing


def slope(h: int, w: int) -> ndarray:
    """A number for each place (h, w) that grows down and to the right."""
    return np.add.outer(np.arange(float(h)), np.arange(float(w)))


def check_error_of_an_oblique_move(student: StudentNotebook, rng: Generator) -> None:
    """dy and dx are told apart, measured with the student's own shift, right or wrong."""
    x = rng.uniform(0.5, 2, size=(1, 1, 8, 9))
    layer = Layer(ONE, gain=10 * slope(8, 1) + slope(1, 9))
    for dy, dx in [(2, 1), (0, 1), (-1, 2)]:
        right = Measurement(layer, x, dy, dx, margin=2)
        own = own_error(student, right)
        if own is not None:
            check_error(student, right, own)


def own_error(student: StudentNotebook, right: Measurement) -> float | None:
    """The error with the student's own shift; none where that fails: its own checks say so."""
    images = right.x, right.layer(right.x)
    try:
        first, last = (as_array(student.shift(image, right.dy, right.dx)) for image in images)
    except StudentError:
        return None
    if first is None or last is None or not first.shape == last.shape == right.x.shape:
        return None
    return float(np.abs(right.inside(right.layer(first) - last)).max())


@question("equivariance", weight=2)
def test_error_of_a_layer_that_knows_the_place(student: StudentNotebook, rng: Generator) -> None:
    """For a layer that depends on the place, the error is the largest absolute difference."""
    check_error_of_an_oblique_move(student, rng)
    noise = symmetric(rng.normal(size=(8, 9)))
    for layer in (Layer(ONE, slope(8, 9)), Layer(ONE, -slope(8, 9)), Layer(ONE, offset=noise)):
        x = symmetric(rng.uniform(0.5, 2, size=(2, 2, 8, 9)))
        for step, margin in [(1, 1), (-1, 2), (2, 3)]:
            check_error(student, Measurement(layer, x, step, step, margin))


@question("equivariance", weight=2)
def test_error_of_a_convolution(student: StudentNotebook, rng: Generator) -> None:
    """For a convolution the error is 0 inside the margin, and not where its weights vary."""
    for step, margin in [(1, 2), (-1, 3), (2, 3)]:
        x = symmetric(rng.normal(size=(1, 2, 8, 9)))
        kernel = symmetric(rng.normal(size=(3, 3)))
        for gain in (1.0, slope(8, 9), -slope(8, 9)):  # the largest difference has either sign
            check_error(student, Measurement(Layer(kernel, gain), x, step, step, margin))


@question("equivariance", weight=1)
def test_error_margin(student: StudentNotebook, rng: Generator) -> None:
    """Exactly the margin is left out, and nothing with margin 0."""
    ring = 1 - np.pad(np.ones((5, 6)), 1)
    x = symmetric(framed(rng, (1, 2, 7, 8)))
    for margin in (1, 2):  # the ring moves in by one pixel: it is seen with margin 1 only
        check_error(student, Measurement(Layer(ONE, offset=ring), x, 1, 1, margin))
    for step in (1, -1):
        check_error(student, Measurement(Layer(ONE, slope(7, 8)), x, step, step, margin=0))
