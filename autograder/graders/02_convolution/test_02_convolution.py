"""Hidden checks of unit 02: output sizes, convolution, its backward pass, equivariance."""

import contextlib
import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch.nn import functional

from autograder import (
    CheckFailed,
    Mistake,
    StudentError,
    as_array,
    check_choice,
    check_close,
    check_dtype,
    check_equal,
    check_raises,
    check_true,
    describe_call,
    fail,
    probe,
    question,
    show,
)

# ----------------------------------------------------------------- 2.1 conv_out_size


@functools.cache
def places(n, k, stride=1, pad=0, dilation=1):
    """Count the places of the kernel, one by one."""
    last = n + pad - 1
    return sum(start + dilation * (k - 1) <= last for start in range(-pad, last + 1, stride))


def size_mistakes(n, k, stride=1, pad=0, dilation=1):
    """What the usual wrong formulas give."""
    span = dilation * (k - 1) + 1
    return [
        Mistake(
            "size-off-by-one",
            "The last place at which the kernel fits counts too: add 1 after the division.",
            lambda: (n + 2 * pad - span) // stride,
        ),
        Mistake(
            "padding-counted-once",
            "Padding is added at both ends, so the row grows by 2 * pad.",
            lambda: (n + pad - span) // stride + 1,
        ),
        Mistake(
            "padding-ignored",
            "Your result does not depend on pad.",
            lambda: (n - span) // stride + 1,
        ),
        Mistake(
            "same-rule",
            "ceil(n / stride) holds only where the padding is (k - 1) / 2; count the places.",
            lambda: math.ceil(n / stride),
        ),
        Mistake(
            "fraction-of-a-place",
            "A kernel cannot stand on a fraction of a place: divide with //, which drops the rest.",
            lambda: (n + 2 * pad - span) / stride + 1,
        ),
        Mistake(
            "padding-fixed",
            "Your result equals that for pad = (k - 1) // 2, whatever pad it is given.",
            lambda: (n + 2 * ((k - 1) // 2) - span) // stride + 1,
        ),
        Mistake(
            "dilation-ignored",
            "Your result does not depend on dilation: a dilated kernel spans more pixels.",
            lambda: (n + 2 * pad - k) // stride + 1,
        ),
        Mistake(
            "dilation-times-k",
            "A dilated kernel spans dilation * (k - 1) + 1 pixels, not dilation * k.",
            lambda: (n + 2 * pad - dilation * k) // stride + 1,
        ),
        Mistake(
            "stride-ignored",
            "Your result does not depend on stride.",
            lambda: n + 2 * pad - span + 1,
        ),
        Mistake(
            "size-rounded-up",
            "Pixels left over at the end are dropped: round down.",
            lambda: math.ceil((n + 2 * pad - span) / stride) + 1,
        ),
    ]


REFUSED = "a refusal"


def size_or_refusal(outcome):
    """The student's result of one call, or the word for a refusal."""
    try:
        return outcome.value
    except StudentError as error:
        if "ValueError" in error.types:
            return REFUSED
        raise


def check_sizes(cases, results):
    """Compare all cases; a mistake is named only if it explains every one of them."""
    sizes = [number_of(result) for result in results]
    wrong = [i for i, case in enumerate(cases) if sizes[i] != places(**case)]
    if not wrong:
        return
    explained = [
        mistakes[0]
        for mistakes in zip(*(size_mistakes(**case) for case in cases), strict=True)
        if all(gives(mistake, size) for mistake, size in zip(mistakes, sizes, strict=True))
    ]
    fail(
        f"{describe_size(**cases[wrong[0]])}: got {show(results[wrong[0]])}, "
        f"expected {places(**cases[wrong[0]])}.",
        hint=explained[0].sentence if explained else "",
        mistake=explained[0].name if explained else "",
    )


def number_of(value):
    """The number that a value carries: 3.0 counts as 3, its type has a check of its own."""
    if type(value) is int:
        return value
    number = as_array(value)
    return number.item() if number is not None and number.shape == () else value


def gives(mistake, number):
    """Whether the wrong formula gives this number; below 1 it may be refused instead."""
    [formula] = mistake.values
    size = formula()
    return size == number or (size < 1 and number == REFUSED)


def describe_size(n, k, **options):
    return describe_call("conv_out_size", n, k, **options)


def call_sizes(student, *cases):
    """Call the student's function for each case and compare."""
    usual = {"stride": 1, "pad": 0, "dilation": 1}
    calls = [{name: n for name, n in case.items() if n != usual.get(name)} for case in cases]
    arguments = [
        ((call["n"], call["k"]), {key: call[key] for key in call.keys() - {"n", "k"}})
        for call in calls
    ]
    outcomes = student.each("conv_out_size", arguments)
    check_sizes(calls, list(map(size_or_refusal, outcomes)))


@functools.cache
def fitting(**ranges):
    """All combinations in which the kernel fits, the smallest first; nobody changes them."""
    combinations = itertools.product(range(1, 13), range(1, 6), *ranges.values())
    cases = (dict(zip(("n", "k", *ranges), values, strict=True)) for values in combinations)
    return tuple(case for case in cases if places(**case) > 0)


@question("conv_out_size")
def test_size_counts_places(student):
    """It counts the places of a plain kernel, up to the one that just fits."""
    call_sizes(student, *fitting())


@question("conv_out_size")
def test_size_with_padding(student):
    """Padding at both ends adds places."""
    call_sizes(student, *fitting(pad=range(4)))


@question("conv_out_size")
def test_size_with_stride(student):
    """A stride skips places, and pixels left over are dropped."""
    call_sizes(student, *fitting(stride=range(1, 5)))


@question("conv_out_size")
def test_size_with_dilation(student):
    """A dilated kernel spans more pixels."""
    call_sizes(student, *fitting(dilation=range(1, 4)))


@question("conv_out_size")
def test_size_with_everything(student):
    """Kernel, stride, padding and dilation work together."""
    call_sizes(student, {"n": 7, "k": 3, "stride": 2, "pad": 1, "dilation": 2})
    cases = (
        *fitting(stride=range(1, 5), pad=range(4), dilation=range(1, 4)),
        {"n": 224, "k": 7, "stride": 2, "pad": 3, "dilation": 1},
        {"n": 999, "k": 5, "stride": 3, "pad": 8, "dilation": 9},
    )
    outcomes = student.each("conv_out_size", [(tuple(case.values()), {}) for case in cases])
    check_sizes(cases, list(map(size_or_refusal, outcomes)))


@question("conv_out_size")
def test_size_is_whole(student):
    """The number of places is an int."""
    call_sizes(student, {"n": 5, "k": 3}, {"n": 4, "k": 4}, {"n": 9, "k": 2})
    options = [{}, {"stride": 2}, {"pad": 1}, {"dilation": 2}, {"stride": 2, "pad": 1}]
    for option, outcome in zip(
        options, student.each("conv_out_size", [((6, 3), o) for o in options]), strict=True
    ):
        got = outcome.value
        number = as_array(got)
        check_true(
            number is not None and number.dtype.kind in "iu",
            f"{describe_size(6, 3, **option)}: got {show(got)} of type {type(got).__name__}, "
            "it should be an int.",
            hint="Divide with //: it gives a whole number, / gives a float.",
            mistake="size-as-float",
        )


def check_size_refused(student, n, k, **options):
    given = describe_size(n, k, **options)
    check_raises(lambda: student.conv_out_size(n, k, **options), "ValueError", given=given)


@question("conv_out_size")
def test_size_of_a_kernel_that_does_not_fit(student):
    """A kernel that does not fit is refused with ValueError, one that just fits is not."""
    call_sizes(student, {"n": 1, "k": 1}, {"n": 4, "k": 4}, {"n": 5, "k": 3})
    for n, k in [(1, 2), (3, 5), (4, 5)]:
        check_size_refused(student, n, k)
    check_size_refused(student, 2, 5, pad=1, stride=2)
    check_size_refused(student, 4, 3, dilation=2)


@question("conv_out_size")
def test_size_refuses_impossible_options(student):
    """Kernel sizes, strides and dilations below 1 and negative padding are refused."""
    call_sizes(student, {"n": 5, "k": 1}, {"n": 5, "k": 3})
    for k in (0, -1):
        check_size_refused(student, 5, k)
    for name, bad in [
        ("stride", 0),
        ("stride", -1),
        ("pad", -1),
        ("dilation", 0),
        ("dilation", -1),
    ]:
        check_size_refused(student, 5, 3, **{name: bad})


# ----------------------------------------------------------------- 2.2 shape_predictions


def layer_shape(layer, **changes):
    layer = {**layer, **changes}
    axes = zip(
        layer["size"], layer["kernel"], layer["stride"], layer["pad"], layer["dilation"],
        strict=True,
    )  # fmt: skip
    return tuple(places(*axis) for axis in axes)


def layer_mistakes(layer):
    right = layer_shape(layer)

    def without(word, **changes):
        return Mistake(
            f"{word}-ignored",
            f"That is the result if the {word} is left out of account.",
            lambda: layer_shape(layer, **changes),
        )

    def by_axis(size):
        words = ("size", "kernel", "stride", "pad", "dilation")
        axes = list(zip(*(layer[word] for word in words), strict=True))
        return lambda: tuple(size(*axis) for axis in axes)

    return [
        without("stride", stride=(1, 1)),
        without("padding", pad=(0, 0)),
        without("dilation", dilation=(1, 1)),
        without("kernel", kernel=(1, 1), dilation=(1, 1)),
        Mistake("axes-swapped", "Height comes first, then width.", lambda: right[::-1]),
        Mistake(
            "size-off-by-one",
            "The last place at which the kernel fits counts too.",
            lambda: tuple(count - 1 for count in right),
        ),
        Mistake(
            "size-rounded-up",
            "Pixels left over at the end are dropped: round down.",
            by_axis(lambda n, k, s, p, d: math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1),
        ),
        Mistake(
            "padding-counted-once",
            "Padding is added at both ends of an axis.",
            by_axis(lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1),
        ),
        Mistake(
            "dilation-times-k",
            "A dilated kernel of 3 weights has two gaps, not three.",
            by_axis(lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1),
        ),
        Mistake(
            "same-rule",
            "Padding does not always keep the size: count the places.",
            by_axis(lambda n, k, s, p, d: math.ceil(n / s)),
        ),
        Mistake(
            "square-kernel",
            "The kernel is not square: its height counts for rows, its width for columns.",
            lambda: layer_shape(layer, kernel=(layer["kernel"][0],) * 2),
        ),
        Mistake(
            "one-stride",
            "The stride is not the same on both axes.",
            lambda: layer_shape(layer, stride=(layer["stride"][0],) * 2),
        ),
        Mistake(
            "one-padding",
            "The padding is not the same on both axes.",
            lambda: layer_shape(layer, pad=(max(layer["pad"]),) * 2),
        ),
    ]


def layer_check(name):
    def test(student, lesson):
        layer = lesson.shape_instances(student.personal_id())[name]
        answers = student.value("predict")
        check_true(isinstance(answers, dict), "predict should be a dict from letters to pairs.")
        answer = answers.get(name)
        if answer is None:
            fail(f"{name} has no answer yet.")
        given = f"your prediction for layer {name}"
        pair = as_array(answer)
        if pair is not None and pair.shape == (2,) and tuple(pair) == layer_shape(layer):
            return
        check_equal(
            answer, layer_shape(layer), given=given, hints=layer_mistakes(layer), reveal=False
        )

    test.__name__ = f"test_layer_{name}"
    test.__doc__ = f"Layer {name}: height and width of the result."
    return question("shape_predictions")(test)


for _name in "ABCDEFGH":
    globals()[f"test_layer_{_name}"] = layer_check(_name)

# ----------------------------------------------------------------- 2.3 conv2d


@dataclass(frozen=True)
class Case:
    """Shapes and options of one call; the numbers are drawn for each check."""

    x: tuple
    w: tuple
    options: dict
    bias: bool = False

    def draw(self, rng, symmetric=False):
        x, w = rng.normal(size=self.x), rng.normal(size=self.w)
        if symmetric:  # looks the same flipped, so that a flip is not punished twice
            w = w + w[:, :, ::-1, ::-1]
        b = rng.normal(size=self.w[0]) if self.bias else None
        return x, w, b, dict(self.options)

    def __str__(self):
        return f"{self.x}-{self.w}-{self.options}"


def correlate(x, w, b=None, stride=1, pad=0, dilation=1):
    """The oracle: PyTorch's convolution, in float64 (torch.nn.functional.conv2d)."""
    tensors = [None if a is None else torch.as_tensor(np.array(a, np.float64)) for a in (x, w, b)]
    return functional.conv2d(*tensors, stride=stride, padding=pad, dilation=dilation).numpy()


def conv_mistakes(x, w, b=None, stride=1, pad=0, dilation=1):
    """What the usual wrong convolutions give for this call."""
    options = {"stride": stride, "pad": pad, "dilation": dilation}
    kh, kw = w.shape[2:]

    def right(x=x, w=w, b=b, **changes):
        return correlate(x, w, b, **{**options, **changes})

    def padded(top, bottom, left, right_):
        return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right_)))

    def cut():
        span = dilation * kh
        rows = (x.shape[2] + 2 * pad - span) // stride + 1
        columns = (x.shape[3] + 2 * pad - dilation * kw) // stride + 1
        return right()[:, :, :rows, :columns]

    table = [
        (
            "flipped-kernel",
            "Deep-learning libraries do not flip the kernel: lay it on the image as it is.",
            lambda: right(w=w[:, :, ::-1, ::-1]),
        ),
        (
            "padding-on-one-side",
            "Padding goes on both sides; your result is shifted.",
            lambda: right(x=padded(2 * pad, 0, 2 * pad, 0), pad=0),
        ),
        (
            "padding-on-one-side",
            "Padding goes on both sides; your result is shifted.",
            lambda: right(x=padded(0, 2 * pad, 0, 2 * pad), pad=0),
        ),
        (
            "padding-counted-once",
            "Padding goes on all four sides; yours is only on two.",
            lambda: right(x=padded(pad, 0, pad, 0), pad=0),
        ),
        (
            "padding-ignored",
            "Your result does not depend on pad.",
            lambda: right(pad=0),
        ),
        (
            "padding-fixed",
            "Your result equals pad = k // 2 whatever pad it is given.",
            lambda: right(x=padded(kh // 2, kh // 2, kw // 2, kw // 2), pad=0),
        ),
        ("stride-ignored", "Your result does not depend on stride.", lambda: right(stride=1)),
        ("stride-fixed", "Your stride is 2, whatever it should be.", lambda: right(stride=2)),
        (
            "stride-on-one-axis",
            "The stride holds for both axes, height and width.",
            lambda: right(stride=1)[:, :, ::stride, :],
        ),
        (
            "stride-on-one-axis",
            "The stride holds for both axes, height and width.",
            lambda: right(stride=1)[:, :, :, ::stride],
        ),
        ("dilation-ignored", "Your result does not depend on dilation.", lambda: right(dilation=1)),
        (
            "dilation-times-k",
            "A dilated kernel spans dilation * (k - 1) + 1 pixels, not dilation * k.",
            cut,
        ),
        (
            "channels-not-summed",
            "Each filter has weights for every input channel: add the products of all channels.",
            lambda: right(x=x[:, :1], w=w[:, :1]),
        ),
        (
            "channels-not-summed",
            "Each filter has weights for every input channel: add the products of all channels.",
            lambda: np.concatenate(
                [right(x=x[:, c : c + 1], w=w[:, c : c + 1]) for c in range(x.shape[1])], axis=1
            ),
        ),
        (
            "bias-per-channel",
            "Add the bias once for each output number, not once for each input channel.",
            lambda: right(b=b * x.shape[1]),
        ),
        (
            "mean-over-channels",
            "Add the products of all channels; do not average them.",
            lambda: (right(b=None) / x.shape[1]) + (0 if b is None else b[:, None, None]),
        ),
        (
            "only-first-image",
            "The images of a batch are convolved one by one: yours all look like the first.",
            lambda: np.repeat(right()[:1], len(x), axis=0),
        ),
        ("bias-ignored", "Your result does not contain the bias.", lambda: right(b=None)),
        (
            "bias-on-wrong-axis",
            "The bias belongs to the filters: give it the shape (1, F, 1, 1) before you add it.",
            lambda: right(b=None) + b,
        ),
        (
            "axes-swapped",
            "The axes of the result are images, filters, height, width.",
            lambda: right().transpose(0, 1, 3, 2),
        ),
        (
            "size-off-by-one",
            "The last place at which the kernel fits counts too.",
            lambda: right()[:, :, :-1, :-1],
        ),
        (
            "products-not-multiplied-out",
            "Your result is the mean of the products; it should be their sum.",
            lambda: right() / (kh * kw),
        ),
        (
            "transposed-kernel",
            "Your kernel lies on its side: its first axis goes down the rows.",
            lambda: right(w=w.transpose(0, 1, 3, 2)),
        ),
        (
            "height-for-width",
            "Height and width differ: your result is right only for square images.",
            lambda: right()[:, :, :, : right().shape[2]],
        ),
        (
            "square-kernel",
            "kh and kw differ: your result is right only for square kernels.",
            lambda: right(w=w[..., :kh]),
        ),
        (
            "square-kernel",
            "kh and kw differ: your result is right only for square kernels.",
            lambda: right(w=w[..., :kh])[..., : right().shape[3]],
        ),
        (
            "size-off-by-one",
            "The last place at which the kernel fits counts too.",
            lambda: right()[:, :, : -1 if right().shape[2] > 1 else None, :-1],
        ),
        (
            "padding-with-edge",
            "Padding adds zeros; you repeat or mirror pixels of the image.",
            lambda: right(x=np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), "edge"), pad=0),
        ),
        (
            "padding-with-edge",
            "Padding adds zeros; you repeat or mirror pixels of the image.",
            lambda: right(x=np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), "reflect"), pad=0),
        ),
        (
            "relu-applied",
            "Negative numbers became 0: a ReLU is a layer of its own, not part of the convolution.",
            lambda: np.maximum(right(), 0),
        ),
        (
            "input-normalised",
            "Your function subtracts the mean of x. Take the inputs as they are given.",
            lambda: right(x=x - x.mean()),
        ),
    ]
    return [Mistake(*row) for row in table]


