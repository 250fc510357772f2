"""pool2d: windows, strides, padding, kinds of numbers, refused arguments."""

from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from autograder import (
    StudentError,
    StudentNotebook,
    Untouched,
    as_array,
    check_close,
    check_dtype,
    check_raises,
    check_true,
    check_untouched,
    describe_call,
    fail,
    question,
)

from .pool_mistakes import RESHAPE, pool_mistakes
from .pooling import Pooling, feature_map

Shape = tuple[int, int, int, int]  # N, C, H, W
Size = tuple[int, int]  # H, W
Options = dict[str, Any]

OF_ITS_OWN = Untouched(
    "pool2d changes its argument. Work on a copy.",
    "",
    "",
    "{given}: The result shares memory with x: it changes when x does. Return a new array.",
    "",
    "shared-memory",
)


def check_pooling(student: StudentNotebook, x: np.ndarray, k: int, **options: Any) -> Any:
    """Compare pool2d(x, k, **options) with the oracle; returns what the student's gave."""
    call = Pooling(x, k, **options)
    try:
        got = student.pool2d(x, k, **options)
    except StudentError as error:
        explain_crash(error, call)
        raise
    given = describe_call("pool2d", x, k, **options)
    check_close(got, call.result(), given=given, hints=pool_mistakes(call))
    return got


def explain_crash(error: StudentError, call: Pooling) -> None:
    """Fail with what a crash of pool2d means, where that is known."""
    if "reshape" in error.message:
        fail(error.message, hint=RESHAPE, mistake="reshape-trick")
    if "infinity" in error.message:
        hint = "There is no -inf among whole numbers: turn x into floats before you pad."
        fail(error.message, hint=hint, mistake="int-padding")
    if "ValueError" in error.types and 2 * call.pad == call.k:
        fail(error.message, hint="pad may be k / 2: only more is refused.", mistake="half")


SIDE_BY_SIDE = pytest.mark.parametrize(
    ("shape", "k"), [((1, 1, 2, 4), 2), ((2, 3, 6, 4), 2), ((1, 2, 3, 9), 3)]
)


@question("pool2d", weight=1)
@SIDE_BY_SIDE
def test_max_windows(student: StudentNotebook, rng: Generator, shape: Shape, k: int) -> None:
    """Max pooling of positive maps, channel by channel, wide or high."""
    check_pooling(student, feature_map(rng, *shape), k)


@question("pool2d", weight=1)
@SIDE_BY_SIDE
def test_average_windows(student: StudentNotebook, rng: Generator, shape: Shape, k: int) -> None:
    """Average pooling, channel by channel, wide or high."""
    check_pooling(student, feature_map(rng, *shape), k, mode="avg")


@question("pool2d", weight=0.5)
@pytest.mark.parametrize(("shape", "k"), [((1, 1, 3, 3), 2), ((2, 1, 5, 7), 2), ((1, 1, 8, 5), 3)])
def test_tails_are_dropped(student: StudentNotebook, rng: Generator, shape: Shape, k: int) -> None:
    """Rows and columns that fill no window are dropped."""
    check_pooling(student, feature_map(rng, *shape), k)


# The second map can be cut into k×k blocks, and no stride leaves a tail.
STRIDES = pytest.mark.parametrize(
    ("k", "stride", "size"), [(2, 1, 4), (3, 2, 9), (2, 3, 8), (1, 2, 5)]
)


@question("pool2d", weight=0.5)
@STRIDES
def test_stride_of_max(
    student: StudentNotebook, rng: Generator, k: int, stride: int, size: int
) -> None:
    """Max pooling by a stride that is not k: windows overlap, or leave pixels out."""
    for side in (k + stride, size):
        check_pooling(student, feature_map(rng, 1, 1, side, side), k, stride=stride)


@question("pool2d", weight=0.5)
@STRIDES
def test_stride_of_average(
    student: StudentNotebook, rng: Generator, k: int, stride: int, size: int
) -> None:
    """Average pooling by a stride that is not k: windows overlap, or leave pixels out."""
    for side in (k + stride, size):
        check_pooling(student, feature_map(rng, 1, 1, side, side), k, stride=stride, mode="avg")


SCALES = pytest.mark.parametrize("scale", [-1.0, -1e12], ids=str)
PADDED = pytest.mark.parametrize(
    ("k", "pad", "stride"), [(2, 1, None), (3, 1, None), (4, 2, None), (3, 1, 2), (2, 1, 1)]
)


@question("pool2d", weight=0.5)
@SCALES
def test_max_of_negative_pixels(student: StudentNotebook, rng: Generator, scale: float) -> None:
    """Max pooling where all pixels are negative."""
    check_pooling(student, scale * feature_map(rng, 1, 1, 4, 4), 2)


