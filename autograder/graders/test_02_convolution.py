"""Hidden checks of unit 02: output sizes, the convolution and its backward pass."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder import (
    Mistake,
    Rubric,
    StudentError,
    as_array,
    check_close,
    check_dtype,
    check_equal,
    check_raises,
    check_true,
    describe_call,
    fail,
    question,
    show,
)

RUBRICS = {
    "equivariance_in_words": [
        Rubric(
            "What equivariance means, why it holds, and how invariance differs",
            full="The output moves along with the input; the reason is the same kernel at every "
            "place; an invariant output would not change at all.",
            partial="Says that the output moves along, but gives no reason or confuses it with "
            "invariance in a detail.",
            none="Says that the output stays the same, or something about another property.",
        )
    ]
}

# ----------------------------------------------------------------- 2.1 conv_out_size


def places(n, k, stride=1, pad=0, dilation=1):
    """Count the places of the kernel, one by one."""
    last = n + pad - 1
    return sum(start + dilation * (k - 1) <= last for start in range(-pad, last + 1, stride))


USUAL = {"stride": 1, "pad": 0, "dilation": 1}


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


def observe_size(student, n, k, **options):
    """The student's number for this call, or the word for a refusal."""
    try:
        got = student.conv_out_size(n, k, **options)
    except StudentError as error:
        if "ValueError" in error.types:
            return REFUSED
        raise
    number = as_array(got)
    return number.item() if number is not None and number.shape == () else got


def check_sizes(student, cases):
    """Compare all cases; a mistake is named only if it explains every one of them."""
    calls = [{name: n for name, n in case.items() if n != USUAL.get(name)} for case in cases]
    got = [observe_size(student, **call) for call in calls]
    explained = [
        mistake.name
        for position, mistake in enumerate(size_mistakes(**calls[0]))
        if all(
            _gives(size_mistakes(**call)[position], number)
            for call, number in zip(calls, got, strict=True)
        )
    ]
    for call, number in zip(calls, got, strict=True):
        if number != places(**call):  # 3.0 is the right number; its type has a check of its own
            n, k, *_ = call.values()
            given = describe_call("conv_out_size", n, k, **dict(list(call.items())[2:]))
            hints = [m for m in size_mistakes(**call) if m.name in explained[:1]]
            hint = hints[0] if hints else None
            fail(
                f"{given}: got {show(number)}, expected {places(**call)}.",
                hint=hint.sentence if hint else "",
                mistake=hint.name if hint else "",
            )


def _gives(mistake, number):
    """Whether the wrong formula gives this number; below 1 it may be refused instead."""
    size = mistake.value()
    return size == number or (size < 1 and number == REFUSED)


def fitting(**ranges):
    """All combinations in which the kernel fits, the smallest first."""
    for values in itertools.product(range(1, 13), range(1, 6), *ranges.values()):
        case = dict(zip(("n", "k", *ranges), values, strict=True))
        if places(**case) > 0:
            yield case


@question("conv_out_size", weight=0.5)
def test_size_counts_places(student):
    """It counts the places of a plain kernel, up to the one that just fits."""
    check_sizes(student, list(fitting()))


@question("conv_out_size", weight=1)
def test_size_with_padding(student):
    """Padding at both ends adds places."""
    check_sizes(student, list(fitting(pad=range(4))))


@question("conv_out_size", weight=1)
def test_size_with_stride(student):
    """A stride skips places, and pixels left over are dropped."""
    check_sizes(student, list(fitting(stride=range(1, 5))))


@question("conv_out_size", weight=0.5)
def test_size_with_dilation(student):
    """A dilated kernel spans more pixels."""
    check_sizes(student, list(fitting(dilation=range(1, 4))))


@question("conv_out_size", weight=0.5)
def test_size_is_whole(student):
    """The result is a whole number, with all options together."""
    for n, k, stride, pad, dilation in [(7, 3, 2, 1, 1), (12, 3, 2, 2, 2), (9, 2, 3, 1, 3)]:
        options = {"stride": stride, "pad": pad, "dilation": dilation}
        check_equal(
            student.conv_out_size(n, k, **options),
            places(n, k, **options),
            given=describe_call("conv_out_size", n, k, **options),
        )