def works(check, *args, **options):
    """Whether a check passes: a combination is judged only where each part works alone."""
    try:
        check(*args, **options)
    except CheckFailed:
        return False
    return True


def check_conv(student, x, w, b=None, rule="", **options):
    """Compare one call with the oracle; ``rule`` is said where no known mistake matches."""
    args = (x, w) if b is None else (x, w, b)
    given = describe_call("conv2d", *args, **options)
    with explained(rule):
        got = student.conv2d(*args, **options)
        right = correlate(x, w, b, **options)
        hints = conv_mistakes(x, w, b, **options)
        check_close(got, right, given=given, hints=hints, **coarse(right))


def coarse(right):
    """Tolerances that float32 meets: test_dtype alone judges the precision, and by no luck."""
    return {"rtol": 1e-6, "atol": 2e-6 * max(1.0, np.abs(right).max(initial=0.0))}


@contextlib.contextmanager
def explained(rule):
    """Give a failure that has no explanation of its own the rule that it breaks."""
    try:
        yield
    except CheckFailed as error:
        wrong_value = type(error) is CheckFailed
        crashed = isinstance(error, StudentError) and "NotImplementedError" not in error.types
        if not error.hint and (wrong_value or crashed):
            error.hint = rule
        raise


ONE_CHANNEL = [
    Case((1, 1, 2, 2), (1, 1, 2, 2), {}),
    Case((1, 1, 3, 3), (1, 1, 2, 2), {}),
    Case((1, 1, 5, 5), (1, 1, 3, 3), {}),
]
RECTANGLES = [
    Case((1, 1, 4, 6), (1, 1, 2, 2), {}),
    Case((1, 1, 6, 4), (1, 1, 2, 2), {}),
    Case((1, 1, 6, 6), (1, 1, 2, 3), {}),
    Case((1, 1, 6, 6), (1, 1, 3, 2), {}),
    Case((1, 1, 4, 6), (1, 1, 3, 2), {}),
]
CHANNELS = [
    Case((1, 2, 3, 3), (1, 2, 2, 2), {}),
    Case((1, 1, 3, 3), (2, 1, 2, 2), {}),
    Case((2, 1, 3, 3), (1, 1, 2, 2), {}),
    Case((1, 3, 4, 4), (2, 3, 3, 3), {}),
    Case((3, 2, 4, 4), (4, 2, 2, 2), {}),
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
    Case((1, 3, 3, 4), (2, 3, 1, 1), {}),
    Case((1, 1, 4, 5), (1, 1, 4, 5), {}),
    Case((1, 1, 5, 7), (1, 1, 3, 2), {"stride": 2, "pad": 1}),
    Case((3, 2, 5, 4), (4, 2, 2, 3), {"pad": 1}, bias=True),
    Case((1, 2, 7, 8), (2, 2, 3, 2), {"stride": 3, "pad": 1, "dilation": 2}, bias=True),
    Case((2, 3, 6, 7), (4, 3, 2, 3), {"stride": 2, "pad": 3, "dilation": 2}, bias=True),
]


