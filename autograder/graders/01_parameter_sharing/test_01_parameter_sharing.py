"""Hidden checks of the unit on parameter sharing: counts, choices and the permutation."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from torch import nn

from autograder import (
    CheckFailed,
    Mistake,
    as_array,
    check_choice,
    check_raises,
    check_true,
    describe_call,
    fail,
    matching_mistake,
    question,
    show,
)

# ------------------------------------------------------------------------ counts


WHOLE = "A count is a whole number: use // instead of /, and no function that returns floats."


def whole(value: Any) -> int | None:
    """The count that a value carries, whatever its number type; None where it is no count."""
    array = as_array(value)
    if array is not None and array.size == 1:
        value = array.item()
    if type(value) is float:
        return int(value) if value.is_integer() else None
    return value if type(value) is int else None


def check_count(
    got: Any,
    expected: int,
    given: str,
    hints: Iterable[Mistake] = (),
    forgiven: Sequence[int] = (),
) -> None:
    """Compare counts exactly. ``forgiven`` are counts whose fault another check looks at."""
    if whole(got) in (expected, *forgiven):
        return
    message = f"{given}: got {show(got)}, expected {expected}."
    if whole(got) is None and isinstance(got, float):
        fail(message, hint=WHOLE, mistake="count-as-float")
    known = matching_mistake(whole(got), hints)
    fail(message, hint=known.sentence if known else "", mistake=known.name if known else "")


def works(check: Callable[..., Any], *args: Any, **options: Any) -> bool:
    """Whether a check passes: a combination is judged only where each part works alone."""
    try:
        check(*args, **options)
    except CheckFailed:
        return False
    return True


def check_is_int(got: Any, given: str) -> None:
    """A count is an integer: 51, not 51.0."""
    array = as_array(got)
    check_true(
        array is not None and array.ndim == 0 and array.dtype.kind in "iu",
        f"{given}: got {show(got)} of type {type(got).__name__}, expected an int.",
        hint=WHOLE,
        mistake="count-as-float",
    )


def check_bias(
    student: Any,
    name: str,
    args: tuple[Any, ...],
    expected: int,
    sentence: str,
    hints: list[Mistake],
) -> None:
    """The call with the default bias must count ``expected`` more than the one without."""
    calls = [describe_call(name, *args), describe_call(name, *args, bias=False)]
    counts = [student.call(name, *args), student.call(name, *args, bias=False)]
    for call, count in zip(calls, counts, strict=True):
        check_true(whole(count) is not None, f"{call}: got {show(count)}, expected a whole number.")
    same = "Both calls give the same number: the biases are forgotten, or bias is not read. "
    check_count(
        whole(counts[0]) - whole(counts[1]),
        expected,
        f"{calls[0]} minus {calls[1]}",
        [Mistake("bias-not-counted", same + sentence, 0), *hints],
    )


# ------------------------------------------------------------------ 1 · dense layers

PER_UNIT = (
    "One weight per (pixel, channel, unit), and one bias per unit: every unit looks at "
    "every number of the input."
)


def dense_mistakes(shape: tuple[int, ...], units: int) -> list[Mistake]:
    inputs = math.prod(shape)
    forgotten = "You left out a part of the input. " + PER_UNIT
    return [
        Mistake("no-channels", forgotten, inputs // shape[-1] * units),
        Mistake("no-channels", forgotten, inputs // shape[-1] * units + units),
        Mistake("weights-not-per-unit", PER_UNIT, inputs + units),
        Mistake("weights-not-per-unit", PER_UNIT, inputs),
        Mistake("sizes-added", "The sizes multiply, not add. " + PER_UNIT, sum(shape) * units),
    ]


def draw_shapes(rng: np.random.Generator) -> list[tuple[tuple[int, ...], int]]:
    """Input shapes with a number of units, smallest first; no two sizes of a shape are equal."""
    cases = []
    for dims in (1, 2, 3, 3, 4):
        shape = tuple(int(size) for size in rng.permutation(np.arange(2, 12))[:dims])
        cases.append((shape, int(rng.integers(2, 30))))
    return sorted(cases, key=lambda case: math.prod(case[0]) * case[1])


@question("dense_params", weight=2)
def test_dense_weights(student, rng):
    """A dense layer has one weight for each input number and unit."""
    for shape, units in [*draw_shapes(rng), ((224, 224, 3), 1000)]:
        expected = math.prod(shape) * units
        check_count(
            student.dense_params(shape, units, bias=False),
            expected,
            describe_call("dense_params", shape, units, bias=False),
            dense_mistakes(shape, units),
            forgiven=[expected + units],
        )


@question("dense_params")
def test_dense_bias(student, rng):
    """The biases are counted: one per unit, and none with bias=False."""
    for shape, units in draw_shapes(rng):
        inputs = math.prod(shape)
        hints = [
            Mistake("bias-per-weight", "A bias per weight? " + PER_UNIT, inputs * units),
            Mistake("bias-per-input", "A bias per input number? " + PER_UNIT, inputs),
            Mistake("one-bias", "One bias for the whole layer? " + PER_UNIT, 1),
        ]
        check_bias(student, "dense_params", (shape, units), units, PER_UNIT, hints)


def in_32_bits(count: int) -> int:
    """What is left of a count in a signed 32-bit integer."""
    return (count + 2**31) % 2**32 - 2**31


def nearly(count: int | None, exact: int) -> int | None:
    """The count itself where floating-point rounding may explain its error."""
    return count if count is not None and abs(count - exact) <= 1e-6 * exact else None


@question("dense_params")
def test_dense_large(student):
    """The count is an exact int, also for a very large layer."""
    overflow = "The product does not fit into 32 bits. Python's own int has no largest number."
    rounded = (
        "Your count is a little off: a floating-point number rounds so large a product. Multiply "
        "Python's own ints; they are exact."
    )
    for shape, units in [
        ((64, 64, 3), 10),
        ((4096, 4096, 3), 1000),
        ((70_001, 70_003, 3), 1_000_003),  # more than 32 bits before the units, 53 bits with them
    ]:
        inputs, weights = math.prod(shape), math.prod(shape) * units
        wrapped = [in_32_bits(weights), in_32_bits(inputs) * units]
        wrapped += [count + units for count in wrapped] + [in_32_bits(weights + units)]
        hints = [Mistake("int32-overflow", overflow, count) for count in wrapped]
        hints += dense_mistakes(shape, units)
        given = describe_call("dense_params", shape, units)
        got = student.dense_params(shape, units)
        hints.append(Mistake("rounded", rounded, nearly(whole(got), weights + units)))
        check_count(got, weights + units, given, hints, forgiven=[weights])
        check_is_int(got, given)


# ------------------------------------------------------------------- 2 · convolutions

PER_FILTER = (
    "A filter spans all input channels: k·k·C_in weights. There is one filter per output channel."
)
PER_OUTPUT = "The bias is per output channel, not per kernel element and not per input channel."


def conv_oracle(c_in: int, c_out: int, k: Any, bias: bool = True, groups: int = 1) -> int:
    """The size of the parameters that PyTorch makes."""
    layer = nn.Conv2d(c_in, c_out, k, bias=bias, groups=groups, device="meta")
    return sum(p.numel() for p in layer.parameters())


def conv_mistakes(c_in: int, c_out: int, k: Any, groups: int = 1) -> list[Mistake]:
    kh, kw = (k, k) if isinstance(k, int) else k
    full = kh * kw * c_in * c_out
    exact = full // groups
    no_inputs = "You left out the input channels. " + PER_FILTER
    ignored = "The argument groups does not change your count. "
    grouped = "A filter sees only c_in // groups channels; the number of filters stays c_out."
    both = "groups divides the channels that a filter sees; the number of filters stays c_out."
    square = "The kernel is (height, width): both sizes count, and they may differ."
    times = (
        "You multiply by the size of an image. Shared weights are counted once, however large "
        "the image is."
    )
    table = [
        ("groups-ignored", ignored + grouped, full),
        ("groups-twice", both, full // groups**2),
        ("groups-multiply", both, full * groups),
        ("no-input-channels", no_inputs, kh * kw * c_out),
        ("no-input-channels", no_inputs, kh * kw * c_out // groups),
        ("no-filters", "You left out the number of filters. " + PER_FILTER, kh * kw * c_in),
        ("no-kernel-size", "The kernel has height times width weights per channel.", c_in * c_out),
        ("kernel-height-only", square, kh * kh * c_in * c_out),
        ("kernel-width-only", square, kw * kw * c_in * c_out),
        ("bias-per-weight", PER_OUTPUT, 2 * exact),
    ]
    table += [("times-image", times, exact * side * side) for side in (8, 14, 28, 32, 64, 128, 224)]
    return [
        Mistake(name, sentence, value + biases)
        for name, sentence, value in table
        for biases in (0, c_out)
        if value != exact
    ]


def check_conv(student: Any, c_in: int, c_out: int, k: Any, **groups: int) -> Any:
    """The weights must be right; whether the biases are is looked at by another check."""
    expected = conv_oracle(c_in, c_out, k, False, **groups)
    got = student.conv_params(c_in, c_out, k, bias=False, **groups)
    given = describe_call("conv_params", c_in, c_out, k, bias=False, **groups)
    hints = conv_mistakes(c_in, c_out, k, **groups)
    check_count(got, expected, given, hints, forgiven=[expected + c_out])
    return got, given


def draw_channels(rng: np.random.Generator) -> tuple[int, int]:
    """Two different numbers of channels, 2 to 12."""
    c_in, c_out = (int(c) for c in rng.permutation(np.arange(2, 13))[:2])
    return c_in, c_out


@question("conv_params", weight=2)
def test_conv_weights(student, rng):
    """A filter has k·k weights for each input channel."""
    for k in (1, 2, 3, 5, 7):
        check_conv(student, *draw_channels(rng), k)


@question("conv_params")
def test_conv_bias(student, rng):
    """The biases are counted: one per output channel, and none with bias=False."""
    for k in (2, 3, 5):
        c_in, c_out = draw_channels(rng)
        wrong = {
            "bias-per-weight": k * k * c_in * c_out,
            "bias-per-kernel": c_in * c_out,
            "bias-per-kernel-element": k * k * c_out,
            "bias-per-kernel-position": k * k,
            "bias-per-input-channel": c_in,
            "one-bias": 1,
        }
        hints = [Mistake(name, PER_OUTPUT, value) for name, value in wrong.items()]
        check_bias(student, "conv_params", (c_in, c_out, k), c_out, PER_OUTPUT, hints)


@question("conv_params")
def test_conv_rectangle(student, rng):
    """A kernel may be a rectangle, (height, width)."""
    for k in ((2, 3), (3, 1), (2, 5), (7, 3)):
        check_conv(student, *draw_channels(rng), k)


@question("conv_params")
def test_conv_groups(student, rng):
    """With groups, a filter sees only its share of the input channels."""
    for groups in (2, 3, 5):
        a, b = draw_channels(rng)
        got, given = check_conv(student, a * groups, b * groups, 3, groups=groups)
        check_is_int(got, given)
        check_grouped_bias(student, a * groups, b * groups, groups)
    if works(check_conv, student, 4, 6, (2, 5)):
        check_conv(student, 4, 6, (2, 5), groups=2)


def check_grouped_bias(student: Any, c_in: int, c_out: int, groups: int) -> None:
    """There are as many biases with groups as without, wherever those are right."""
    sentence = "The biases do not depend on groups: one for each of the c_out output channels."
    given = describe_call("conv_params", c_in, c_out, 3, groups=groups)
    weights = conv_oracle(c_in, c_out, 3, False)
    if whole(student.conv_params(c_in, c_out, 3)) == weights + c_out:
        check_count(
            student.conv_params(c_in, c_out, 3, groups=groups),
            weights // groups + c_out,
            given,
            [
                Mistake("bias-per-group", sentence, weights // groups + biases)
                for biases in (c_out // groups, c_out * groups, groups)
            ],
        )


@question("conv_params")
@pytest.mark.parametrize(
    ("c_in", "c_out", "groups"), [(6, 4, 3), (4, 6, 3), (5, 7, 2), (2, 2, 4), (5, 7, 3), (4, 6, 4)]
)
def test_conv_refuses_groups(student, c_in, c_out, groups):
    """Groups that do not divide both numbers of channels raise ValueError, others do not."""
    check_conv(student, 1, 4, 2)
    check_raises(
        lambda: student.conv_params(c_in, c_out, 3, groups=groups),
        given=describe_call("conv_params", c_in, c_out, 3, groups=groups),
    )


# -------------------------------------------------- 3 and 4 · positions of the kernel

NOT_SHARED = (
    "Locality alone still needs one kernel per position; only sharing removes the positions "
    "from the count."
)
NOT_SAVED = (
    "Sharing cuts weights, not multiplications: the kernel is multiplied out again at every "
    "position, so the MACs grow with the number of positions."
)


FITS = "Write down the pixels where the kernel starts (0, s, 2s, …) and count those where it fits."
LAST = "The last start that fits counts too. " + FITS
TWO_SIDES = "The zeros are put on both sides: each side of the image grows by 2·pad."
ALL_SIDES = "The zeros are put on all four sides: the image grows in height and in width."
NO_PAD = "The argument pad does not change your count."
NO_STRIDE = "The argument stride does not change your count."
TWO_WAYS = "The stride applies across and down."
NOT_SQUARE = "The image need not be square: h and w count separately."
BIAS_IS_NO_MAC = "Adding a bias is no multiplication: only weight times input counts."
TWICE = "A multiply-add is counted once, not as one multiplication and one addition."
ZEROS = "The zeros of the padding are multiplied like any other pixel, so they count."
MULTIPLY_ADDS = "Count the multiplications: nine products are nine multiply-adds, not eight."


def places(n: int, k: int, stride: int = 1, pad: int = 0) -> int:
    """How often the kernel fits along one side, counted start by start."""
    padded = n + 2 * pad
    return sum(start % stride == 0 and start + k <= padded for start in range(padded))


class Sweep:
    """One case of exercises 3 and 4: an image, channels, a kernel and how it moves."""

    def __init__(self, h: int, w: int, c_in: int, c_out: int, k: int, **moves: int) -> None:
        self.args, self.moves = (h, w, c_in, c_out, k), moves
        self.positions = places(h, k, **moves) * places(w, k, **moves)
        self.kernel = k * k * c_in * c_out  # weights of one shared kernel, all channels

    @property
    def c_out(self) -> int:
        return self.args[3]

    def describe(self, name: str) -> str:
        return describe_call(name, *self.args, **self.moves)

    def miscounts(self) -> list[int]:
        """Wrong numbers of positions, of which there is more than one."""
        return [number for _, _, number in self.mistaken_positions() if number > 1]

    def mistaken_positions(self) -> list[tuple[str, str, int]]:
        """Wrong numbers of positions: (name, sentence, number)."""
        h, w, _, _, k = self.args
        stride, pad = self.moves.get("stride", 1), self.moves.get("pad", 0)

        def both(count: Callable[[int], int]) -> int:
            return count(h) * count(w)

        table = [
            ("pad-ignored", NO_PAD, both(lambda n: (n - k) // stride + 1)),
            ("pad-once", TWO_SIDES, both(lambda n: (n + pad - k) // stride + 1)),
            ("stride-ignored", NO_STRIDE, both(lambda n: n + 2 * pad - k + 1)),
            ("stride-across-only", TWO_WAYS, places(h, k, 1, pad) * places(w, k, stride, pad)),
            ("stride-down-only", TWO_WAYS, places(h, k, stride, pad) * places(w, k, 1, pad)),
            ("pad-on-two-sides", ALL_SIDES, places(h, k, stride, pad) * places(w, k, stride)),
            ("pad-on-two-sides", ALL_SIDES, places(h, k, stride) * places(w, k, stride, pad)),
            ("off-by-one", LAST, both(lambda n: (n + 2 * pad - k) // stride)),
            ("tail-not-dropped", FITS, both(lambda n: -(-(n + 2 * pad - k) // stride) + 1)),
            ("same-size-formula", FITS, both(lambda n: -(-n // stride))),
            ("one-position-per-pixel", FITS, h * w),
            ("height-for-width", NOT_SQUARE, places(h, k, stride, pad) ** 2),
            ("width-for-height", NOT_SQUARE, places(w, k, stride, pad) ** 2),
        ]
        return [row for row in table if row[2] != self.positions]


def square_sweep(rng: np.random.Generator, k: int, extra: int, **moves: int) -> Sweep:
    """A square image that is ``extra`` pixels larger than the kernel."""
    return Sweep(k + extra, k + extra, *draw_channels(rng), k, **moves)


def rectangles(rng: np.random.Generator) -> list[Sweep]:
    sizes = [(4, 6, 3), (7, 4, 2), (3, 8, 3), (9, 5, 5)]
    return [Sweep(h, w, *draw_channels(rng), k) for h, w, k in sizes]


def check_moving_rectangles(student: Any, rng: np.random.Generator, check: Callable) -> None:
    """Rectangles with stride and padding, where the same moves work on a square image."""
    moves = [
        (5, 8, 3, {"stride": 2}),
        (7, 4, 3, {"pad": 1}),
        (9, 6, 2, {"stride": 3, "pad": 1}),
    ]
    for h, w, k, options in moves:
        channels = draw_channels(rng)
        squares = (Sweep(side, side, *channels, k, **options) for side in (h, w))
        if all(works(check, student, square) for square in squares):
            check(student, Sweep(h, w, *channels, k, **options))


def strides(rng: np.random.Generator) -> list[Sweep]:
    cases = [(1, 4, 2), (2, 5, 2), (3, 7, 3), (2, 9, 4)]  # (kernel, extra, stride)
    return [square_sweep(rng, k, extra, stride=s) for k, extra, s in cases]


def paddings(rng: np.random.Generator) -> list[Sweep]:
    cases = [(2, 1, 2), (3, 1, 3), (5, 0, 1), (2, 2, 1)]  # (kernel, extra, pad)
    strided = square_sweep(rng, 3, 6, stride=2, pad=3)
    return [*(square_sweep(rng, k, extra, pad=p) for k, extra, p in cases), strided]


def local_mistakes(sweep: Sweep) -> list[Mistake]:
    kernel, c_out = sweep.kernel, sweep.c_out
    shared = [Mistake("shared-kernel", NOT_SHARED, kernel + bias) for bias in (0, c_out)]
    bias = "Nothing is shared here: each position and output channel has a bias of its own."
    no_channels = sweep.positions * kernel // sweep.args[2]
    channels = "Each kernel has weights for every input channel."
    return [
        *shared,
        Mistake("no-bias", bias, sweep.positions * kernel),
        Mistake("bias-per-channel", bias, sweep.positions * kernel + c_out),
        Mistake("bias-per-position", bias, sweep.positions * (kernel + 1)),
        Mistake("bias-per-input-channel", bias, sweep.positions * (kernel + sweep.args[2])),
        Mistake("no-input-channels", channels, no_channels),
        Mistake("no-input-channels", channels, no_channels + sweep.positions * c_out),
        *(
            Mistake(name, sentence, positions * kernel + biases)
            for name, sentence, positions in sweep.mistaken_positions()
            for biases in (positions * c_out, 0, c_out)
        ),
    ]


def check_local(student: Any, sweep: Sweep, forgiven: Sequence[int] | None = None) -> Any:
    """Compare the count; wrong biases are forgiven, or else the counts in ``forgiven``."""
    weights, biases = sweep.positions * sweep.kernel, sweep.positions * sweep.c_out
    if forgiven is None:
        wrong = (0, sweep.c_out, sweep.positions, sweep.positions * sweep.args[2])
        forgiven = [weights + other for other in wrong]
    got = student.locally_connected_params(*sweep.args, **sweep.moves)
    given = sweep.describe("locally_connected_params")
    check_count(got, weights + biases, given, local_mistakes(sweep), forgiven)
    return got


@question("locally_connected_params", weight=2)
def test_local_weights(student, rng):
    """Every position has a kernel of its own."""
    for k, extra in ((1, 2), (2, 2), (3, 2), (3, 4), (5, 2)):
        check_local(student, square_sweep(rng, k, extra))


@question("locally_connected_params", weight=2)
def test_local_biases(student, rng):
    """Every position and output channel has a bias of its own."""
    for k, extra in ((2, 2), (3, 2), (2, 4)):
        sweep = square_sweep(rng, k, extra)
        each = sweep.kernel + sweep.c_out
        check_local(student, sweep, [each * n for n in sweep.miscounts()])


@question("locally_connected_params", weight=2)
def test_local_rectangles(student, rng):
    """The image need not be square."""
    for sweep in rectangles(rng):
        check_local(student, sweep)
    check_moving_rectangles(student, rng, check_local)


@question("locally_connected_params")
def test_local_stride(student, rng):
    """With a stride, only the places where the kernel really starts count."""
    for sweep in strides(rng):
        check_is_int(check_local(student, sweep), sweep.describe("locally_connected_params"))


@question("locally_connected_params")
def test_local_pad(student, rng):
    """Padding adds places on all four sides."""
    for sweep in paddings(rng):
        check_local(student, sweep)


def naive_macs(sweep: Sweep) -> int:
    """Run the loops of a convolution and count its multiplications."""
    h, w, c_in, c_out, k = sweep.args
    stride, pad = sweep.moves.get("stride", 1), sweep.moves.get("pad", 0)
    image = np.zeros((c_in, h + 2 * pad, w + 2 * pad))
    macs = 0
    for top in range(0, image.shape[1] - k + 1, stride):
        for left in range(0, image.shape[2] - k + 1, stride):
            macs += c_out * image[:, top : top + k, left : left + k].size
    return macs


def multiplied_pixels(sweep: Sweep) -> int:
    """How often a kernel's weight lies on a pixel of the image and not on padding."""
    h, w, _, _, k = sweep.args
    stride, pad = sweep.moves.get("stride", 1), sweep.moves.get("pad", 0)

    def along(n: int) -> int:
        starts = range(-pad, n + pad - k + 1, stride)
        return sum(0 <= start + tap < n for start in starts for tap in range(k))

    return along(h) * along(w)