@question("conv_out_size", weight=0.5)
def test_size_refuses(student):
    """Impossible sizes are refused with ValueError, possible ones are not."""
    check_sizes(student, [{"n": 5, "k": 5}, {"n": 1, "k": 3, "pad": 1}])
    bad = [(3, 4, {}), (5, 0, {}), (5, 3, {"stride": 0}), (5, 3, {"pad": -1})]
    bad += [(5, 3, {"dilation": 0}), (4, 3, {"dilation": 2}), (2, 5, {"pad": 1, "stride": 2})]
    for n, k, options in bad:
        given = describe_call("conv_out_size", n, k, **options)
        check_raises(
            lambda n=n, k=k, o=options: student.conv_out_size(n, k, **o), "ValueError", given=given
        )


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

    off = [
        1 if s > 1 or k > 1 else 0 for s, k in zip(layer["stride"], layer["kernel"], strict=True)
    ]
    return [
        without("stride", stride=(1, 1)),
        without("padding", pad=(0, 0)),
        without("dilation", dilation=(1, 1)),
        without("kernel", kernel=(1, 1), dilation=(1, 1)),
        Mistake("axes-swapped", "Height comes first, then width.", lambda: right[::-1]),
        Mistake(
            "size-off-by-one",
            "The last place at which the kernel fits counts too.",
            lambda: tuple(r - o for r, o in zip(right, off, strict=True)),
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
    return F.conv2d(*tensors, stride=stride, padding=pad, dilation=dilation).numpy()


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
        (
            "stride-fixed",
            "Your result equals stride 2 whatever it is given.",
            lambda: right(stride=2),
        ),
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
    ]
    return [Mistake(*row) for row in table]


def check_conv(student, x, w, b=None, **options):
    args = (x, w) if b is None else (x, w, b)
    check_close(
        student.conv2d(*args, **options),
        correlate(x, w, b, **options),
        given=describe_call("conv2d", *args, **options),
        hints=conv_mistakes(x, w, b, **options),
    )


PLAIN = [
    Case((1, 1, 3, 3), (1, 1, 2, 2), {}),
    Case((1, 1, 4, 6), (1, 1, 3, 3), {}),
    Case((1, 1, 6, 4), (1, 1, 2, 3), {}),
    Case((1, 1, 4, 5), (1, 1, 4, 5), {}),
    Case((1, 3, 4, 5), (1, 3, 1, 1), {}),
    Case((1, 3, 4, 5), (2, 3, 3, 2), {}),
    Case((3, 2, 5, 4), (4, 2, 2, 3), {}),
]
PADDED = [
    Case((1, 1, 3, 4), (1, 1, 3, 3), {"pad": 1}),
    Case((1, 1, 3, 5), (1, 1, 3, 3), {"pad": 2}),
    Case((2, 2, 4, 3), (3, 2, 3, 2), {"pad": 3}),
    Case((1, 1, 4, 4), (1, 1, 3, 3), {"pad": 0}),
]
STRIDED = [
    Case((1, 1, 5, 7), (1, 1, 3, 3), {"stride": 2}),
    Case((1, 1, 6, 8), (1, 1, 2, 3), {"stride": 3}),
    Case((2, 2, 7, 6), (2, 2, 3, 2), {"stride": 2}),
    Case((1, 1, 4, 5), (1, 1, 2, 2), {"stride": 1}),
]
DILATED = [
    Case((1, 1, 7, 8), (1, 1, 3, 2), {"dilation": 2}),
    Case((1, 1, 5, 6), (1, 1, 3, 2), {"dilation": 2}),
    Case((2, 2, 7, 8), (2, 2, 2, 3), {"dilation": 3}),
]


@question("conv2d", weight=2)
@pytest.mark.parametrize("case", PLAIN, ids=str)
def test_matches_cross_correlation(student, rng, case):
    """Your conv2d gives the numbers of a cross-correlation: any size, channels, filters, batch."""
    x, w, _, _ = case.draw(rng)
    check_conv(student, x, w)


@question("conv2d")
@pytest.mark.parametrize("case", PADDED, ids=str)
def test_padding(student, rng, case):
    """pad adds zeros on all four sides."""
    x, w, _, options = case.draw(rng, symmetric=True)
    check_conv(student, x, w, **options)


@question("conv2d")
@pytest.mark.parametrize("case", STRIDED, ids=str)
def test_stride(student, rng, case):
    """stride moves the kernel further on both axes."""
    x, w, _, options = case.draw(rng, symmetric=True)
    check_conv(student, x, w, **options)


@question("conv2d")
@pytest.mark.parametrize("case", DILATED, ids=str)
def test_dilation(student, rng, case):
    """dilation spreads the weights of the kernel."""
    x, w, _, options = case.draw(rng, symmetric=True)
    check_conv(student, x, w, **options)


@question("conv2d")
@pytest.mark.parametrize("filters", [4, 1, 3])  # 4: as many as the result has columns
def test_bias(student, rng, filters):
    """Each filter's bias is added once at every place."""
    x, w, b, _ = Case((2, 2, 3, 5), (filters, 2, 2, 2), {}, bias=True).draw(rng, symmetric=True)
    check_conv(student, x, w, b)
    check_conv(student, x, 0 * w, b)


@question("conv2d", weight=0.5)
def test_arguments_are_left_alone(student, rng):
    """x, w and b stay as they were, and the result has memory of its own."""
    for shape in ((1, 1, 1, 1), (3, 2, 2, 2)):
        x, w, b, _ = Case((2, shape[1], 3, 4), shape, {}, bias=True).draw(rng, symmetric=True)
        w = np.ones_like(w) if w.size == 1 else w
        b = np.zeros_like(b) if w.size == 1 else b
        seen = student.trace("conv2d", x, w, b)
        given = describe_call("conv2d", x, w, b)
        check_close(seen.value, correlate(x, w, b), given=given, hints=conv_mistakes(x, w, b))
        for name, before, after in zip("xwb", (x, w, b), seen.args, strict=True):
            check_true(
                as_array(after) is not None and np.array_equal(as_array(after), before),
                f"{given}: your function changed its argument {name}. Work on a copy.",
                mistake="argument-modified",
            )
        check_close(seen.after, seen.value, given=f"{given}, after its arguments were overwritten")


@question("conv2d")
def test_dtype(student, rng):
    """float32 stays float32, whole numbers become floating point, a transposed input is fine."""
    x, w, b, _ = Case((2, 2, 4, 5), (2, 2, 2, 2), {}, bias=True).draw(rng, symmetric=True)
    whole = rng.integers(-9, 9, size=x.shape)
    for image, kernel, bias in (
        (x.astype(np.float32), w.astype(np.float32), b.astype(np.float32)),
        (x, w, b),
        (whole, w, None),
        (x.transpose(0, 1, 3, 2), w, b),
    ):
        got = student.conv2d(*(a for a in (image, kernel, bias) if a is not None))
        given = f"conv2d with x of dtype {image.dtype} and w of dtype {kernel.dtype}"
        right = correlate(image, kernel, bias)
        cut = Mistake(
            "truncated-to-whole-numbers",
            "The result of whole numbers times weights is not whole: make it floating point.",
            np.trunc(right),
        )
        rough = {"rtol": 1e-4, "atol": 1e-4} if image.dtype == np.float32 else {}
        hints = [cut, *conv_mistakes(image, kernel, bias)]
        check_close(got, right, given=given, hints=hints, **rough)
        check_dtype(got, np.result_type(image, kernel, np.float32), given=given)


@question("conv2d", weight=0.5)
def test_refuses(student, rng):
    """Channels that differ and kernels that do not fit are refused with ValueError."""
    x, w, _, _ = Case((1, 2, 3, 4), (1, 2, 2, 2), {}).draw(rng, symmetric=True)
    check_conv(student, x, w)
    for kernel in ((1, 3, 2, 2), (1, 1, 2, 2), (1, 2, 4, 4), (1, 2, 2, 5)):
        wrong = rng.normal(size=kernel)
        check_raises(
            lambda wrong=wrong: student.conv2d(x, wrong),
            "ValueError",
            given=f"conv2d with x of shape {x.shape} and w of shape {kernel}",
        )


# ----------------------------------------------------------------- 2.4 conv2d_backward


def gradients(dout, x, w, stride=1, pad=0):
    """The oracle: PyTorch's autograd through torch.nn.functional.conv2d, in float64."""
    tensors = [torch.as_tensor(np.array(a, np.float64)).requires_grad_() for a in (x, w)]
    bias = torch.zeros(w.shape[0], dtype=torch.float64, requires_grad=True)
    y = F.conv2d(*tensors, bias, stride=stride, padding=pad)
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


def backward(student, part, rng, x_shape, w_shape, **options):
    """Call the student's backward pass and compare one of its three results."""
    x, w = rng.normal(size=x_shape), rng.normal(size=w_shape)
    dout = rng.normal(size=correlate(x, w, **options).shape)
    got = student.conv2d_backward(dout, x, w, **options)
    given = describe_call("conv2d_backward", dout, x, w, **options)
    if isinstance(got, dict):
        got = [got.get(name) for name in ("dx", "dw", "db")]
    check_true(
        isinstance(got, (list, tuple)) and len(got) == 3,
        f"{given}: the result should be three arrays, (dx, dw, db).",
    )
    index = ("dx", "dw", "db").index(part)
    check_close(
        got[index],
        gradients(dout, x, w, **options)[index],
        given=given,
        what=part,
        hints=backward_mistakes(part, dout, x, w, **options),
    )


SMALL = [((1, 1, 3, 3), (1, 1, 2, 2)), ((1, 1, 4, 5), (2, 1, 3, 2)), ((2, 3, 4, 5), (2, 3, 3, 2))]


@question("conv2d_backward", weight=1.5)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_input(student, rng, shapes):
    """dx: each pixel collects the gradients of all places that use it."""
    backward(student, "dx", rng, *shapes)


@question("conv2d_backward", weight=1)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_weights(student, rng, shapes):
    """dw: each weight collects the gradients of all places and images."""
    backward(student, "dw", rng, *shapes)


@question("conv2d_backward", weight=0.5)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_bias(student, rng, shapes):
    """db: each filter's bias collects all of its gradients."""
    backward(student, "db", rng, *shapes)


@question("conv2d_backward", weight=1)
@pytest.mark.parametrize("part", ["dx", "dw"])
def test_backward_with_padding(student, rng, part):
    """With padding, dx has the shape of x and dw counts the padded image."""
    backward(student, part, rng, (1, 1, 4, 7), (1, 1, 3, 3), stride=3, pad=1)
    backward(student, part, rng, (2, 2, 3, 4), (3, 2, 2, 2), stride=2, pad=1)


@question("conv2d_backward", weight=1.5)
@pytest.mark.parametrize("part", ["dx", "dw"])
def test_backward_with_stride(student, rng, part):
    """With a stride, pixels that no place uses get a gradient of zero."""
    backward(student, part, rng, (1, 1, 5, 8), (1, 1, 2, 3), stride=3)
    backward(student, part, rng, (2, 2, 8, 5), (2, 2, 2, 2), stride=2)


@question("conv2d_backward", weight=0.5)
def test_backward_leaves_arguments_alone(student, rng):
    """dout, x and w stay as they were, and the results have memory of their own."""
    x, w = rng.normal(size=(2, 2, 4, 4)), rng.normal(size=(2, 2, 2, 2))
    dout = rng.normal(size=(2, 2, 2, 2))
    seen = student.trace("conv2d_backward", dout, x, w, stride=2)
    given = describe_call("conv2d_backward", dout, x, w, stride=2)
    want = gradients(dout, x, w, stride=2)
    values = seen.value.values() if isinstance(seen.value, dict) else seen.value
    check_true(isinstance(seen.value, (list, tuple, dict)), f"{given}: no three arrays came back.")
    for name, got, right in zip(("dx", "dw", "db"), values, want, strict=False):
        hints = backward_mistakes(name, dout, x, w, stride=2)
        check_close(got, right, given=given, what=name, hints=hints)
    for name, before, after in zip(("dout", "x", "w"), (dout, x, w), seen.args, strict=True):
        check_true(
            as_array(after) is not None and np.array_equal(as_array(after), before),
            f"{given}: your function changed its argument {name}. Work on a copy.",
            mistake="argument-modified",
        )