@question("conv2d", weight=3)
@pytest.mark.parametrize("case", ONE_CHANNEL, ids=str)
def test_matches_cross_correlation(student, rng, case):
    """Your conv2d gives the numbers of a cross-correlation, for one channel and one filter."""
    x, w, _, _ = case.draw(rng)
    check_conv(student, x, w)


@question("conv2d", weight=3)
def test_single_pixel(student, rng):
    """A single bright pixel shows the kernel, turned round; a single weight shows the image."""
    numbers = rng.normal(size=(1, 1, 3, 3))
    pixel = np.zeros((1, 1, 5, 5))
    pixel[0, 0, 2, 2] = 1.0
    turned = "A pixel is first met by the last weight, so the kernel comes out turned by 180°."
    check_conv(student, pixel, numbers, rule=turned)
    check_conv(student, rng.normal(size=(1, 1, 4, 4)), pixel[:, :, 1:4, 1:4])


@question("conv2d", weight=2)
@pytest.mark.parametrize("case", RECTANGLES, ids=str)
def test_rectangles(student, rng, case):
    """Images and kernels need not be square."""
    x, w, _, _ = case.draw(rng, symmetric=True)
    check_conv(
        student, x, w, rule="Height and width have sizes of their own, here and in the kernel."
    )


@question("conv2d", weight=4)
@pytest.mark.parametrize("case", CHANNELS, ids=str)
def test_channels(student, rng, case):
    """Every filter sums over all input channels, and every image is treated alike."""
    x, w, _, _ = case.draw(rng, symmetric=True)
    rule = (
        "A filter spans all input channels and adds them up; N images and F filters give N·F maps."
    )
    check_conv(student, x, w, rule=rule)


