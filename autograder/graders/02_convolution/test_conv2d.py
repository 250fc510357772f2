"""Hidden checks of ``conv2d``: values, shapes, options, dtypes, memory, refusals."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from autograder import (
    Mistake,
    StudentNotebook,
    as_array,
    check_close,
    check_dtype,
    check_raises,
    check_true,
    check_untouched,
    explained,
    question,
    works,
)

from ..shared.convolution import coarse
from ..shared.mistakes import for_case
from .conv_mistakes import MISTAKES
from .convolutions import Case, Convolution


def check_conv(student: StudentNotebook, call: Convolution, rule: str = "") -> None:
    """Compare one call with the oracle; ``rule`` is said where no known mistake matches."""
    with explained(rule):
        check_result(student.conv2d(*call.args, **call.options), call)


def check_result(got: Any, call: Convolution) -> None:
    """Compare as float32 would: test_dtype alone judges the precision, and by no luck."""
    right, hints = call.result(), for_case(MISTAKES, call)
    check_close(got, right, given=str(call), hints=hints, **coarse(right))


ONE_CHANNEL = [
    Case((1, 1, 2, 2), (1, 1, 2, 2)),
    Case((1, 1, 3, 3), (1, 1, 2, 2)),
    Case((1, 1, 5, 5), (1, 1, 3, 3)),
]
RECTANGLES = [
    Case((1, 1, 4, 6), (1, 1, 2, 2)),
    Case((1, 1, 6, 4), (1, 1, 2, 2)),
    Case((1, 1, 6, 6), (1, 1, 2, 3)),
    Case((1, 1, 6, 6), (1, 1, 3, 2)),
    Case((1, 1, 4, 6), (1, 1, 3, 2)),
]
CHANNELS = [
    Case((1, 2, 3, 3), (1, 2, 2, 2)),
    Case((1, 1, 3, 3), (2, 1, 2, 2)),
    Case((2, 1, 3, 3), (1, 1, 2, 2)),
    Case((1, 3, 4, 4), (2, 3, 3, 3)),
    Case((3, 2, 4, 4), (4, 2, 2, 2)),
]
PADDED = [
    Case((1, 1, 3, 3), (1, 1, 3, 3), {"pad": 0}),
    Case((1, 1, 3, 3), (1, 1, 3, 3), {"pad": 1}),
    Case((1, 1, 4, 4), (1, 1, 3, 3), {"pad": 3}),
    Case((1, 1, 4, 4), (1, 1, 2, 2), {"pad": 2}),
    Case((1, 1, 2, 2), (1, 1, 3, 3), {"pad": 1}),  # fits only because of the padding
]
STRIDED = [
    Case((1, 1, 4, 4), (1, 1, 2, 2), {"stride": 1}),
    Case((1, 1, 5, 5), (1, 1, 3, 3), {"stride": 2}),
    Case((1, 1, 7, 7), (1, 1, 2, 2), {"stride": 3}),
    Case((1, 1, 6, 6), (1, 1, 3, 3), {"stride": 2}),
]
DILATED = [
    Case((1, 1, 4, 4), (1, 1, 2, 2), {"dilation": 2}),
    Case((1, 1, 6, 6), (1, 1, 3, 3), {"dilation": 2}),
    Case((1, 1, 7, 7), (1, 1, 2, 2), {"dilation": 3}),
]
TOGETHER = [
    Case((1, 3, 3, 4), (2, 3, 1, 1)),
    Case((1, 1, 4, 5), (1, 1, 4, 5)),
    Case((1, 1, 5, 7), (1, 1, 3, 2), {"stride": 2, "pad": 1}),
    Case((3, 2, 5, 4), (4, 2, 2, 3), {"pad": 1}, bias=True),
    Case((1, 2, 7, 8), (2, 2, 3, 2), {"stride": 3, "pad": 1, "dilation": 2}, bias=True),
    Case((2, 3, 6, 7), (4, 3, 2, 3), {"stride": 2, "pad": 3, "dilation": 2}, bias=True),
]


@question("conv2d", weight=3)
@pytest.mark.parametrize("case", ONE_CHANNEL, ids=str)
def test_matches_cross_correlation(student: StudentNotebook, rng: Generator, case: Case) -> None:
    """Your conv2d gives the numbers of a cross-correlation, for one channel and one filter."""
    check_conv(student, case.draw(rng))


@question("conv2d", weight=3)
def test_single_pixel(student: StudentNotebook, rng: Generator) -> None:
    """A single bright pixel shows the kernel, turned round; a single weight shows the image."""
    numbers = rng.normal(size=(1, 1, 3, 3))
    pixel = np.zeros((1, 1, 5, 5))
    pixel[0, 0, 2, 2] = 1.0
    turned = "A pixel is first met by the last weight, so the kernel comes out turned by 180°."
    check_conv(student, Convolution(pixel, numbers), turned)
    check_conv(student, Convolution(rng.normal(size=(1, 1, 4, 4)), pixel[:, :, 1:4, 1:4]))


@question("conv2d", weight=2)
@pytest.mark.parametrize("case", RECTANGLES, ids=str)
def test_rectangles(student: StudentNotebook, rng: Generator, case: Case) -> None:
    """Images and kernels need not be square."""
    rule = "Height and width have sizes of their own, here and in the kernel."
    check_conv(student, case.draw_symmetric(rng), rule)


@question("conv2d", weight=4)
@pytest.mark.parametrize("case", CHANNELS, ids=str)
def test_channels(student: StudentNotebook, rng: Generator, case: Case) -> None:
    """Every filter sums over all input channels, and every image is treated alike."""
    rule = (
        "A filter spans all input channels and adds them up; N images and F filters give N·F maps."
    )
    check_conv(student, case.draw_symmetric(rng), rule)


@question("conv2d", weight=3)
@pytest.mark.parametrize("case", PADDED, ids=str)
def test_padding(student: StudentNotebook, rng: Generator, case: Case) -> None:
    """pad adds zeros on all four sides."""
    rule = "pad zeros go on each of the four sides."
    check_conv(student, case.draw_symmetric(rng), rule)


@question("conv2d", weight=3)
@pytest.mark.parametrize("case", STRIDED, ids=str)
def test_stride(student: StudentNotebook, rng: Generator, case: Case) -> None:
    """stride moves the kernel further on both axes."""
    rule = "The kernel moves by stride, down and across; a rest at the end is dropped."
    check_conv(student, case.draw_symmetric(rng), rule)


@question("conv2d", weight=2)
@pytest.mark.parametrize("case", DILATED, ids=str)
def test_dilation(student: StudentNotebook, rng: Generator, case: Case) -> None:
    """dilation spreads the weights of the kernel."""
    rule = (
        "Neighbouring weights lie dilation pixels apart: the kernel spans dilation * (k - 1) + 1."
    )
    check_conv(student, case.draw_symmetric(rng), rule)


@question("conv2d", weight=3)
@pytest.mark.parametrize("filters", [3, 1, 4])  # 3: as many as the result has columns
def test_bias(student: StudentNotebook, rng: Generator, filters: int) -> None:
    """Each filter's bias is added once at every place."""
    call = Case((2, 2, 4, 4), (filters, 2, 2, 2), bias=True).draw_symmetric(rng)
    rule = "Add b[f] once to every number of map f: give b the shape (1, F, 1, 1)."
    check_conv(student, call, rule)
    check_conv(student, replace(call, w=0 * call.w), rule)