def macs_mistakes(sweep: Sweep) -> list[Mistake]:
    k, (c_in, c_out) = sweep.args[4], sweep.args[2:4]
    filters = "Every output number sums over k·k pixels of every input channel."
    per_map = "Every output channel has its own filter, which is multiplied out at every position."
    values = [
        ("zeros-left-out", ZEROS, multiplied_pixels(sweep) * c_in * c_out),
        ("sharing-saves-macs", NOT_SAVED, sweep.kernel),
        ("sharing-saves-macs", NOT_SAVED, sweep.kernel + c_out),
        ("sharing-saves-macs", NOT_SAVED, sweep.kernel // c_out),
        ("adds-biases", BIAS_IS_NO_MAC, sweep.positions * (sweep.kernel + c_out)),
        ("counts-twice", TWICE, 2 * sweep.positions * sweep.kernel),
        ("counts-additions", MULTIPLY_ADDS, sweep.positions * (sweep.kernel - c_out)),
        ("no-input-channels", filters, sweep.positions * sweep.kernel // c_in),
        ("no-output-channels", per_map, sweep.positions * sweep.kernel // c_out),
        ("no-channels", filters, sweep.positions * k * k),
        *(
            (name, sentence, positions * sweep.kernel)
            for name, sentence, positions in sweep.mistaken_positions()
        ),
    ]
    exact = naive_macs(sweep)
    return [Mistake(*row) for row in values if row[2] != exact]


def check_macs(student: Any, sweep: Sweep, forgiven: Sequence[int] = ()) -> Any:
    got = student.conv_macs(*sweep.args, **sweep.moves)
    hints = macs_mistakes(sweep)
    check_count(got, naive_macs(sweep), sweep.describe("conv_macs"), hints, forgiven)
    return got


def other_units(sweep: Sweep) -> list[int]:
    """Counts of something else than multiply-adds, at the right positions."""
    kernel, c_out = sweep.kernel, sweep.c_out
    return [sweep.positions * each for each in (2 * kernel, kernel + c_out, kernel - c_out)]


@question("conv_macs", weight=2)
def test_macs_positions(student):
    """The kernel is multiplied out at every position (one channel in, one out)."""
    for side, k in ((4, 2), (5, 3), (8, 5)):
        check_macs(student, Sweep(side, side, 1, 1, k))


@question("conv_macs", weight=2)
def test_macs_channels(student, rng):
    """Every output channel sums over every input channel."""
    for k, extra in ((1, 2), (2, 2), (3, 2)):
        sweep = square_sweep(rng, k, extra)
        check_macs(student, sweep, [sweep.kernel * n for n in sweep.miscounts()])


@question("conv_macs", weight=2)
def test_macs_rectangles(student, rng):
    """The image need not be square."""
    for sweep in rectangles(rng):
        check_macs(student, sweep, other_units(sweep))
    check_moving_rectangles(
        student, rng, lambda student, sweep: check_macs(student, sweep, other_units(sweep))
    )


@question("conv_macs")
def test_macs_stride(student, rng):
    """With a stride, only the places where the kernel really starts count."""
    for sweep in strides(rng):
        check_is_int(check_macs(student, sweep, other_units(sweep)), sweep.describe("conv_macs"))


@question("conv_macs")
def test_macs_pad(student, rng):
    """Padding adds places on all four sides, and their zeros are multiplied too."""
    for sweep in paddings(rng):
        check_macs(student, sweep, other_units(sweep))


# ------------------------------------------------------- 5 · stack or single layer

FIRST_LAYER = (
    "27·C² < 49·C² needs equal channels everywhere; the first layer of a network breaks it, "
    "because there c_in differs from c."
)

NO_BIASES = "Here only weights are compared: leave the biases out."


def stack_oracle(c_in: int, c: int, k: int, depth: int) -> int:
    """The weights of the layers, one after the other, as PyTorch makes them."""
    inputs = [c_in] + [c] * (depth - 1)
    return sum(conv_oracle(channels, c, k, bias=False) for channels in inputs)


def stack_mistakes(c_in: int, c: int, k: int, depth: int) -> list[Mistake]:
    sizes = "The size of the kernel and the number of layers are arguments: read both."
    first = "Only the first layer takes c_in channels; every further layer takes c."
    count = "depth counts all layers, the first one included."
    exact = stack_oracle(c_in, c, k, depth)
    return [
        Mistake("c-in-ignored", FIRST_LAYER, depth * k * k * c * c),
        Mistake("c-in-everywhere", first, depth * k * k * c_in * c),
        Mistake("one-layer-only", sizes, k * k * c_in * c),
        Mistake("depth-ignored", sizes, stack_oracle(c_in, c, k, 3)),
        Mistake("kernel-ignored", sizes, stack_oracle(c_in, c, 3, depth)),
        Mistake("three-3x3-layers", sizes, stack_oracle(c_in, c, 3, 3)),
        Mistake("counts-biases", NO_BIASES, exact + depth * c),
        Mistake("one-layer-too-many", count, exact + k * k * c * c),
    ]


@question("stack_vs_single", weight=2)
def test_stack_of_equal_layers(student, rng):
    """A stack of layers with the same channels in and out has depth times one layer's weights."""
    for k, depth in ((3, 1), (1, 4), (3, 4), (5, 2)):
        c = int(rng.integers(2, 12))
        check_count(
            student.stack_params(c, c, k, depth),
            stack_oracle(c, c, k, depth),
            describe_call("stack_params", c, c, k, depth),
            stack_mistakes(c, c, k, depth),
        )


@question("stack_vs_single", weight=2)
def test_stack_after_other_channels(student, rng):
    """The first layer of a stack takes c_in channels, the others take c."""
    cases = [(*draw_channels(rng), k, depth) for k, depth in ((3, 1), (2, 2), (5, 4))]
    for c_in, c, k, depth in [*cases, (3, 64, 3, 3)]:
        expected = stack_oracle(c_in, c, k, depth)
        given = describe_call("stack_params", c_in, c, k, depth)
        got = student.stack_params(c_in, c, k, depth)
        check_count(got, expected, given, stack_mistakes(c_in, c, k, depth), [expected + depth * c])


@question("stack_vs_single", weight=2)
def test_single_layer(student, rng):
    """One layer has k·k weights for each pair of channels, and both counts are ints."""
    for k in (1, 4, 7):
        c_in, c = draw_channels(rng)
        exact = conv_oracle(c_in, c, k, bias=False)
        hints = [
            Mistake("c-in-ignored", FIRST_LAYER, k * k * c * c),
            Mistake("counts-biases", NO_BIASES, exact + c),
            Mistake("kernel-ignored", "The kernel's size is an argument: read k.", 49 * c_in * c),
        ]
        got = student.single_params(c_in, c, k)
        given = describe_call("single_params", c_in, c, k)
        check_count(got, exact, given, hints)
        check_is_int(got, given)
    got = student.stack_params(2, 2, 3, 2)
    check_is_int(got, describe_call("stack_params", 2, 2, 3, 2))


def pairs_of_claim(claim: Any) -> dict[tuple[int, ...], Any]:
    """The claims by their pair, however the pair is written: (3, 64), "3->64", …"""
    check_true(isinstance(claim, dict), f"claim should be a dict, got {show(claim)}.")
    return {tuple(int(n) for n in re.findall(r"\d+", str(key))): claim[key] for key in claim}


def one_word_of(answer: Any, *words: str) -> Any:
    """The one of these words that a text holds; the answer itself where that is not clear."""
    text = answer.lower() if isinstance(answer, str) else ""
    found = [word for word in words if word in text]
    negated = re.search(r"\b(not|no|never)\b|n't", text)
    return found[0] if len(found) == 1 and not negated else answer


def check_claims(claim: Any, pairs: Iterable[tuple[int, int]]) -> None:
    """Each pair must name the cheaper of three 3×3 layers and one 7×7 layer."""
    answers = pairs_of_claim(claim)
    always = (
        "The three small layers are not cheaper here. " + FIRST_LAYER + " Count the three "
        "layers one by one: the second and the third work with c channels on both sides."
    )
    never = (
        "Count again: c_in·c weights at 49 places of the large kernel, against 9 places in each "
        "of three layers, of which only the first takes c_in channels."
    )
    for c_in, c in pairs:
        cheaper = stack_oracle(c_in, c, 3, 3) < conv_oracle(c_in, c, 7, bias=False)
        check_choice(
            one_word_of(answers.get((c_in, c)), "stack", "single"),
            "stack" if cheaper else "single",
            sentences={"stack": always, "single": never},
            given=f"claim[{c_in}, {c}]",
        )


@question("stack_vs_single", weight=3)
def test_claims_for_everybody(student):
    """Your claims are right for 64→64, 3→64 and 1→64 channels."""
    check_claims(student.value("claim"), [(64, 64), (3, 64), (1, 64)])


@question("stack_vs_single", weight=3)
def test_claims_of_your_own(student, lesson):
    """Your claims are right for the three pairs of your own."""
    check_claims(student.value("claim"), lesson.claim_pairs(student.personal_id())[3:])


# ------------------------------------------------------------- 6 · swept across the image

FOLLOWS = {"image size", "detector", "gradient"}
WHY_NOT = {
    "multiplications": NOT_SAVED,
    "own kernels": "That would be a locally connected layer. A shared kernel is one set of "
    "weights: it is the same at every position, before and after training.",
    "rotation": "Sharing is over positions only. The kernel is moved, never turned: a rotated "
    "pattern gives another response. Try the cross detector on a diagonal cross.",
}


def chosen_letters(chosen: Any) -> set[str]:
    """The letters of a select-all answer: a list, a set, a text or a dict of truth values."""
    if isinstance(chosen, dict):
        chosen = [letter for letter, value in chosen.items() if value]
    if isinstance(chosen, str):
        chosen = re.findall(r"\w+", chosen.replace(" and ", " "))
        if len(chosen) == 1 and re.fullmatch("[A-Fa-f]+", chosen[0]):
            chosen = list(chosen[0])
    is_list = isinstance(chosen, (list, tuple)) and all(isinstance(item, str) for item in chosen)
    check_true(is_list, f"chosen should be a list of letters, got {show(chosen)}.")
    return {letter.strip(" ().").upper() for letter in chosen}


def check_selection(student: Any, lesson: Any, level: int) -> None:
    """Right minus wrong letters must reach ``level``; each failing level says another sentence."""
    order = lesson.sweep_order(student.personal_id())
    letters = chosen_letters(student.value("chosen"))
    unknown = sorted(letters - set(order))
    check_true(not unknown, f"chosen holds {show(unknown)}: write letters from A to F.")
    check_true(letters, "No statement is chosen yet.")
    right = {letter for letter in letters if order[letter] in FOLLOWS}
    wrong = sorted(letters - right)
    score = max(0, len(right) - len(wrong))
    if score >= level:
        return
    place = level - score - 1  # 0 for the first check that fails
    if place < len(wrong):
        letter = wrong[place]
        key = order[letter]
        fail(f"Statement {letter} is not true.", hint=WHY_NOT[key], mistake=key.replace(" ", "-"))
    taken = "A false statement takes away what a true one earns." if wrong else ""
    fail("Not every true statement is earned yet.", hint=taken)


@question("sweep_intuition")
def test_first_statement(student, lesson):
    """You choose more true statements than false ones."""
    check_selection(student, lesson, 1)


@question("sweep_intuition")
def test_second_statement(student, lesson):
    """The true statements that you choose outnumber the false ones by two."""
    check_selection(student, lesson, 2)


@question("sweep_intuition")
def test_all_statements(student, lesson):
    """You choose all true statements and no false one."""
    check_selection(student, lesson, 3)


# ------------------------------------------------------------------- 7 · permuted pixels


def check_prediction(student: Any, network: str, expected: str, sentence: str) -> None:
    predictions = student.value("permutation_predict")
    check_true(
        isinstance(predictions, dict),
        f"permutation_predict should be a dict, got {show(predictions)}.",
    )
    answers = {str(key).strip().lower(): value for key, value in predictions.items()}
    answer = one_word_of(answers.get(network), "drop", "same")
    answer = "drops" if answer == "drop" else answer
    sentences = {"drops": sentence, "same": sentence}
    given = f"permutation_predict[{network!r}]"
    check_choice(answer, expected, sentences=sentences, given=given, what="prediction")


@question("permutation", weight=4)
def test_prediction_for_cnn(student):
    """You predict what permuted pixels do to the CNN."""
    check_prediction(
        student,
        "cnn",
        "drops",
        "A 3×3 kernel looks for patterns among neighbours. After the permutation, the pixels of a "
        "window come from all over the image, and moving the digit no longer moves the pattern.",
    )


@question("permutation", weight=4)
def test_prediction_for_mlp(student):
    """You predict what permuted pixels do to the MLP."""
    check_prediction(
        student,
        "mlp",
        "same",
        "The MLP has no grid to lose: each of its weights belongs to one pixel, so the permuted "
        "weights do for the permuted pixels exactly what the old ones did for the old ones.",
    )


def draw_images(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    """Images in which every number is different, and a permutation that moves many pixels."""
    x = rng.permutation(math.prod(shape)).reshape(shape) + 0.5  # not whole: no dtype may cut it
    perm = np.arange(shape[2] * shape[3])
    while (perm == np.arange(len(perm))).sum() > len(perm) - 3:
        perm = rng.permutation(len(perm))
    return x, perm


def both_ways(x: np.ndarray, perm: np.ndarray) -> list[np.ndarray]:
    """Pixels taken from perm, and pixels sent to perm."""
    rows = x.reshape(*x.shape[:2], -1)
    return [rows[:, :, order].reshape(x.shape) for order in (perm, np.argsort(perm))]


def check_permuted(got: Any, x: np.ndarray, perm: np.ndarray) -> int:
    """The pixels must be moved by perm; returns 0 if they are taken from it, 1 if sent to it."""
    given = describe_call("permute_pixels", x, perm)
    have = as_array(got)
    if have is None:
        fail(f"{given}: the result should be an array, got {show(got)}.")
    if have.shape != x.shape:
        fail(f"{given}: the result has shape {have.shape}, expected {x.shape}.")
    taken, sent = both_ways(x, perm)
    if np.array_equal(have, taken):
        return 0
    if np.array_equal(have, sent):
        return 1
    differ = ((have != taken) & (have != sent)).any(axis=(2, 3))
    image, channel = np.argwhere(differ)[0] if differ.any() else (0, 0)
    before, after, one, other = (
        a[image, channel].astype(float).ravel().tolist() for a in (x, have, taken, sent)
    )
    return fail(
        f"{given}: with perm = {perm.tolist()}, image {image}, channel {channel}, row by row, goes "
        f"from {before} to {after}, expected {one} or {other}.",
        hint=why_not_permuted(have, x),
    )


def why_not_permuted(have: np.ndarray, x: np.ndarray) -> str:
    """A sentence on what has become of the pixels."""
    if np.array_equal(have, x):
        return "The images come back as they were."
    old, new = (np.sort(a.reshape(*a.shape[:2], -1)) for a in (x, have))
    if np.array_equal(old, new):
        return (
            "Every image keeps its own pixels, but their new order is not that of perm. Use the "
            "same given perm for every image and channel; do not draw or compute another one."
        )
    if np.array_equal(np.sort(have, axis=None), np.sort(x, axis=None)):
        return "Pixels have moved from one image or channel into another."
    return "Some pixels are lost or changed: a permutation only moves them."


@question("permutation", weight=4)
def test_permutes_grey_images(student, rng):
    """Every image's pixels are moved by perm, the same way in every image and call."""
    directions = set()
    for shape in ((1, 1, 2, 3), (3, 1, 3, 3), (5, 1, 4, 4), (2, 1, 4, 4)):
        x, perm = draw_images(rng, *shape)
        moved = check_permuted(student.permute_pixels(x, perm), x, perm)
        if not np.array_equal(perm, np.argsort(perm)):  # else both ways are the same
            directions.add(moved)
    check_true(
        len(directions) < 2,
        "Your function takes pixels from perm in one call and sends them to perm in another.",
    )


@question("permutation", weight=2)
def test_permutes_all_channels(student, rng):
    """Every channel is moved in the same way, also in images that are not square."""
    for shape in ((1, 2, 2, 2), (2, 3, 2, 4), (3, 2, 5, 2)):
        x, perm = draw_images(rng, *shape)
        check_permuted(student.permute_pixels(x, perm), x, perm)


@question("permutation")
def test_leaves_arguments_alone(student, rng):
    """The result is a new array, and the images and perm are left as they were."""
    x, perm = draw_images(rng, 2, 1, 3, 3)
    seen = student.trace("permute_pixels", x, perm)
    check_permuted(seen.value, x, perm)
    for name, after, before in zip(("x", "perm"), seen.args, (x, perm), strict=True):
        check_true(
            np.array_equal(as_array(after), before),
            f"After permute_pixels(x, perm), {name} is no longer what it was.",
            hint="Work on a copy: a function never changes its arguments.",
        )
    check_true(
        np.array_equal(as_array(seen.after), as_array(seen.value)),
        "The result of permute_pixels changes when x is overwritten later.",
        hint="The result shares memory with x: return a copy.",
    )


@question("permutation")
def test_own_run(student):
    """The experiment ran with your function, and its numbers are those of moved pixels."""
    run = student.value("permutation_run")
    check_true(run is not None, "The experiment has not run: write permute_pixels, then run it.")
    try:
        cnn, mlp = (run[name]["original"] - run[name]["permuted"] for name in ("cnn", "mlp"))
    except (TypeError, ValueError, KeyError):
        fail(f"permutation_run should be what permutation_experiment returns, got {show(run)}.")
    check_true(
        cnn > 0.2 and abs(mlp) < 0.15,
        f"With permuted pixels your run loses {cnn:.2f} (CNN) and {mlp:.2f} (MLP) of the accuracy: "
        "that is not what one fixed permutation of all images does.",
        hint="The same perm must move the pixels of all images, for training and for validation.",
    )