@question("conv2d", weight=3)
@pytest.mark.parametrize("case", PADDED, ids=str)
def test_padding(student, rng, case):
    """pad adds zeros on all four sides."""
    x, w, _, options = case.draw(rng, symmetric=True)
    check_conv(student, x, w, **options, rule="pad zeros go on each of the four sides.")


@question("conv2d", weight=3)
@pytest.mark.parametrize("case", STRIDED, ids=str)
def test_stride(student, rng, case):
    """stride moves the kernel further on both axes."""
    x, w, _, options = case.draw(rng, symmetric=True)
    rule = "The kernel moves by stride, down and across; a rest at the end is dropped."
    check_conv(student, x, w, **options, rule=rule)


@question("conv2d", weight=2)
@pytest.mark.parametrize("case", DILATED, ids=str)
def test_dilation(student, rng, case):
    """dilation spreads the weights of the kernel."""
    x, w, _, options = case.draw(rng, symmetric=True)
    rule = (
        "Neighbouring weights lie dilation pixels apart: the kernel spans dilation * (k - 1) + 1."
    )
    check_conv(student, x, w, **options, rule=rule)


@question("conv2d", weight=3)
@pytest.mark.parametrize("filters", [3, 1, 4])  # 3: as many as the result has columns
def test_bias(student, rng, filters):
    """Each filter's bias is added once at every place."""
    x, w, b, _ = Case((2, 2, 4, 4), (filters, 2, 2, 2), {}, bias=True).draw(rng, symmetric=True)
    rule = "Add b[f] once to every number of map f: give b the shape (1, F, 1, 1)."
    check_conv(student, x, w, b, rule=rule)
    check_conv(student, x, 0 * w, b, rule=rule)


@question("conv2d", weight=3)
@pytest.mark.parametrize("case", TOGETHER, ids=str)
def test_together(student, rng, case):
    """All options work together, and the result is linear in x."""
    x, w, b, options = case.draw(rng)
    check_conv(student, x, w, b, **options)
    other = rng.normal(size=x.shape)
    check_conv(student, 2 * x - 3 * other, w, b, **options)


@question("conv2d", weight=2)
def test_arguments_are_left_alone(student, rng):
    """x, w and b stay as they were, and the result has memory of its own."""
    for size in (1, 2):
        x, w, b, _ = Case((2, 1, 3, 3), (1, 1, size, size), {}, bias=True).draw(rng, symmetric=True)
        if size == 1:  # the result equals x, and must not be x
            w, b = np.ones_like(w), np.zeros_like(b)
        seen = student.trace("conv2d", x, w, b)
        given = describe_call("conv2d", x, w, b)
        right, hints = correlate(x, w, b), conv_mistakes(x, w, b)
        check_close(seen.value, right, given=given, hints=hints, **coarse(right))
        check_kept(seen, given, x=x, w=w, b=b)
    lopsided = rng.normal(size=w.shape)
    check_kept(student.trace("conv2d", x, lopsided, b), given, x=x, w=lopsided, b=b)
    for options in ({"stride": 2}, {"pad": 1}, {"dilation": 2}):
        for size, bias in ((1, 0 * b), (2, b)):
            x, w = rng.normal(size=(2, 1, 4, 4)), np.ones((1, 1, size, size))
            given = describe_call("conv2d", x, w, bias, **options)
            seen = student.trace("conv2d", x, w, bias, **options)
            check_kept(seen, given, x=x, w=w, b=bias)


def parts_of(value):
    """The arrays of a result."""
    if isinstance(value, dict):
        value = list(value.values())
    return value if isinstance(value, (list, tuple)) else [value]


def check_kept(seen, given, **arguments):
    """The arguments are unchanged, and the result does not change when they are overwritten."""
    for (name, before), after in zip(arguments.items(), seen.args, strict=False):
        check_true(
            np.array_equal(as_array(after), before),
            f"{given}: your function changed its argument {name}. Work on a copy.",
            mistake="argument-modified",
        )
    now, first = parts_of(seen.after), parts_of(seen.value)
    check_true(
        all(np.array_equal(as_array(a), as_array(b)) for a, b in zip(now, first, strict=True)),
        f"{given}: when an argument is overwritten later, your result changes with it. "
        "Return a new array, not a view of an argument.",
        mistake="memory-shared",
    )


@question("conv2d", weight=2)
def test_dtype(student, rng):
    """float64 stays float64, float32 stays float32, whole numbers become floating point."""
    x, w, _, _ = Case((1, 1, 4, 4), (1, 1, 2, 2), {}).draw(rng, symmetric=True)
    whole, grey = rng.integers(-9, 9, size=x.shape), rng.integers(100, 256, size=x.shape)
    for args in (
        (x, w),
        (x.astype(np.float32), w.astype(np.float32)),
        (whole, w),
        (grey.astype(np.uint8), w),
        (whole, np.ones_like(w, int)),
        (x.astype(np.float32), w),
        (x, w.astype(np.float32)),
    ):
        image, kernel = args
        got = student.conv2d(*args)
        given = f"conv2d with x of dtype {image.dtype} and w of dtype {kernel.dtype}"
        right = correlate(*args)
        cut = Mistake(
            "truncated-to-whole-numbers",
            "The result of whole numbers times weights is not whole: make it floating point.",
            lambda args=args: correlate(*args).astype(args[0].dtype),
        )
        # A result of the wrong dtype may be as rough as float32; its dtype is looked at next.
        hints = [cut, *conv_mistakes(image, kernel)]
        check_close(got, right, given=given, hints=hints, rtol=1e-4, atol=1e-4)
        if image.dtype.kind == "f":
            check_dtype(got, np.result_type(image, kernel), given=given)
        else:
            kind = as_array(got).dtype
            message = f"{given}: the result has dtype {kind}, expected a floating point dtype."
            check_true(kind.kind == "f", message)
    fine = np.full((1, 1, 2, 2), 2.0**24 + 1)  # float32 rounds it to 2**24
    with explained("Compute in float64 where the arguments are float64: float32 rounds too much."):
        got = student.conv2d(fine, np.ones((1, 1, 1, 1)))
        check_close(got, fine, given="conv2d of large float64 numbers", rtol=0, atol=1e-3)


