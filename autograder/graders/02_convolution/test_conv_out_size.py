"""Hidden checks of ``conv_out_size``: how many places a kernel has along one side."""

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from autograder import (
    StudentError,
    StudentNotebook,
    as_array,
    cases,
    check_raises,
    check_true,
    describe_call,
    fail,
    question,
    scalar,
    show,
)

from ..shared.convolution import places
from .formulas import FORMULAS, Side

SENTENCES = {
    "size-off-by-one": "The last place at which the kernel fits counts too: add 1 after the "
    "division.",
    "padding-counted-once": "Padding is added at both ends, so the row grows by 2 * pad.",
    "padding-ignored": "Your result does not depend on pad.",
    "same-rule": "ceil(n / stride) holds only where the padding is (k - 1) / 2; count the places.",
    "fraction-of-a-place": "A kernel cannot stand on a fraction of a place: divide with //, which "
    "drops the rest.",
    "padding-fixed": "Your result equals that for pad = (k - 1) // 2, whatever pad it is given.",
    "dilation-ignored": "Your result does not depend on dilation: a dilated kernel spans more "
    "pixels.",
    "dilation-times-k": "A dilated kernel spans dilation * (k - 1) + 1 pixels, not dilation * k.",
    "stride-ignored": "Your result does not depend on stride.",
    "size-rounded-up": "Pixels left over at the end are dropped: round down.",
}
REFUSED = "a refusal"
USUAL = {"stride": 1, "pad": 0, "dilation": 1}

Case = dict[str, int]  # n, k and the options of one call
Call = tuple[tuple[int, ...], Case]  # its arguments without a name, and those with one


def describe_size(n: int, k: int, **options: int) -> str:
    return describe_call("conv_out_size", n, k, **options)


def call(n: int, k: int, **options: int) -> Call:
    return (n, k), options


def check_calls(student: StudentNotebook, *calls: Call) -> None:
    """Make all calls and compare; their type has a check of its own, so that 3.0 counts as 3."""
    sizes = sizes_of(student, calls)
    sides = [dict(zip(Side._fields, args, strict=False)) | options for args, options in calls]
    for side, size in zip(sides, sizes, strict=True):
        if scalar(size) != places(**side):
            mistake = mistake_of_all(sides, sizes)
            message = f"{describe_size(**side)}: got {show(size)}, expected {places(**side)}."
            fail(message, hint=SENTENCES.get(mistake, ""), mistake=mistake)


def sizes_of(student: StudentNotebook, calls: Sequence[Call]) -> list[Any]:
    """The student's result of each call, or the word for a refusal with ValueError."""
    sizes = []
    for outcome in student.each("conv_out_size", calls):
        try:
            sizes.append(outcome.value)
        except StudentError as error:
            if "ValueError" not in error.types:
                raise
            sizes.append(REFUSED)
    return sizes


def mistake_of_all(sides: Sequence[Case], sizes: Sequence[Any]) -> str:
    """The name of the mistake that explains every size; nothing where there is none."""
    for name in SENTENCES:
        if all(map(gives, (FORMULAS[name](Side(**side)) for side in sides), sizes)):
            return name
    return ""


def gives(wrong: float, size: Any) -> bool:
    """Whether the wrong formula gives this size; below 1 it may be refused instead."""
    return wrong == scalar(size) or (wrong < 1 and size is REFUSED)


@functools.cache
def fitting(**ranges: range) -> tuple[Case, ...]:
    """All combinations in which the kernel fits, the smallest first; nobody changes them."""
    combinations = itertools.product(range(1, 13), range(1, 6), *ranges.values())
    sides = (dict(zip(("n", "k", *ranges), values, strict=True)) for values in combinations)
    return tuple(side for side in sides if places(**side) > 0)


@question("conv_out_size")
@cases(
    "ranges",
    {
        "It counts the places of a plain kernel, up to the one that just fits.": {},
        "Padding at both ends adds places.": {"pad": range(4)},
        "A stride skips places, and pixels left over are dropped.": {"stride": range(1, 5)},
        "A dilated kernel spans more pixels.": {"dilation": range(1, 4)},
    },
)
def test_size(student: StudentNotebook, ranges: Mapping[str, range]) -> None:
    named = (dict(side.items() - USUAL.items()) for side in fitting(**ranges))
    check_calls(student, *(call(**side) for side in named))


@question("conv_out_size")
def test_size_with_everything(student: StudentNotebook) -> None:
    """Kernel, stride, padding and dilation work together."""
    check_calls(student, call(7, 3, stride=2, pad=1, dilation=2))
    sides = fitting(stride=range(1, 5), pad=range(4), dilation=range(1, 4))
    positional = [*(tuple(side.values()) for side in sides), (224, 7, 2, 3, 1), (999, 5, 3, 8, 9)]
    check_calls(student, *((args, {}) for args in positional))


@question("conv_out_size")
def test_size_is_whole(student: StudentNotebook) -> None:
    """The number of places is an int."""
    check_calls(student, call(5, 3), call(4, 4), call(9, 2))
    options: list[Case] = [{}, {"stride": 2}, {"pad": 1}, {"dilation": 2}, {"stride": 2, "pad": 1}]
    for outcome in student.each("conv_out_size", [call(6, 3, **option) for option in options]):
        size = outcome.value
        number = as_array(size)
        check_true(
            number is not None and number.dtype.kind in "iu" and not number.ndim,
            f"{outcome.given}: got {show(size)} of type {type(size).__name__}, "
            "it should be an int.",
            hint="Divide with //: it gives a whole number, / gives a float.",
            mistake="size-as-float",
        )


def check_refused(student: StudentNotebook, n: int, k: int, **options: int) -> None:
    given = describe_size(n, k, **options)
    check_raises(lambda: student.conv_out_size(n, k, **options), "ValueError", given=given)


@question("conv_out_size")
def test_size_of_a_kernel_that_does_not_fit(student: StudentNotebook) -> None:
    """A kernel that does not fit is refused with ValueError, one that just fits is not."""
    check_calls(student, call(1, 1), call(4, 4), call(5, 3))
    for n, k in [(1, 2), (3, 5), (4, 5)]:
        check_refused(student, n, k)
    check_refused(student, 2, 5, pad=1, stride=2)
    check_refused(student, 4, 3, dilation=2)


@question("conv_out_size")
def test_size_refuses_impossible_options(student: StudentNotebook) -> None:
    """Kernel sizes, strides and dilations below 1 and negative padding are refused."""
    check_calls(student, call(5, 1), call(5, 3))
    for k in (0, -1):
        check_refused(student, 5, k)
    for name, values in {"stride": (0, -1), "pad": (-1,), "dilation": (0, -1)}.items():
        for value in values:
            check_refused(student, 5, 3, **{name: value})