@question("conv2d", weight=3)
@pytest.mark.parametrize("case", TOGETHER, ids=str)
def test_together(student: StudentNotebook, rng: Generator, case: Case) -> None:
    """All options work together, and the result is linear in x."""
    call = case.draw(rng)
    check_conv(student, call)
    check_conv(student, replace(call, x=2 * call.x - 3 * rng.normal(size=call.x.shape)))


@question("conv2d", weight=2)
def test_arguments_are_left_alone(student: StudentNotebook, rng: Generator) -> None:
    """x, w and b stay as they were, and the result has memory of its own."""
    same = Case((2, 1, 3, 3), (1, 1, 1, 1), bias=True).draw(rng)
    same = replace(same, w=np.ones((1, 1, 1, 1)), b=np.zeros(1))  # gives x, and must not be x
    call = Case((2, 1, 3, 3), (1, 1, 2, 2), bias=True).draw_symmetric(rng)
    for right in (same, call):
        trace = student.trace("conv2d", *right.args)
        check_result(trace.value, right)
        check_untouched(trace, str(right), arguments(right))
    check_left_alone(student, replace(call, w=rng.normal(size=call.w.shape)))
    for options in ({"stride": 2}, {"pad": 1}, {"dilation": 2}):
        for size, b in ((1, np.zeros(1)), (2, call.b)):
            x, w = rng.normal(size=(2, 1, 4, 4)), np.ones((1, 1, size, size))
            check_left_alone(student, Convolution(x, w, b, options))


def check_left_alone(student: StudentNotebook, call: Convolution) -> None:
    """The call changes none of its arguments and returns a view of none."""
    trace = student.trace("conv2d", *call.args, **call.options)
    check_untouched(trace, str(call), arguments(call))