@question("conv2d")
def test_transposed_input(student, rng):
    """An input whose axes were swapped by transpose gives the same numbers."""
    x, w, _, _ = Case((1, 1, 4, 4), (1, 1, 3, 3), {}).draw(rng, symmetric=True)
    rule = (
        "The numbers of this array do not lie in memory in the order of its axes (it was "
        "transposed): use reshape instead of view, and do not count strides by hand."
    )
    for args in ((x, w), (x.transpose(0, 1, 3, 2), w), (x, w.transpose(0, 1, 3, 2))):
        with explained(rule):
            got, right = student.conv2d(*args), correlate(*args)
            check_close(got, right, given="conv2d of such an array", **coarse(right))


@question("conv2d")
def test_refuses(student, rng):
    """Channels that differ and kernels that do not fit are refused with ValueError."""
    x, w, _, _ = Case((1, 2, 3, 3), (1, 2, 2, 2), {}).draw(rng, symmetric=True)
    check_conv(student, x, w)
    for kernel in ((1, 3, 2, 2), (1, 1, 2, 2), (1, 2, 4, 4)):
        check_refused(student, x, rng.normal(size=kernel))
    for kernel in ((1, 2, 4, 2), (1, 2, 2, 4)):
        if works(check_conv, student, rng.normal(size=(1, 2, 4, 4)), rng.normal(size=kernel)):
            check_refused(student, x, rng.normal(size=kernel))
    check_refused(student, x[:, :1], w)
    image, small = rng.normal(size=(1, 1, 3, 3)), rng.normal(size=(1, 1, 2, 2))
    if works(check_conv, student, image, small, dilation=2):
        check_refused(student, image, small, dilation=3)


def check_refused(student, x, w, **options):
    given = f"conv2d with x of shape {x.shape} and w of shape {w.shape}"
    given += "".join(f", {name}={value}" for name, value in options.items())
    check_raises(lambda: student.conv2d(x, w, **options), "ValueError", given=given)


# ----------------------------------------------------------------- 2.4 conv2d_backward


def gradients(dout, x, w, stride=1, pad=0):
    """The oracle: PyTorch's autograd through torch.nn.functional.conv2d, in float64."""
    tensors = [torch.as_tensor(np.array(a, np.float64)).requires_grad_() for a in (x, w)]
    bias = torch.zeros(w.shape[0], dtype=torch.float64, requires_grad=True)
    y = functional.conv2d(*tensors, bias, stride=stride, padding=pad)
    found = torch.autograd.grad(y, [*tensors, bias], torch.as_tensor(np.array(dout)))
    return tuple(gradient.numpy() for gradient in found)