@question("pool2d", weight=0.5)
@SCALES
@PADDED
def test_padded_max(
    student: StudentNotebook, rng: Generator, k: int, pad: int, stride: int | None, scale: float
) -> None:
    """Max pooling with padding, by any stride: padding never wins."""
    options: Options = {"pad": pad} if stride is None else {"stride": stride, "pad": pad}
    check_pooling(student, scale * feature_map(rng, 1, 1, 4, 4), k, **options)
    check_pooling(student, feature_map(rng, 1, 1, 4, 4).astype(np.int64), k, **options)
    check_pooling(student, scale * feature_map(rng, 2, 2, 4, 5), k, **options)
    options["count_include_pad"] = False  # it is about averages only
    check_pooling(student, scale * feature_map(rng, 1, 1, 4, 4), k, **options)


@question("pool2d", weight=0.5)
@pytest.mark.parametrize("count_include_pad", [True, False])
@PADDED
def test_padded_average(
    student: StudentNotebook,
    rng: Generator,
    k: int,
    pad: int,
    stride: int | None,
    count_include_pad: bool,
) -> None:
    """Average pooling with padding, by both rules and any stride."""
    options: Options = {"pad": pad, "mode": "avg", "count_include_pad": count_include_pad}
    if stride is not None:
        options["stride"] = stride
    for x in (np.ones((1, 1, 4, 4)), feature_map(rng, 2, 1, 4, 4), feature_map(rng, 1, 2, 4, 5)):
        check_pooling(student, x, k, **options)


@question("pool2d", weight=0.5)
@pytest.mark.parametrize("mode", ["avg", "max"])
def test_kinds_of_numbers(student: StudentNotebook, rng: Generator, mode: str) -> None:
    """float32 stays float32, float64 stays float64, whole numbers give floats."""
    x = feature_map(rng, 1, 1, 4, 4)
    check_floats(student, x, mode)
    check_floats(student, x.astype(np.float32), mode)
    pixels = rng.integers(200, 256, x.shape)  # bytes, as an image has them: four add up to more
    check_whole_numbers(student, x.astype(np.int64), mode)
    check_whole_numbers(student, pixels.astype(np.uint8), mode)


def check_floats(student: StudentNotebook, x: np.ndarray, mode: str) -> None:
    """The result has the dtype of x, whatever it is divided by."""
    given = f"pool2d of a {x.dtype.name} map, mode={mode!r}"
    check_dtype(check_pooling(student, x, 2, mode=mode), x.dtype, given=given)
    got = student.pool2d(x, 3, pad=1, mode=mode, count_include_pad=False)
    check_dtype(got, x.dtype, given=f"{given}, count_include_pad=False")


def check_whole_numbers(student: StudentNotebook, x: np.ndarray, mode: str) -> None:
    """The result of a map of whole numbers is right and made of floats."""
    got = np.asarray(as_array(check_pooling(student, x, 2, mode=mode)))
    check_true(
        got.dtype.kind == "f",
        f"pool2d of a map of {x.dtype.name}, mode={mode!r}, gives {got.dtype.name}.",
        hint="Whole numbers give floats: turn x into floats first.",
        mistake="stays-whole",
    )


@question("pool2d", weight=0.25)
def test_new_array(student: StudentNotebook, rng: Generator) -> None:
    """The map stays as it is, and the result is an array of its own, also for 1×1 windows."""
    x = feature_map(rng, 1, 1, 4, 4).transpose(0, 1, 3, 2)
    check_pooling(student, x, 2)
    for k, mode in ((2, "max"), (1, "max"), (1, "avg")):
        seen = student.trace("pool2d", x, k, mode=mode)
        given = describe_call("pool2d", x, k, mode=mode)
        check_close(seen.value, Pooling(x, k, mode=mode).result(), given=given)
        check_untouched(seen, given, {"x": x}, OF_ITS_OWN)


TOO_MUCH, NO_FIT = "pad is larger than k / 2", "the window does not fit"
REFUSED = [  # height and width of a map, k, the rest, and why
    ((4, 4), 2, {"pad": 2}, TOO_MUCH),
    ((4, 4), 3, {"pad": 2}, TOO_MUCH),
    ((4, 4), 2, {"pad": -1}, "pad is negative"),
    ((4, 4), 5, {}, NO_FIT),
    ((2, 4), 3, {}, NO_FIT),
    ((4, 2), 3, {"mode": "avg"}, NO_FIT),
    ((4, 4), 7, {"pad": 1, "mode": "avg"}, NO_FIT),
    ((4, 4), 2, {"mode": "median"}, "there is no such mode"),
]


@question("pool2d", weight=0.25)
@pytest.mark.parametrize(("size", "k", "options", "why"), REFUSED, ids=str)
def test_refused_arguments(
    student: StudentNotebook, rng: Generator, size: Size, k: int, options: Options, why: str
) -> None:
    """Impossible arguments are refused with ValueError; the largest possible padding is not."""
    check_pooling(student, feature_map(rng, 1, 1, 4, 4), 4, pad=2)
    x = feature_map(rng, 1, 1, *size)
    given = f"{describe_call('pool2d', x, k, **options)}: {why}, so this"
    check_raises(lambda: student.pool2d(x, k, **options), given=given)