def arguments(call: Convolution) -> dict[str, Any]:
    return dict(zip(("x", "w", "b"), call.args, strict=False))


@question("conv2d", weight=2)
def test_dtype(student: StudentNotebook, rng: Generator) -> None:
    """float64 stays float64, float32 stays float32, whole numbers become floating point."""
    call = Case((1, 1, 4, 4), (1, 1, 2, 2)).draw_symmetric(rng)
    x, w = call.args
    whole, grey = rng.integers(-9, 9, size=x.shape), rng.integers(100, 256, size=x.shape)
    for image, kernel in (
        (x, w),
        (x.astype(np.float32), w.astype(np.float32)),
        (whole, w),
        (grey.astype(np.uint8), w),
        (whole, np.ones_like(w, int)),
        (x.astype(np.float32), w),
        (x, w.astype(np.float32)),
    ):
        check_dtypes(student, Convolution(image, kernel))
    check_precision(student)


def check_dtypes(student: StudentNotebook, call: Convolution) -> None:
    """The result is right and has the floating point dtype of x and w."""
    got, right = student.conv2d(*call.args), call.result()
    given = f"conv2d with x of dtype {call.x.dtype} and w of dtype {call.w.dtype}"
    cut = Mistake(
        "truncated-to-whole-numbers",
        "The result of whole numbers times weights is not whole: make it floating point.",
        lambda: right.astype(call.x.dtype),
    )
    # A result of the wrong dtype may be as rough as float32; its dtype is looked at next.
    hints = [cut, *for_case(MISTAKES, call)]
    check_close(got, right, given=given, hints=hints, rtol=1e-4, atol=1e-4)
    if call.x.dtype.kind == "f":
        check_dtype(got, np.result_type(*call.args), given=given)
    else:
        check_floating(got, given)


def check_floating(got: Any, given: str) -> None:
    dtype = np.asarray(as_array(got)).dtype
    message = f"{given}: the result has dtype {dtype}, expected a floating point dtype."
    check_true(dtype.kind == "f", message)


def check_precision(student: StudentNotebook) -> None:
    """float64 is not rounded to float32 on the way."""
    fine = np.full((1, 1, 2, 2), 2.0**24 + 1)  # float32 rounds it to 2**24
    with explained("Compute in float64 where the arguments are float64: float32 rounds too much."):
        got = student.conv2d(fine, np.ones((1, 1, 1, 1)))
        check_close(got, fine, given="conv2d of large float64 numbers", rtol=0, atol=1e-3)


@question("conv2d")
def test_transposed_input(student: StudentNotebook, rng: Generator) -> None:
    """An input whose axes were swapped by transpose gives the same numbers."""
    x, w = Case((1, 1, 4, 4), (1, 1, 3, 3)).draw_symmetric(rng).args
    rule = (
        "The numbers of this array do not lie in memory in the order of its axes (it was "
        "transposed): use reshape instead of view, and do not count strides by hand."
    )
    for args in ((x, w), (x.transpose(0, 1, 3, 2), w), (x, w.transpose(0, 1, 3, 2))):
        with explained(rule):
            got, right = student.conv2d(*args), Convolution(*args).result()
            check_close(got, right, given="conv2d of such an array", **coarse(right))


@question("conv2d")
def test_refuses(student: StudentNotebook, rng: Generator) -> None:
    """Channels that differ and kernels that do not fit are refused with ValueError."""
    call = Case((1, 2, 3, 3), (1, 2, 2, 2)).draw_symmetric(rng)
    check_conv(student, call)
    for kernel in ((1, 3, 2, 2), (1, 1, 2, 2), (1, 2, 4, 4)):
        check_refused(student, replace(call, w=rng.normal(size=kernel)))
    for kernel in ((1, 2, 4, 2), (1, 2, 2, 4)):
        if works(check_conv, student, Case((1, 2, 4, 4), kernel).draw(rng)):
            check_refused(student, replace(call, w=rng.normal(size=kernel)))
    check_refused(student, replace(call, x=call.x[:, :1]))
    dilated = Case((1, 1, 3, 3), (1, 1, 2, 2), {"dilation": 2}).draw(rng)
    if works(check_conv, student, dilated):
        check_refused(student, replace(dilated, options={"dilation": 3}))


def check_refused(student: StudentNotebook, call: Convolution) -> None:
    given = f"conv2d with x of shape {call.x.shape} and w of shape {call.w.shape}"
    given += "".join(f", {name}={value}" for name, value in call.options.items())
    check_raises(lambda: student.conv2d(*call.args, **call.options), "ValueError", given=given)