def overwritten(dout, x, w, stride=1, pad=0):
    """dx where each place overwrites what earlier places wrote."""
    n, c, h, width = x.shape
    filters, _, kh, kw = w.shape
    dx = np.zeros((n, c, h + 2 * pad, width + 2 * pad))
    for image, i, j, f in np.ndindex(n, dout.shape[2], dout.shape[3], filters):
        window = np.s_[image, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        dx[window] = dout[image, f, i, j] * w[f]
    return dx[:, :, pad : pad + h, pad : pad + width]


def overwritten_per_window(dout, x, w, stride=1, pad=0):
    """The same, with the filters summed first."""
    n, c, h, width = x.shape
    kh, kw = w.shape[2:]
    dx = np.zeros((n, c, h + 2 * pad, width + 2 * pad))
    for i, j in np.ndindex(*dout.shape[2:]):
        window = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        dx[window] = np.einsum("nf,fckl->nckl", dout[:, :, i, j], w)
    return dx[:, :, pad : pad + h, pad : pad + width]


def last_place(dout):
    """dout with zeros everywhere but at the last place."""
    kept = np.zeros_like(dout)
    kept[:, :, -1, -1] = dout[:, :, -1, -1]
    return kept


OVERLAP = "Windows overlap, so a pixel gets gradients from several places: use += instead of =."


def backward_mistakes(part, dout, x, w, **options):
    """What the usual wrong backward passes give for dx, dw or db."""
    empty = "A slice [p:-p] is empty when p is 0, because -0 is 0. Cut off by position instead."
    tables = {
        "dx": [
            ("overwritten", OVERLAP, lambda: overwritten(dout, x, w, **options)),
            ("overwritten", OVERLAP, lambda: overwritten_per_window(dout, x, w, **options)),
            ("empty-slice", empty, lambda: np.zeros((*x.shape[:2], 0, 0))),
            (
                "flipped-kernel",
                "The gradient of a pixel uses the weight that lay on it: do not flip here either.",
                lambda: gradients(dout, x, w[:, :, ::-1, ::-1], **options)[0],
            ),
            (
                "padding-kept",
                "dx has the shape of x: cut the padding off again.",
                lambda: gradients(
                    dout,
                    np.pad(x, ((0, 0), (0, 0), *(((options.get("pad", 0),) * 2),) * 2)),
                    w,
                    stride=options.get("stride", 1),
                )[0],
            ),
        ],
        "dw": [
            (
                "overwritten",
                "Each weight is used at every place: add up what they give, with += instead of =.",
                lambda: gradients(last_place(dout), x, w, **options)[1],
            ),
            (
                "mean-over-batch",
                "Add the images of the batch up; do not average them.",
                lambda: gradients(dout, x, w, **options)[1] / len(x),
            ),
        ],
        "db": [
            ("db-axes", "Sum dout over images, height and width.", lambda: dout.sum(axis=0)),
            ("db-axes", "Sum dout over images, height and width.", lambda: dout.sum(axis=(2, 3))),
            ("db-axes", "Sum dout over images, height and width.", lambda: dout.sum()),
            (
                "mean-over-batch",
                "Add the images of the batch up; do not average them.",
                lambda: dout.sum(axis=(2, 3)).mean(axis=0),
            ),
        ],
    }
    return [Mistake(*row) for row in tables[part]]


PLACES = (
    "Place (i, j) of the result used the pixels from (i * stride - pad, j * stride - pad) on. "
    "Its change goes to those pixels, to the weights and to the bias."
)


def three_gradients(got, given):
    """dx, dw and db of a result, whichever way the three are packed."""
    if isinstance(got, dict):
        got = [got.get(name) for name in ("dx", "dw", "db")]
    message = f"{given}: the result should be three arrays, (dx, dw, db)."
    check_true(isinstance(got, (list, tuple)) and len(got) in (2, 3), message)
    return [*got, None][:3]  # where db is missing, dx and dw still count


def draw_backward(rng, x_shape, w_shape, symmetric=False, **options):
    """Random (dout, x, w) for one call."""
    x, w, _, _ = Case(x_shape, w_shape, {}).draw(rng, symmetric)
    return rng.normal(size=correlate(x, w, **options).shape), x, w


def check_gradients(got, parts, given, *args, **options):
    """Compare some of dx, dw and db with the oracle."""
    values = dict(zip(("dx", "dw", "db"), three_gradients(got, given), strict=True))
    oracle = dict(zip(("dx", "dw", "db"), gradients(*args, **options), strict=True))
    for part in parts:
        hints = backward_mistakes(part, *args, **options)
        right = oracle[part]
        check_close(values[part], right, given=given, what=part, hints=hints, **coarse(right))


def backward(student, parts, rng, x_shape, w_shape, symmetric=False, **options):
    """Call the student's backward pass and compare some of its three results."""
    args = draw_backward(rng, x_shape, w_shape, symmetric, **options)
    given = describe_call("conv2d_backward", *args, **options)
    with explained(PLACES):
        check_gradients(student.conv2d_backward(*args, **options), parts, given, *args, **options)


SMALL = [((1, 1, 3, 3), (1, 1, 2, 2)), ((1, 1, 4, 5), (2, 1, 3, 2)), ((2, 3, 4, 5), (2, 3, 3, 2))]


@question("conv2d_backward", weight=1.5)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_input(student, rng, shapes):
    """dx: each pixel collects the gradients of all places that use it."""
    backward(student, ["dx"], rng, *shapes)


@question("conv2d_backward", weight=1)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_weights(student, rng, shapes):
    """dw: each weight collects the gradients of all places and images."""
    backward(student, ["dw"], rng, *shapes)


@question("conv2d_backward", weight=0.5)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_bias(student, rng, shapes):
    """db: each filter's bias collects all of its gradients."""
    backward(student, ["db"], rng, *shapes)


@question("conv2d_backward", weight=1)
def test_backward_with_padding(student, rng):
    """With padding, dx has the shape of x and dw counts the padded image."""
    for x, w, options in [
        ((1, 1, 4, 4), (1, 1, 3, 3), {"stride": 3, "pad": 1}),
        ((1, 2, 4, 4), (3, 2, 2, 2), {"stride": 2, "pad": 2}),
    ]:
        backward(student, ["dx", "dw"], rng, x, w, symmetric=True, **options)


@question("conv2d_backward", weight=1)
def test_backward_with_stride(student, rng):
    """With a stride, pixels that no place uses get a gradient of zero."""
    for x, w, options in [
        ((1, 1, 5, 5), (1, 1, 2, 2), {"stride": 2}),
        ((1, 2, 6, 8), (2, 2, 2, 3), {"stride": 3}),
    ]:
        backward(student, ["dx", "dw"], rng, x, w, symmetric=True, **options)


@question("conv2d_backward", weight=0.5)
def test_backward_together(student, rng):
    """Overlap, stride and padding together: the backward pass is the adjoint of the convolution."""
    backward(student, ["dx", "dw"], rng, (1, 1, 4, 4), (1, 1, 3, 3), stride=2, pad=1)
    backward(student, ["dx", "dw"], rng, (1, 2, 3, 4), (2, 2, 3, 3), pad=1)
    backward(student, ["dx", "dw", "db"], rng, (2, 2, 6, 5), (2, 2, 3, 2), stride=2, pad=1)
    options = {"stride": 2, "pad": 1}
    dout, x, w = draw_backward(rng, (2, 3, 6, 7), (2, 3, 3, 3), **options)
    given = describe_call("conv2d_backward", dout, x, w, **options)
    dx, dw, _ = three_gradients(student.conv2d_backward(dout, x, w, **options), given)
    for name, gradient, argument in (("dx", dx, x), ("dw", dw, w)):
        product = (as_array(gradient) * argument).sum()
        what = f"the sum of {name} times {name[1]}, which is that of dout times the result,"
        check_close(product, (dout * correlate(x, w, **options)).sum(), given=given, what=what)


@question("conv2d_backward", weight=0.5)
def test_backward_leaves_arguments_alone(student, rng):
    """dout, x and w stay as they were, and the results are new arrays of floating point."""
    for x_shape, w_shape in [((1, 2, 4, 4), (2, 2, 2, 2)), ((1, 1, 1, 1), (1, 1, 1, 1))]:
        options = {"stride": 2, "pad": 1}
        args = draw_backward(rng, x_shape, w_shape, symmetric=True, **options)
        given = describe_call("conv2d_backward", *args, **options)
        seen = student.trace("conv2d_backward", *args, **options)
        check_gradients(seen.value, ["dx", "dw"], given, *args, **options)
        check_kept(seen, given, dout=args[0], x=args[1], w=args[2])
        for part, gradient in zip(("dx", "dw"), three_gradients(seen.value, given), strict=False):
            check_dtype(gradient, np.float64, given=given, what=part)
    check_gradients_of_whole_numbers(student, rng)


def check_gradients_of_whole_numbers(student, rng):
    """They are not cut to whole numbers; a library that refuses whole numbers may do so."""
    options = {"stride": 2, "pad": 1}
    dout, x, w = draw_backward(rng, (1, 1, 4, 4), (1, 1, 2, 2), **options)
    x, w = rng.integers(-9, 9, size=x.shape), np.array([[[[2, -1], [-1, 2]]]])
    try:
        got = student.conv2d_backward(dout, x, w, **options)
    except StudentError:
        return
    with explained("Gradients are not whole: an array made by zeros_like(x) would cut them off."):
        given = "conv2d_backward with x and w of whole numbers"
        check_gradients(got, ["dx", "dw"], given, dout, x, w, **options)


# ----------------------------------------------------------------- 2.5 equivariance


def moved(x, dy, dx):
    """The oracle of shift: every pixel of the result is looked up where it came from."""
    result = np.zeros_like(x)
    for row, column in np.ndindex(*x.shape[2:]):
        if 0 <= row - dy < x.shape[2] and 0 <= column - dx < x.shape[3]:
            result[:, :, row, column] = x[:, :, row - dy, column - dx]
    return result


def shift_mistakes(x, dy, dx):
    """What the usual wrong shifts give."""
    direction = "A positive dy moves the content down, a positive dx to the right."
    return [
        Mistake(
            "rolls-round",
            "What leaves the image must not come in again on the other side, as np.roll does: "
            "the pixels that come in are 0.",
            lambda: np.roll(x, (dy, dx), axis=(2, 3)),
        ),
        Mistake("shift-backwards", direction, lambda: moved(x, -dy, -dx)),
        Mistake("shift-backwards", direction, lambda: moved(x, -dy, dx)),
        Mistake("shift-backwards", direction, lambda: moved(x, dy, -dx)),
        Mistake(
            "shift-axes-swapped",
            "dy is the move along the rows (axis 2), dx along the columns (axis 3).",
            lambda: moved(x, dx, dy),
        ),
        Mistake("shift-does-nothing", "Your result is x itself: nothing moved.", lambda: x),
    ]


def check_shift(student, x, dy, dx):
    check_close(
        student.shift(x, dy, dx),
        moved(x, dy, dx),
        given=describe_call("shift", x, dy, dx),
        hints=shift_mistakes(x, dy, dx),
    )


def framed(rng, shape, frame):
    """Random images whose ``frame`` outermost pixels are 0: no shift up to that loses any."""
    inner = [size - 2 * frame for size in shape[2:]]
    return np.pad(rng.normal(size=(*shape[:2], *inner)), ((0, 0), (0, 0), *((frame, frame),) * 2))


@question("equivariance", weight=2)
def test_shift_moves_the_content(student, rng):
    """shift moves the content, down and to the right or up and to the left."""
    for dy, dx in [(1, 0), (0, 1), (2, 1), (-1, 0), (0, -2), (-2, 1), (1, -2), (0, 0)]:
        check_shift(student, framed(rng, (2, 2, 6, 7), 2), dy, dx)


@question("equivariance", weight=2)
def test_shift_fills_with_zeros(student, rng):
    """The pixels that come in are 0, also where the shift is larger than the image."""
    for dy, dx in [(1, 0), (0, -1), (-2, 1), (1, 2), (3, 0), (0, 4), (5, -6), (-4, 1)]:
        check_shift(student, rng.normal(size=(1, 2, 3, 4)), dy, dx)


@question("equivariance", weight=1)
def test_shift_returns_a_new_array(student, rng):
    """shift leaves x as it was and returns new memory of the same dtype."""
    for dtype, dy, dx in [(np.float64, 1, 2), (np.float64, 0, 0), (np.float32, 0, -1), (int, 1, 0)]:
        x = (9 * framed(rng, (1, 2, 6, 7), 2)).astype(dtype)
        given = describe_call("shift", x, dy, dx)
        seen = student.trace("shift", x, dy, dx)
        check_close(seen.value, moved(x, dy, dx), given=given, hints=shift_mistakes(x, dy, dx))
        check_dtype(seen.value, dtype, given=given)
        check_kept(seen, given, x=x)


@probe
def measured_error(student, x, dy, dx, margin, kernel, gain, offset):
    """The student's measurement for a layer: convolve with zeros around, multiply, add."""
    import numpy as np

    def layer(image):
        h, w = image.shape[-2:]
        padded = np.pad(image, [(0, 0)] * (image.ndim - 2) + [(1, 1), (1, 1)])
        taps = [kernel[i, j] * padded[..., i : i + h, j : j + w] for i, j in np.ndindex(3, 3)]
        return sum(taps) * gain + offset

    before = x.copy()
    error = student.equivariance_error(layer, x, dy, dx, margin)
    return {"error": error, "kept": bool(np.array_equal(x, before))}


ONE = np.pad([[1.0]], 1)  # the kernel that changes nothing


@dataclass(frozen=True)
class Layer:
    """The layer that the probe builds: a convolution, times ``gain``, plus ``offset``."""

    kernel: np.ndarray
    gain: np.ndarray
    offset: np.ndarray

    def __call__(self, x):
        n, c, h, w = x.shape
        y = correlate(x.reshape(n * c, 1, h, w), self.kernel[None, None], pad=1)
        return y.reshape(x.shape) * self.gain + self.offset


def error_mistakes(layer, x, dy, dx, margin):
    """What the usual wrong measurements give."""
    h, w = x.shape[2:]
    first, last = layer(moved(x, dy, dx)), moved(layer(x), dy, dx)
    everywhere = first - last
    inside = everywhere[:, :, margin : h - margin, margin : w - margin]
    stayed = (first - layer(x))[:, :, margin : h - margin, margin : w - margin]
    sign = "Take the absolute value of the difference first: it may be negative."
    largest = "Take the largest difference, not an average or a sum."
    both = "Move by dy rows and dx columns, as they are given: the two may differ."
    others = {(dy, dy), (dx, dx), (dx, dy), (dy, 0), (0, dx)} - {(dy, dx)}
    return [
        *(
            Mistake("other-move", both, lambda move=move: true_error(layer, x, *move, margin))
            for move in sorted(others)
        ),
        Mistake("signed-error", sign, lambda: inside.max()),
        Mistake("signed-error", sign, lambda: abs(inside.max())),
        Mistake("average-error", largest, lambda: np.abs(inside).mean()),
        Mistake("average-error", largest, lambda: (inside**2).mean()),
        Mistake("average-error", largest, lambda: np.abs(inside).sum()),
        Mistake("average-error", largest, lambda: np.linalg.norm(inside)),
        Mistake("squared-error", "Do not square the difference.", lambda: (inside**2).max()),
        Mistake(
            "margin-ignored", "Leave out the margin on all sides.", lambda: np.abs(everywhere).max()
        ),
        Mistake(
            "measures-invariance",
            "You compare with f(x) where it was. That measures invariance: an equivariant "
            "output moves along, so move f(x) too.",
            lambda: np.abs(stayed).max(),
        ),
    ]


def true_error(layer, x, dy, dx, margin):
    h, w = x.shape[2:]
    difference = layer(moved(x, dy, dx)) - moved(layer(x), dy, dx)
    return np.abs(difference[:, :, margin : h - margin, margin : w - margin]).max()


def check_error(student, layer, x, dy, dx, margin, own=None):
    """Compare the student's measurement; ``own`` is one that is accepted as well."""
    h, w = x.shape[2:]
    given = f"equivariance_error(f, {h}×{w} image, {dy}, {dx}, margin={margin})"
    empty = "A slice [margin:-margin] is empty when margin is 0, because -0 is 0."
    with explained(empty if margin == 0 else ""):
        seen = student.run(
            measured_error, x, dy, dx, margin, layer.kernel, layer.gain, layer.offset
        )
        right = true_error(layer, x, dy, dx, margin)
        accepted = [right] if own is None else [own, right]
        if not any(works(check_close, seen["error"], error) for error in accepted):
            hints = error_mistakes(layer, x, dy, dx, margin)
            check_close(seen["error"], right, given=given, hints=hints)
    message = f"{given}: your function changed its argument x. Work on a copy."
    check_true(seen["kept"], message, mistake="argument-modified")


# In the checks below the margin covers what a shift brings in, so that any kind of shift inside
# equivariance_error does. A shift has dy = dx and everything looks the same turned by 180°, so that
# a mistake in the direction of shift is not punished twice.


def turned(array):
    """The array plus itself turned by 180°."""
    return array + array[..., ::-1, ::-1]


def slope(h, w):
    """A number for each place that grows down and to the right."""
    return np.add.outer(np.arange(float(h)), np.arange(float(w)))


def check_error_of_an_oblique_move(student, rng):
    """dy and dx are told apart, measured with the student's own shift, right or wrong."""
    x = rng.uniform(0.5, 2, size=(1, 1, 8, 9))
    layer = Layer(ONE, 10 * slope(8, 1) + slope(1, 9), np.zeros((8, 9)))
    for dy, dx in [(2, 1), (0, 1), (-1, 2)]:
        try:
            first, last = (as_array(student.shift(image, dy, dx)) for image in (x, layer(x)))
        except StudentError:  # the checks of shift say so
            continue
        if all(moved is not None and moved.shape == x.shape for moved in (first, last)):
            own = np.abs((layer(first) - last)[:, :, 2:-2, 2:-2]).max()
            check_error(student, layer, x, dy, dx, 2, own)


@question("equivariance", weight=2)
def test_error_of_a_layer_that_knows_the_place(student, rng):
    """For a layer that depends on the place, the error is the largest absolute difference."""
    check_error_of_an_oblique_move(student, rng)
    one, zero = np.ones((8, 9)), np.zeros((8, 9))
    noise = turned(rng.normal(size=(8, 9)))
    for gain, offset in [(slope(8, 9), zero), (-slope(8, 9), zero), (one, noise)]:
        x = turned(rng.uniform(0.5, 2, size=(2, 2, 8, 9)))
        for step, margin in [(1, 1), (-1, 2), (2, 3)]:
            check_error(student, Layer(ONE, gain, offset), x, step, step, margin)


@question("equivariance", weight=2)
def test_error_of_a_convolution(student, rng):
    """For a convolution the error is 0 inside the margin, and not where its weights vary."""
    one, zero = np.ones((8, 9)), np.zeros((8, 9))
    for step, margin in [(1, 2), (-1, 3), (2, 3)]:
        x, kernel = turned(rng.normal(size=(1, 2, 8, 9))), turned(rng.normal(size=(3, 3)))
        check_error(student, Layer(kernel, one, zero), x, step, step, margin)
        for gain in (slope(8, 9), -slope(8, 9)):  # the largest difference has either sign
            check_error(student, Layer(kernel, gain, zero), x, step, step, margin)


@question("equivariance", weight=1)
def test_error_margin(student, rng):
    """Exactly the margin is left out, and nothing with margin 0."""
    one, zero = np.ones((7, 8)), np.zeros((7, 8))
    ring = 1 - np.pad(np.ones((5, 6)), 1)
    x = turned(framed(rng, (1, 2, 7, 8), 2))
    for margin in (1, 2):  # the ring moves in by one pixel: it is seen with margin 1 only
        check_error(student, Layer(ONE, one, ring), x, 1, 1, margin)
    for step in (1, -1):
        check_error(student, Layer(ONE, slope(7, 8), zero), x, step, step, 0)


# ----------------------------------------------------------------- 2.6 where_it_breaks

WEIGHTS = np.array([1.0, 2.0, -1.0])
DENSE = np.array([[1.0, 0, 2, 0, 0, 1, 0], [0, 1, 0, 3, 1, 0, 0]])


def conv_row(row, pad=0, stride=1):
    """A row under the kernel (1, 2, -1)."""
    return np.correlate(np.pad(row, pad), WEIGHTS, "valid")[::stride]


def pool_row(row):
    return row[: len(row) // 2 * 2].reshape(-1, 2).max(axis=1)


@dataclass(frozen=True)
class Line:
    """A line of the table: its label, and the example that shows what the output does."""

    label: str
    example: str

    def sentence(self, answer):
        """Why ``answer`` is wrong."""
        if answer == "neither":
            return (
                "For this answer there must be an image whose output neither stays nor just "
                "moves. Try to write one down, and watch the outputs that the table names."
            )
        meaning = {
            "equivariant": "Equivariant means: the old output, moved by a whole number of "
            "places (or turned), and nothing else.",
            "invariant": "Invariant means: the output stays exactly as it was.",
        }[answer]
        return f"{meaning} But look at an example. {self.example}"


def row_example(layer, before, after):
    """What a layer makes of a row, and of the moved row."""
    x, y = np.array(before, float), np.array(after, float)
    return (
        f"The row {digits(x)} gives {digits(layer(x))}; "
        f"after the move it is {digits(y)} and gives {digits(layer(y))}."
    )


def digits(row):
    return "(" + ", ".join(f"{value:g}" for value in row) + ")"


ROW, ROW1, ROW2 = (0, 0, 3, 1, 0, 0, 0, 0), (0, 0, 0, 3, 1, 0, 0, 0), (0, 0, 0, 0, 3, 1, 0, 0)
FULL, FULL1 = (5, 1, 4, 2, 3), (7, 5, 1, 4, 2)  # a photograph that fills its row
TURN, TURN1 = (0, 3, 1, 0, 0, 0, 2), (2, 0, 3, 1, 0, 0, 0)
ROWS = {
    "conv_no_padding": ("equivariant", conv_row, ROW, ROW1),
    "conv_zero_padding_inside": ("equivariant", lambda row: conv_row(row, pad=1), ROW, ROW1),
    "conv_zero_padding_border": ("neither", lambda row: conv_row(row, pad=1), FULL, FULL1),
    "conv_circular": ("equivariant", lambda row: conv_row(np.pad(row, 1, "wrap")), TURN, TURN1),
    "conv_stride2_shift1": ("neither", lambda row: conv_row(row, stride=2), ROW, ROW1),
    "conv_stride2_shift2": ("equivariant", lambda row: conv_row(row, stride=2), ROW, ROW2),
    "max_pool2_shift1": ("neither", pool_row, ROW, ROW1),
    "max_pool2_shift2": ("equivariant", pool_row, ROW, ROW2),
    "global_average": ("invariant", lambda row: row.mean(keepdims=True), ROW, ROW1),
    "flatten_linear": ("neither", lambda row: DENSE @ row, TURN, TURN1),
}
TABLE = {
    name: Line(label, row_example(layer, before, after))
    for name, (label, layer, before, after) in ROWS.items()
}
TABLE["conv_turned"] = Line(
    "neither",
    "The kernel with -1 in its left column, 1 in its right column and 0 between answers to an "
    "image whose left half is black and whose right half is white. After a turn by 90° the upper "
    "or lower half is white, and the result is 0 everywhere.",
)


def check_labels(student, *names):
    answers = student.value("breaks")
    check_true(isinstance(answers, dict), "breaks should be a dict from layers to labels.")
    for name in names:
        line = TABLE[name]
        wrong = {"equivariant", "invariant", "neither"} - {line.label}
        sentences = {answer: line.sentence(answer) for answer in wrong}
        given = f"breaks[{name!r}]"
        check_choice(answers.get(name), line.label, sentences=sentences, given=given)


# The layers of one check do not all have the same label, so one label for all earns nothing.


@question("where_it_breaks")
def test_breaks_at_the_border(student):
    """Convolutions of stride 1: what the border does."""
    check_labels(
        student,
        "conv_no_padding",
        "conv_zero_padding_inside",
        "conv_zero_padding_border",
        "conv_circular",
    )


@question("where_it_breaks")
def test_breaks_with_stride(student):
    """A convolution of stride 2."""
    check_labels(student, "conv_stride2_shift1", "conv_stride2_shift2")


@question("where_it_breaks")
def test_breaks_with_pooling(student):
    """Max pooling."""
    check_labels(student, "max_pool2_shift1", "max_pool2_shift2")


@question("where_it_breaks")
def test_breaks_at_the_end_of_the_network(student):
    """The global average, the dense layer, and an image that is turned."""
    check_labels(student, "global_average", "flatten_linear", "conv_turned")


# ----------------------------------------------------------------- 2.8 rook


def rook_parts(got):
    """The kernel (3, 3) and the bias of a result, whichever way the two are packed."""
    if isinstance(got, dict):
        got = [got.get("w"), got.get("b")]
    check_true(isinstance(got, (list, tuple)) and len(got) == 2, "rook_weights() should be (w, b).")
    w, b = (as_array(part) for part in got)
    check_true(w is not None and w.size == 9, f"w should be a 3x3 kernel, got {show(got[0])}.")
    check_true(b is not None and b.size == 1, f"b should be one number, got {show(got[1])}.")
    finite = np.isfinite(w).all() and np.isfinite(b).all()
    check_true(finite, "The weights should be finite numbers.")
    return w.astype(float).reshape(1, 1, 3, 3), b.astype(float).reshape(1)


@question("rook")
def test_rook_at_the_left_edge(student, lesson):
    """The answer is above 0 if and only if the rook stands in the leftmost column."""
    w, b = rook_parts(student.rook_weights())
    for size in ((4, 4), (6, 6), (5, 8), (8, 4)):
        rooks = [(size[0] // 2, 0), *np.ndindex(*size), None]
        boards = np.concatenate([lesson.board(*size, rook) for rook in rooks])
        answers = np.maximum(correlate(boards, w, b, pad=1), 0).max(axis=(1, 2, 3))
        for rook, answer in zip(rooks, answers, strict=True):
            left = rook is not None and rook[1] == 0
            place = "without a rook" if rook is None else f"with the rook on {rook}"
            check_true(
                (answer > 1e-6) == left,
                f"On a {size[0]}x{size[1]} board {place} (row, column) the answer is "
                f"{show(float(answer))}, it should be {'above 0' if left else '0'}.",
                hint="In the leftmost column the square to the left is padding, 0, and not 1. "
                "At the other edges and in the corners other neighbours are 0 too.",
            )
