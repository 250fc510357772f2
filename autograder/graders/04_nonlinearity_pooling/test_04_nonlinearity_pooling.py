"""Hidden checks of unit 04: layers that collapse, XOR, pooling and its gradient, sharp edges."""

import contextlib
import math
import re
from functools import reduce

import numpy as np
import pytest

from autograder import (
    Mistake,
    Opaque,
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

# ----------------------------------------------------------------- reading answers


def number(value, name):
    """A single number as a float, also from a text; anything else is not an answer."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d*\.?\d+\s*", value):
        value = float(value)
    array = as_array(value)
    if array is None or array.size != 1:
        fail(f"{name} should be a number, got {show(value)}.")
    return float(array.reshape(-1)[0])


@probe
def as_float(student, name):
    return float(getattr(student, name))


def number_in(student, name):
    """The number that a variable holds; a Fraction or a Decimal is turned into one over there."""
    value = student.value(name)
    if isinstance(value, Opaque):
        with contextlib.suppress(StudentError):
            value = student.run(as_float, name)
    return number(value, name)


def picks(value):
    """The chosen numbers, however they are written: (2, 5), [2, 5], {2, 5}, "2, 5"."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        value = [option for option, chosen in value.items() if chosen]
    items = value if isinstance(value, (list, tuple)) else [value]
    texts = [f"{item:g}" if isinstance(item, float) else str(item) for item in items]
    return {int(digits) for text in texts for digits in re.findall(r"\d+", text)}


def check_unchanged(before, after, given):
    """The arguments after the call are what they were before it."""
    if isinstance(before, (list, tuple)):
        same = isinstance(after, (list, tuple)) and len(after) == len(before)
        check_true(same, f"{given} changes its argument. Work on a copy.")
        for one, other in zip(before, after, strict=True):
            check_unchanged(one, other, given)
    elif isinstance(before, np.ndarray):
        same = isinstance(after, np.ndarray) and np.array_equal(before, after)
        check_true(same, f"{given} changes its argument. Work on a copy.")


# ----------------------------------------------------------------- collapse_linear

BIAS = "Biases travel through the later weights: b = W2 b1 + b2."
ORDER = "The last layer stands on the left: W = W2 W1, because x is a column that W1 meets first."


def linear_layers(rng, widths):
    """Random small whole numbers as weights and biases, so that messages are easy to follow."""
    sizes = list(zip(widths[1:], widths[:-1], strict=True))
    weights = [rng.integers(-4, 5, size).astype(float) for size in sizes]
    return weights, [rng.integers(1, 6, n_out).astype(float) for n_out, _ in sizes]


def through_layers(x, weights, biases):
    """The inputs in the rows of x, one layer after the other."""
    for w, b in zip(weights, biases, strict=True):
        x = x @ w.T + b
    return x


def single_layer(weights, biases):
    """w and b of the single layer, read off from its outputs for 0 and for unit vectors."""
    n_in = weights[0].shape[1]
    b = through_layers(np.zeros((1, n_in)), weights, biases)[0]
    return (through_layers(np.eye(n_in), weights, biases) - b).T, b


def call_collapse(student, weights, biases, given):
    """The student's w and b (None if there is none) and the arguments after the call."""
    try:
        seen = student.trace("collapse_linear", weights, biases)
    except StudentError as error:
        _, stopped, why = error.message.partition(" stopped with ")  # the lists are long to read
        sizes = any(word in why for word in ("matmul", "shape", "dimension"))
        hint = f"Look at the shapes. {ORDER} {BIAS}" if sizes else error.hint
        fail(f"{given}{stopped}{why}" if stopped else error.message, hint=hint)
    return *read_layer(seen.value), seen.args


def read_layer(got):
    """w and b, from a pair or a dict; weights that stand alone have no bias."""
    if isinstance(got, dict):
        by_name = {str(name).lower()[:1]: value for name, value in got.items()}
        return by_name.get("w"), by_name.get("b")
    if isinstance(got, (list, tuple)) and len(got) == 2 and is_matrix(got[0]):
        return got
    if is_matrix(got):
        return got, None
    return fail(f"collapse_linear should return the pair (w, b), got {show(got)}.")


def is_matrix(value):
    array = as_array(value)
    return array is not None and array.ndim == 2


def as_weights(w, expected):
    """w as (n_out, n_in); weights for row vectors, which are transposed, say the same."""
    array = as_array(w)
    if array is None or array.shape != expected.T.shape:
        return w
    is_turned = array.shape != expected.shape or np.allclose(array.T, expected)
    return array.T if is_turned else array


def as_bias(b):
    """b as a vector, also where it came as one row or one column."""
    array = as_array(b)
    return array.reshape(-1) if array is not None and array.ndim == 2 and 1 in array.shape else b


def check_weights(w, weights, biases, given):
    right, _ = single_layer(weights, biases)
    hints = [
        Mistake("order-reversed", ORDER, lambda: reduce(np.matmul, weights)),
        Mistake("last-only", "The other layers count too: multiply all matrices.", weights[-1]),
        Mistake("sum", "Layers in a row multiply; they are not added.", lambda: sum(weights)),
        Mistake(
            "elementwise",
            "This is the element-wise product `*`. Layers multiply as matrices: `@`.",
            lambda: reduce(np.multiply, weights),
        ),
    ]
    check_close(as_weights(w, right), right, given=given, hints=hints, what="w")


def check_bias(b, weights, biases, given):
    if b is None:
        fail(f"{given}: there is no bias; return the pair (w, b).", hint=BIAS, mistake="no-bias")
    w, right = single_layer(weights, biases)
    reversed_layers = list(zip(weights[:-1], biases[1:], strict=True))[::-1]
    hints = [
        Mistake("no-bias", BIAS, 0.0),
        Mistake("no-bias", BIAS, np.zeros_like(right)),
        Mistake("last-bias-only", BIAS, biases[-1]),
        Mistake("biases-added", BIAS, lambda: reduce(np.add, biases)),
        Mistake("bias-through-all", BIAS, lambda: w @ biases[0] + biases[-1]),
        Mistake(
            "order-reversed",
            f"{ORDER} {BIAS}",
            lambda: reduce(lambda b, wb: wb[0] @ wb[1] + b, reversed_layers, biases[0]),
        ),
    ]
    check_close(as_bias(b), right, given=given, hints=hints, what="b")


@question("collapse_linear")
@pytest.mark.parametrize("widths", [(2, 2, 2), (4, 4, 4)], ids=str)
def test_weights_of_square_layers(student, rng, widths):
    """The matrices of two layers become one."""
    weights, biases = linear_layers(rng, widths)
    given = f"collapse_linear, widths {widths}"
    w, _, _ = call_collapse(student, weights, biases, given)
    check_weights(w, weights, biases, given)


@question("collapse_linear")
@pytest.mark.parametrize("widths", [(2, 2, 2), (4, 4, 4)], ids=str)
def test_biases_of_square_layers(student, rng, widths):
    """The biases of two layers become one."""
    weights, biases = linear_layers(rng, widths)
    given = f"collapse_linear, widths {widths}"
    _, b, _ = call_collapse(student, weights, biases, given)
    check_bias(b, weights, biases, given)


@question("collapse_linear")
@pytest.mark.parametrize("widths", [(3, 2), (4, 1, 3), (2, 5, 3, 4), (5, 4, 2, 3, 4, 2)], ids=str)
def test_same_outputs_at_any_depth(student, rng, widths):
    """One layer, five layers or a narrow layer in between: the same outputs for every input."""
    weights, biases = linear_layers(rng, widths)
    given = f"collapse_linear, widths {widths}"
    w, b, after = call_collapse(student, weights, biases, given)
    check_weights(w, weights, biases, given)
    check_bias(b, weights, biases, given)
    x = rng.normal(size=(6, widths[0]))
    right, _ = single_layer(weights, biases)
    outputs = x @ as_array(as_weights(w, right)).T + as_array(as_bias(b))
    expected = through_layers(x, weights, biases)
    check_close(outputs, expected, given=given, what="x @ w.T + b", rtol=1e-3, atol=1e-2)
    check_unchanged([weights, biases], after, "collapse_linear")


# ----------------------------------------------------------------- collapse_convs


def correlate(x, w):
    """A valid convolution layer, stride 1: x (N, C, H, W), w (F, C, kh, kw)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", windows, w)


def single_kernel(w1, w2):
    """The kernel of both convolutions, read off from an image with one bright pixel."""
    kh, kw = (w1.shape[axis] + w2.shape[axis] - 1 for axis in (2, 3))
    channels = w1.shape[1]
    pixel = np.zeros((channels, channels, 2 * kh - 1, 2 * kw - 1))
    pixel[range(channels), range(channels), kh - 1, kw - 1] = 1
    response = correlate(correlate(pixel, w1), w2)  # image c, output f
    return response[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)


def turned(w):
    return w[:, :, ::-1, ::-1]


def conv_mistakes(w1, w2):
    flip = (
        "A kernel was flipped. No layer flips its kernel here, so the products add up where the "
        "two offsets have the same sum: this is the full convolution of the kernels."
    )
    middle = "Every middle channel gives its part: sum over the channels between the two layers."
    one = slice(0, 1)
    return [
        Mistake("second-kernel-flipped", flip, lambda: single_kernel(w1, turned(w2))),
        Mistake("first-kernel-flipped", flip, lambda: single_kernel(turned(w1), w2)),
        Mistake("result-flipped", flip, lambda: turned(single_kernel(w1, w2))),
        Mistake("first-channel-only", middle, lambda: single_kernel(w1[one], w2[:, one])),
        Mistake(
            "channels-summed-apart",
            middle + " Add the products, not the kernels.",
            lambda: single_kernel(w1.sum(0, keepdims=True), w2.sum(1, keepdims=True)),
        ),
        Mistake(
            "channels-averaged",
            "The second layer adds the middle channels up; it does not average them.",
            lambda: single_kernel(w1, w2) / w2.shape[1],
        ),
        Mistake(
            "axes-swapped",
            "The axes of a kernel are (outputs, inputs, ...): the outputs of the second layer, "
            "then the inputs of the first.",
            lambda: single_kernel(w1, w2).transpose(1, 0, 2, 3),
        ),
        Mistake(
            "same-size",
            "The single kernel is larger than either: k1 + k2 - 1 pixels. Nothing is cut off.",
            lambda: middle_of(single_kernel(w1, w2), w1.shape[2:]),
        ),
    ]


def middle_of(w, size):
    top, left = (w.shape[2] - size[0]) // 2, (w.shape[3] - size[1]) // 2
    return w[:, :, top : top + size[0], left : left + size[1]]


def check_single_kernel(student, w1, w2):
    got = student.collapse_convs(w1, w2)
    given = describe_call("collapse_convs", w1, w2)
    check_close(got, single_kernel(w1, w2), given=given, hints=conv_mistakes(w1, w2))
    return got


def kernel(rng, *shape, symmetric=False):
    """Small whole numbers; a symmetric kernel is the same when it is turned by 180°."""
    w = rng.integers(-4, 5, shape).astype(float)
    w += np.where(w == 0, 5.0, 0.0)
    return w + turned(w) + 9 if symmetric else w


@question("collapse_convs")
@pytest.mark.parametrize("sizes", [((1, 2), (1, 3)), ((2, 2), (3, 3)), ((4, 1), (2, 3))], ids=str)
def test_size_of_single_kernel(student, rng, sizes):
    """One channel and symmetric kernels: the right size and values."""
    w1, w2 = (kernel(rng, 1, 1, *size, symmetric=True) for size in sizes)
    check_single_kernel(student, w1, w2)


@question("collapse_convs")
@pytest.mark.parametrize("sizes", [((1, 2), (1, 2)), ((2, 2), (3, 3)), ((3, 2), (2, 3))], ids=str)
def test_orientation_of_single_kernel(student, rng, sizes):
    """One channel and kernels without symmetry: nothing is flipped."""
    w1, w2 = (np.sort(kernel(rng, size[0] * size[1])).reshape(1, 1, *size) for size in sizes)
    w1, w2 = (w + np.arange(w.size).reshape(w.shape) for w in (w1, w2))
    check_single_kernel(student, w1, w2)


@question("collapse_convs")
@pytest.mark.parametrize("channels", [(1, 2, 1), (2, 1, 2), (3, 2, 4), (2, 4, 3)], ids=str)
@pytest.mark.parametrize("size", [1, 2], ids=str)
def test_channels_between(student, rng, channels, size):
    """Several channels, symmetric kernels: the channels between the layers are summed over."""
    c_in, middle, c_out = channels
    w1 = kernel(rng, middle, c_in, size, size, symmetric=True)
    w2 = kernel(rng, c_out, middle, size, size, symmetric=True)
    check_single_kernel(student, w1, w2)


@question("collapse_convs")
@pytest.mark.parametrize("sizes", [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((2, 3), (3, 1))], ids=str)
def test_same_image_as_two_convolutions(student, rng, sizes):
    """The single kernel makes of a random image what the two convolutions make of it."""
    w1, w2 = kernel(rng, 3, 2, *sizes[0]), kernel(rng, 4, 3, *sizes[1])
    seen = student.trace("collapse_convs", w1, w2)
    given = describe_call("collapse_convs", w1, w2)
    check_close(seen.value, single_kernel(w1, w2), given=given, hints=conv_mistakes(w1, w2))
    x = rng.normal(size=(2, 2, 7, 6))
    both, single = correlate(correlate(x, w1), w2), correlate(x, as_array(seen.value))
    check_close(single, both, given=given, what="conv2d(x, w)", rtol=1e-3, atol=1e-2)
    check_unchanged([w1, w2], seen.args, "collapse_convs")


# ----------------------------------------------------------------- xor_evidence

TO_THREE_DECIMALS = 0.005  # other ways to count are further away than twice this


@question("xor_evidence", weight=1)
def test_best_straight_boundary(student, lesson):
    """The best share that a deep linear network gets right on your XOR."""
    crowd = lesson.xor_crowd(student.personal_id())
    total, smallest = sum(crowd.values()), min(crowd.values())
    right = 1 - smallest / total
    got = number_in(student, "best_linear_xor")
    if abs(got - right) <= TO_THREE_DECIMALS:
        return
    of_class_1 = sum(n for corner, n in crowd.items() if lesson.LABELS[corner]) / total
    one_class = "One class for all is not the best: a straight boundary can cut off a corner."
    larger = "A straight boundary can get any three corners right: it need not give up that crowd."
    sentences = [
        (1.0, "No straight boundary gets all four corners right, and no depth makes one bend."),
        (0.75, "3/4 counts corners. Count pictures: the crowds differ in size."),
        (0.5, "A straight boundary does better than guessing: it gets three corners right."),
        (of_class_1, one_class),
        (1 - of_class_1, one_class),
        (smallest / total, "This is the share that stays wrong. What share is right?"),
        *((1 - count / total, larger) for count in crowd.values()),
        (total - smallest, "Give a share: pictures that are right, divided by all pictures."),
        (100 * right, "Give a share from 0 to 1, not a percentage."),
        (round(100 * right), "Give a share from 0 to 1, not a percentage."),
    ]
    hint = next((said for value, said in sentences if abs(got - value) <= TO_THREE_DECIMALS), "")
    fail(f"best_linear_xor = {show(got)} is not the best share for your crowds.", hint=hint)


@question("xor_evidence", weight=0.5)
def test_largest_rank(student, lesson):
    """The largest rank that the product of your matrices can have."""
    widths = lesson.deep_widths(student.personal_id())
    got = number_in(student, "largest_rank")
    if got == min(widths):
        return
    narrow = "What a narrow layer has dropped, no later layer brings back."
    hints = {
        len(widths) - 1: "This counts the layers. The rank counts independent directions.",
        min(widths[0], widths[-1]): "The hidden layers count too. " + narrow,
        max(widths): "Look at the narrowest layer, not at the widest. " + narrow,
        sum(widths): "Ranks of a product do not add up. " + narrow,
        **dict.fromkeys(widths[1:-1], "Another hidden layer is narrower. " + narrow),
    }
    fail(f"largest_rank = {show(got)} is not right for your widths.", hint=hints.get(got, narrow))


@question("xor_evidence", weight=1)
def test_why_pointless(student):
    """Why a deep linear network is pointless for classification."""
    sentences = {
        "cannot train": "A deep linear network trains: gradient descent lowers its loss. But it "
        "can only represent linear maps.",
        "zero gradients": "Its gradients are not zero, and it trains. But it can only represent "
        "linear maps.",
        "fewer weights": "It has more weights than a single layer unless it is very narrow, and "
        "still represents nothing that a single layer does not.",
    }
    got = student.value("why_pointless")
    got = got.strip(" \"'") if isinstance(got, str) else got
    check_choice(got, "same functions", sentences=sentences, given="why_pointless", what="reason")


REASONS = {
    1: "Statement 1 is true, but it is about the way to a function, not about which there are.",
    3: "Statement 3 is false: a product of matrices need not be zero, and the network trains.",
    4: "Statement 4 is true of every network, with bends or without.",
    6: "Statement 6 is about costs, and a linear network has neither ReLU nor GELU.",
    7: "Statement 7 is false: the biases add up to one bias, as in your collapse_linear.",
    8: "Statement 8 is false: the sum of two linear scores is a linear score.",
}


@question("xor_evidence", weight=0.5)
def test_reasons(student):
    """The two statements that show it."""
    got = picks(student.value("because"))
    check_true(len(got) == 2, f"because should hold two different numbers, it holds {len(got)}.")
    wrong = sorted(got - {2, 5})
    if wrong:
        fail("because: not both statements show it.", hint=REASONS.get(wrong[0], ""))


# ----------------------------------------------------------------- pool2d

RESHAPE = (
    "The window moves by `stride`, whatever k is. The reshape trick needs stride = k and sizes "
    "that k divides."
)


def pooled(x, k, stride=None, pad=0, mode="max", count_include_pad=True, ceil=False):
    """Pooling, window by window, on the real pixels of each."""
    stride = stride or k
    more = stride - 1 if ceil else 0
    rows, columns = (range(-pad, n + pad - k + 1 + more, stride) for n in x.shape[2:])
    out = np.empty((*x.shape[:2], len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            real = x[:, :, max(row, 0) : row + k, max(column, 0) : column + k].astype(np.float64)
            size = k * k if count_include_pad else max(1, real.shape[2] * real.shape[3])
            out[:, :, i, j] = real.max((2, 3)) if mode == "max" else real.sum((2, 3)) / size
    return out


def pool_mistakes(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    """What the known mistakes make of this call."""
    options = {"stride": stride, "pad": pad, "mode": mode, "count_include_pad": count_include_pad}

    def but(**changes):
        return pooled(x, k, **{**options, **changes})

    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    channels = "Every channel is pooled by itself: pooling keeps the number of channels."
    tail = "Only windows that fit count: round down. The rest at the end is dropped."
    over_channels = np.max if mode == "max" else np.mean
    only_max = [
        Mistake(
            "max-from-zero",
            "Start the maximum from -inf, not from 0: all pixels of a window may be negative.",
            lambda: np.maximum(but(), 0),
        ),
        Mistake(
            "max-pads-with-zero",
            "Max pooling pads with -inf: padding must never win, and a 0 beats negative pixels.",
            lambda: pooled(padded, k, stride),
        ),
    ]
    only_avg = [
        Mistake(
            "average-divisor",
            "count_include_pad decides what an average is divided by: k·k if it is True, the "
            "number of real pixels in the window if it is False.",
            lambda: but(count_include_pad=not count_include_pad),
        ),
        Mistake("sum-not-mean", "An average divides the sum.", lambda: but() * k * k),
        Mistake("divides-by-k", "A k×k window has k·k pixels: divide by k·k.", lambda: but() * k),
        Mistake(
            "whole-numbers",
            "The averages were cut off to whole numbers: make the result an array of floats.",
            lambda: np.trunc(but()),
        ),
        Mistake(
            "overflow",
            f"The sum of a window does not fit into {x.dtype.name}: turn x into floats before you "
            "add.",
            lambda: (but() * k * k).round().astype(np.int64).astype(x.dtype) / (k * k),
        ),
    ]
    both = [
        Mistake("stride-ignored", RESHAPE, lambda: but(stride=k)),
        Mistake("stride-one", "The window moves by `stride`; None means k.", lambda: but(stride=1)),
        Mistake("pad-ignored", "`pad` is never used here.", lambda: but(pad=0)),
        Mistake("tail-kept", tail, lambda: but(ceil=True)),
        Mistake("tail-kept", tail, lambda: but(ceil=True, count_include_pad=False)),
        Mistake("over-channels", channels, lambda: over_channels(x, axis=1)),
        Mistake("over-channels", channels, lambda: over_channels(x, axis=1, keepdims=True)),
        Mistake("over-channels", channels, lambda: over_channels(but(), axis=1)),
        Mistake("over-channels", channels, lambda: over_channels(but(), axis=1, keepdims=True)),
        Mistake(
            "mode-ignored",
            "`mode` decides between the largest pixel and the average.",
            lambda: but(mode="avg" if mode == "max" else "max"),
        ),
        Mistake(
            "square-assumed",
            "Height and width may differ: count the windows along each.",
            lambda: but()[:, :, : but().shape[3], : but().shape[2]],
        ),
    ]
    return (only_max if mode == "max" else only_avg) + both


def check_pooling(student, x, k, **options):
    given = describe_call("pool2d", x, k, **options)
    try:
        got = student.pool2d(x, k, **options)
    except StudentError as error:
        if "reshape" in error.message:
            fail(error.message, hint=RESHAPE, mistake="reshape-trick")
        if "infinity" in error.message:
            hint = "There is no -inf among whole numbers: turn x into floats before you pad."
            fail(error.message, hint=hint, mistake="int-padding")
        if "ValueError" in error.types and 2 * options.get("pad", 0) == k:
            fail(error.message, hint="pad may be k / 2: only more is refused.", mistake="half")
        raise
    check_close(got, pooled(x, k, **options), given=given, hints=pool_mistakes(x, k, **options))
    return got


def feature_map(rng, *shape):
    """Different whole numbers from 1 on, in random order."""
    return rng.permutation(np.prod(shape)).reshape(shape) + 1.0


@question("pool2d", weight=1)
@pytest.mark.parametrize(("shape", "k"), [((1, 1, 2, 4), 2), ((2, 3, 6, 4), 2), ((1, 2, 3, 9), 3)])
def test_max_windows(student, rng, shape, k):
    """Max pooling of positive maps, channel by channel, wide or high."""
    check_pooling(student, feature_map(rng, *shape), k)


@question("pool2d", weight=1)
@pytest.mark.parametrize(("shape", "k"), [((1, 1, 2, 4), 2), ((2, 3, 6, 4), 2), ((1, 2, 3, 9), 3)])
def test_average_windows(student, rng, shape, k):
    """Average pooling, channel by channel, wide or high."""
    check_pooling(student, feature_map(rng, *shape), k, mode="avg")


@question("pool2d", weight=0.5)
@pytest.mark.parametrize(("shape", "k"), [((1, 1, 3, 3), 2), ((2, 1, 5, 7), 2), ((1, 1, 8, 5), 3)])
def test_tails_are_dropped(student, rng, shape, k):
    """Rows and columns that fill no window are dropped."""
    check_pooling(student, feature_map(rng, *shape), k)


# The second map can be cut into k×k blocks, and no stride leaves a tail.
STRIDES = pytest.mark.parametrize(
    ("k", "stride", "size"), [(2, 1, 4), (3, 2, 9), (2, 3, 8), (1, 2, 5)]
)


@question("pool2d", weight=0.5)
@STRIDES
def test_stride_of_max(student, rng, k, stride, size):
    """Max pooling by a stride that is not k: windows overlap, or leave pixels out."""
    check_pooling(student, feature_map(rng, 1, 1, k + stride, k + stride), k, stride=stride)
    check_pooling(student, feature_map(rng, 1, 1, size, size), k, stride=stride)


@question("pool2d", weight=0.5)
@STRIDES
def test_stride_of_average(student, rng, k, stride, size):
    """Average pooling by a stride that is not k: windows overlap, or leave pixels out."""
    small, large = (feature_map(rng, 1, 1, n, n) for n in (k + stride, size))
    check_pooling(student, small, k, stride=stride, mode="avg")
    check_pooling(student, large, k, stride=stride, mode="avg")


PADDED = pytest.mark.parametrize(
    ("k", "pad", "stride"), [(2, 1, None), (3, 1, None), (4, 2, None), (3, 1, 2), (2, 1, 1)]
)


@question("pool2d", weight=0.5)
@pytest.mark.parametrize("scale", [-1.0, -1e12], ids=str)
def test_max_of_negative_pixels(student, rng, scale):
    """Max pooling where all pixels are negative."""
    check_pooling(student, scale * feature_map(rng, 1, 1, 4, 4), 2)


@question("pool2d", weight=0.5)
@pytest.mark.parametrize("scale", [-1.0, -1e12], ids=str)
@PADDED
def test_padded_max(student, rng, k, pad, stride, scale):
    """Max pooling with padding, by any stride: padding never wins."""
    options = {"pad": pad} if stride is None else {"stride": stride, "pad": pad}
    check_pooling(student, scale * feature_map(rng, 1, 1, 4, 4), k, **options)
    check_pooling(student, feature_map(rng, 1, 1, 4, 4).astype(np.int64), k, **options)
    check_pooling(student, scale * feature_map(rng, 2, 2, 4, 5), k, **options)
    options["count_include_pad"] = False  # it is about averages only
    check_pooling(student, scale * feature_map(rng, 1, 1, 4, 4), k, **options)


@question("pool2d", weight=0.5)
@pytest.mark.parametrize("count_include_pad", [True, False])
@PADDED
def test_padded_average(student, rng, k, pad, stride, count_include_pad):
    """Average pooling with padding, by both rules and any stride."""
    options = {"pad": pad, "mode": "avg", "count_include_pad": count_include_pad}
    if stride is not None:
        options["stride"] = stride
    for x in (np.ones((1, 1, 4, 4)), feature_map(rng, 2, 1, 4, 4), feature_map(rng, 1, 2, 4, 5)):
        check_pooling(student, x, k, **options)


@question("pool2d", weight=0.5)
@pytest.mark.parametrize("mode", ["avg", "max"])
def test_kinds_of_numbers(student, rng, mode):
    """float32 stays float32, float64 stays float64, whole numbers give floats."""
    x = feature_map(rng, 1, 1, 4, 4)
    for dtype in (np.float64, np.float32):
        got = check_pooling(student, x.astype(dtype), 2, mode=mode)
        check_dtype(got, dtype, given=f"pool2d of a {np.dtype(dtype).name} map, mode={mode!r}")
        got = student.pool2d(x.astype(dtype), 3, pad=1, mode=mode, count_include_pad=False)
        given = f"pool2d of a {np.dtype(dtype).name} map, mode={mode!r}, count_include_pad=False"
        check_dtype(got, dtype, given=given)
    pixels = rng.integers(200, 256, x.shape)  # bytes, as an image has them: four add up to more
    for whole in (x.astype(np.int64), pixels.astype(np.uint8)):
        got = as_array(check_pooling(student, whole, 2, mode=mode))
        check_true(
            got.dtype.kind == "f",
            f"pool2d of a map of {whole.dtype.name}, mode={mode!r}, gives {got.dtype.name}.",
            hint="Whole numbers give floats: turn x into floats first.",
            mistake="stays-whole",
        )


@question("pool2d", weight=0.25)
def test_new_array(student, rng):
    """The map stays as it is, and the result is an array of its own, also for 1×1 windows."""
    x = feature_map(rng, 1, 1, 4, 4).transpose(0, 1, 3, 2)
    check_pooling(student, x, 2)
    for k, mode in ((2, "max"), (1, "max"), (1, "avg")):
        seen = student.trace("pool2d", x, k, mode=mode)
        given = describe_call("pool2d", x, k, mode=mode)
        check_close(seen.value, pooled(x, k, mode=mode), given=given)
        check_unchanged([x], seen.args[:1], "pool2d")
        shared = "The result shares memory with x: it changes when x does. Return a new array."
        same = np.array_equal(as_array(seen.value), as_array(seen.after))
        check_true(same, f"{given}: {shared}", mistake="shared-memory")


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
def test_refused_arguments(student, rng, size, k, options, why):
    """Impossible arguments are refused with ValueError; the largest possible padding is not."""
    check_pooling(student, feature_map(rng, 1, 1, 4, 4), 4, pad=2)
    x = feature_map(rng, 1, 1, *size)
    given = f"{describe_call('pool2d', x, k, **options)}: {why}, so this"
    check_raises(lambda: student.pool2d(x, k, **options), given=given)


# ----------------------------------------------------------------- max_pool_backward

OVERLAP = "A pixel may win in several windows. Add up what each of them hands to it: `+=`."
TIES = (
    "Only one share for each window: pixels that tie must share its dout (or one of them takes it "
    "all). What a window hands on must add up to its dout."
)


def windows_of(dout, k, stride):
    """(index of an output, slices of its window) for every output."""
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        yield (n, c, i, j), (n, c, slice(top, top + k), slice(left, left + k))


def routed(dout, x, k, stride, hand_on, least=1):
    """A gradient for x; ``hand_on(dx, window, is_largest, g)`` handles each output.

    A wrong stride leads out of the map: windows with fewer than ``least`` pixels are left out.
    """
    dx = np.zeros(x.shape)
    for index, window in windows_of(dout, k, stride):
        if x[window].size >= least:
            hand_on(dx, window, x[window] == x[window].max(), dout[index])
    return dx


def to_all_largest(dx, window, is_largest, g):
    dx[window] += is_largest * g


def overwriting(dx, window, is_largest, g):
    dx[window][is_largest] = g


def replacing_window(dx, window, is_largest, g):
    dx[window] = is_largest * g


def to_all_pixels(dx, window, is_largest, g):
    dx[window] += g / is_largest.size


def ones_to_winners(dx, window, is_largest, g):
    dx[window] += is_largest


def check_gradient(student, dout, x, k, stride=None):
    """Compare the gradient of a map without ties; without a stride it is k."""
    call = (dout, x, k) if stride is None else (dout, x, k, stride)
    got = student.max_pool_backward(*call)
    given = describe_call("max_pool_backward", *call)
    stride = stride or k
    known = [
        ("overlap-overwritten", OVERLAP, overwriting),
        ("overlap-overwritten", OVERLAP, replacing_window),
        ("spread-evenly", "This spreads dout evenly: average pooling does so.", to_all_pixels),
        ("dout-ignored", "The winner gets the dout of its window, not 1.", ones_to_winners),
    ]
    hints = [
        Mistake(name, said, lambda wrong=wrong: routed(dout, x, k, stride, wrong))
        for name, said, wrong in known
    ]
    moves = "The window of dout[n, c, i, j] starts at (i·stride, j·stride); None means k."
    hints += [
        Mistake("stride-ignored", moves, lambda s=s, n=n: routed(dout, x, k, s, to_all_largest, n))
        for s in (k, 1)
        for n in (1, k * k)
    ]
    expected = routed(dout, x, k, stride, to_all_largest)
    check_close(got, expected, given=given, hints=hints, what="dx")


def gradient_case(rng, shape, k, stride):
    """A map without ties, of both signs, and a gradient for each of its windows."""
    x = feature_map(rng, *shape) - np.prod(shape) // 2
    rows, columns = ((n - k) // stride + 1 for n in shape[2:])
    dout = rng.choice([-1.0, 1.0], (*shape[:2], rows, columns))
    return x, dout * (rng.permutation(dout.size).reshape(dout.shape) + 1.5)


@question("max_pool_backward")
@pytest.mark.parametrize(("shape", "k"), [((1, 1, 2, 4), 2), ((1, 1, 5, 5), 2), ((2, 3, 6, 3), 3)])
def test_winner_gets_gradient(student, rng, shape, k):
    """Windows side by side, no ties: the winner gets the gradient, all others get 0."""
    x, dout = gradient_case(rng, shape, k, k)
    check_gradient(student, dout, x, k)
    check_gradient(student, dout, x - x.max() - 1, k)  # all pixels are negative


@question("max_pool_backward")
@pytest.mark.parametrize(("k", "stride"), [(2, 1), (3, 2), (2, 3)], ids=str)
def test_overlapping_windows_add(student, rng, k, stride):
    """A stride that is not k: a pixel adds up what its windows hand to it."""
    small = np.zeros((1, 1, k, k + stride))
    small[0, 0, 0, min(stride, k - 1)] = 9  # where windows overlap, this pixel wins in both
    small += np.linspace(0, 1, small.size).reshape(small.shape)
    check_gradient(student, np.array([[[[3.0, 5.0]]]]), small, k, stride)
    x, dout = gradient_case(rng, (1, 2, 7, 5), k, stride)
    check_gradient(student, dout, x, k, stride)


@question("max_pool_backward", weight=0.8)
def test_ties_share(student, rng):
    """Where pixels tie, what a window hands on adds up to its dout."""
    for x in (np.zeros((1, 1, 2, 2)), after_relu(rng)):
        dout = feature_map(rng, *x[:, :, ::2, ::2].shape) + 1
        check_tied_gradient(student, dout * rng.choice([-1, 1], dout.shape), x)
    for k, stride in ((3, 3), (2, 1), (3, 2)):
        check_tied_sums(student, rng, k, stride)


def after_relu(rng):
    """A map as ReLU leaves it: a window of zeros, ties at the top of others."""
    x = np.maximum(rng.integers(-3, 4, (2, 1, 4, 6)), 0).astype(float)
    x[0, 0, :2, :2] = 0
    x[0, 0, 2:, 2:4] = [[5, 1], [0, 5]]
    x[1, 0, :2, 4:] = 2
    return x


def check_tied_gradient(student, dout, x):
    """Accept every gradient that a right rule for ties can give, for 2×2 windows side by side."""
    given = describe_call("max_pool_backward", dout, x, 2, 2)
    dx = as_array(student.max_pool_backward(dout, x, 2, 2))
    if dx is None or dx.shape != x.shape:
        shape = f"shape {dx.shape}" if dx is not None else "no array"
        fail(f"{given}: dx has {shape}, expected shape {x.shape}.")
    for index, window in windows_of(dout, 2, 2):
        part, g = dx[window].astype(float), dout[index]
        place = f"{given}: the window of dout[{', '.join(map(str, index))}] = {g:g}"
        is_largest = x[window] == x[window].max()
        to_all = np.allclose(part, is_largest * g) and is_largest.sum() > 1
        if not abs(part.sum() - g) <= 1e-4 * abs(g):
            sums = f"{place} hands on {show(float(part.sum()))} in all, expected {g:g}."
            fail(sums, hint=TIES, mistake="all-ties" if to_all else "")
        outside = np.abs(part[~is_largest])
        check_true((outside <= 1e-6).all(), f"{place} gives to a pixel that is not the largest.")
        check_true((part / g >= -1e-6).all(), f"{place} gives a share of the wrong sign.")


def check_tied_sums(student, rng, k, stride):
    """Larger windows, or overlapping ones: no share is lost, doubled or given to a wrong pixel."""
    x = np.zeros((1, 1, k, k + stride))
    x[..., rng.integers(k)] = -1.0  # so that some pixels are no winners
    if stride < k:  # the winners of both windows stand in the columns that they share
        x[..., :stride] = x[..., k:] = -1.0
        x[..., stride:k] = 0.0
    dout = rng.permutation(2).reshape(1, 1, 1, 2) + 1.5
    given = describe_call("max_pool_backward", dout, x, k, stride)
    dx = student.max_pool_backward(dout, x, k, stride)
    most = routed(dout, x, k, stride, to_all_largest)
    check_close(np.shape(as_array(dx)), x.shape, given=given, what="the shape of dx")
    dx = as_array(dx).astype(float)
    total, expected = float(dx.sum()), float(dout.sum())
    if not abs(total - expected) <= 1e-4 * expected:
        sums = f"{given}: dx adds up to {show(total)}, and dout to {show(expected)}."
        to_all = np.allclose(dx, most)
        hint = OVERLAP if total < expected and stride < k else TIES
        fail(sums, hint=hint, mistake="all-ties" if to_all else "")
    right = (dx >= -1e-6).all() and (dx <= most + 1e-4).all()
    check_true(right, f"{given}: a pixel gets more or less than its windows can hand to it.")


@question("max_pool_backward", weight=0.2)
def test_backward_leaves_arguments(student, rng):
    """The map and dout stay as they are."""
    x, dout = gradient_case(rng, (1, 1, 4, 4), 2, 2)
    seen = student.trace("max_pool_backward", dout, x, 2, 2)
    expected = routed(dout, x, 2, 2, to_all_largest)
    given = describe_call("max_pool_backward", dout, x, 2, 2)
    check_close(seen.value, expected, given=given, what="dx")
    check_unchanged([dout, x], seen.args[:2], "max_pool_backward")


# ----------------------------------------------------------------- edge_pooling

MODES = ("max", "avg")
DARK_LOST = (
    "Max pooling does not always keep edges: a window with a bright pixel gives the bright value, "
    "so it erases dark detail."
)
WIDENS = "A window that the step divides holds bright pixels: max pooling makes it bright."
HALF = "The border runs through both rows of a window: two of its four pixels lie on each side."
FINE = "Each window holds two dark and two bright pixels."


def window_values(values):
    """The four windows of the first two rows, each as its four pixels."""
    return [values[:2, 2 * j : 2 * j + 2].ravel() for j in range(4)]


def row_of(windows, rule):
    return [float(rule(window)) for window in windows]


def check_predictions(student, lesson, case, told):
    """Compare both predicted rows; ``told`` is what to say to a row of smallest values."""
    values = lesson.edge_maps(student.personal_id())[case]
    windows, low, high = window_values(values), values.min(), values.max()
    right = {"max": row_of(windows, np.max), "avg": row_of(windows, np.mean)}

    def quarter(window, light, dark):
        return window[0] if np.ptp(window) == 0 else light * high + dark * low

    wrong = {
        "max": [
            Mistake("keeps-dark", told, row_of(windows, np.min)),
            Mistake("is-average", "This is average pooling; max keeps the largest.", right["avg"]),
        ],
        "avg": [
            Mistake("is-max", "This is max pooling; an average lies in between.", right["max"]),
            Mistake("quarter", HALF, row_of(windows, lambda w: quarter(w, 0.25, 0.75))),
            Mistake("quarter", HALF, row_of(windows, lambda w: quarter(w, 0.75, 0.25))),
            Mistake("is-min", "An average lies in between.", row_of(windows, np.min)),
        ],
    }
    stays = "A checkerboard does not stay one: every window holds two dark and two bright pixels."
    boards = [[low, high, low, high], [high, low, high, low]]
    one_pixel = "This takes one pixel of each window; all four count."
    taken = [Mistake("one-pixel", one_pixel, values[0, start::2].tolist()) for start in (0, 1)]
    taken += [Mistake("board-stays", stays, board) for board in boards]
    for mode in MODES:
        got = predicted_row(student.value("predict"), case, mode)
        given = f'predict["{case}"]["{mode}"]'
        check_equal(got, right[mode], given=given, hints=wrong[mode] + taken, reveal=False)


def predicted_row(predict, case, mode):
    """The four numbers that were written; the whole pooled map is as good."""
    name = f'predict["{case}"]["{mode}"]'
    by_mode = predict.get(case) if isinstance(predict, dict) else None
    row = as_array(by_mode.get(mode)) if isinstance(by_mode, dict) else None
    if row is None:
        fail(f"{name} should hold four numbers.")
    rows = row.reshape(-1, 4) if row.size in (4, 8) else row.reshape(1, -1)
    if rows.shape[1] != 4 or not (rows == rows[0]).all():
        fail(f"{name} should hold the four numbers of one row, it holds {show(row.tolist())}.")
    return [float(value) for value in rows[0]]


@question("edge_pooling", weight=0.4)
def test_aligned_step(student, lesson):
    """A step on the border of two windows."""
    check_predictions(student, lesson, "aligned", WIDENS)


@question("edge_pooling", weight=0.4)
def test_step_off_by_one(student, lesson):
    """A step inside a window."""
    check_predictions(student, lesson, "off_by_one", WIDENS)


@question("edge_pooling", weight=0.4)
def test_bright_line(student, lesson):
    """A bright line, one pixel wide."""
    lost = "A bright line is the largest value of its window: max pooling keeps it."
    check_predictions(student, lesson, "bright_line", lost)


@question("edge_pooling", weight=0.4)
def test_dark_line(student, lesson):
    """A dark line, one pixel wide."""
    check_predictions(student, lesson, "dark_line", DARK_LOST)


@question("edge_pooling", weight=0.4)
def test_checkerboard(student, lesson):
    """A checkerboard."""
    check_predictions(student, lesson, "checkerboard", FINE)


TRUE_SENTENCES = {2, 4, 5, 7}
FALSE_SENTENCES = {
    1: DARK_LOST,
    3: "Pooling has no weights: 0 parameters. There is nothing in it that training could set.",
    6: "Pooling does not block gradients: each window's gradient is routed to its largest pixel.",
    8: "An average puts a value in between on a step inside a window: this is less sharp.",
}


@question("edge_pooling", weight=0.5)
def test_no_false_sentence(student):
    """No false sentence is among those that you call true."""
    got = picks(student.value("true_sentences"))
    check_true(got, "true_sentences holds no number yet.")
    wrong = sorted(got - TRUE_SENTENCES)
    if wrong:
        hint = FALSE_SENTENCES.get(wrong[0], "The sentences have the numbers 1 to 8.")
        fail(f"Sentence {wrong[0]} is not true.", hint=hint)
    check_true(len(got) >= 2, "No sentence that you chose is false, but there are more true ones.")


@question("edge_pooling", weight=0.5)
def test_every_true_sentence(student):
    """Every true sentence is among those that you call true."""
    got = picks(student.value("true_sentences"))
    check_true(got, "true_sentences holds no number yet.")
    wrong = got - TRUE_SENTENCES
    check_true(len(wrong) <= 1, "More than one sentence that you chose is false.")
    hint = "Look at your figure again, map by map, and try each sentence on it."
    check_true(got >= TRUE_SENTENCES, "A true sentence is missing.", hint=hint)


# ----------------------------------------------------------------- downsampling


def what_is_left(size, contrast, strides, mode):
    """The top left pixel of an image that is pooled step by step."""
    total = int(np.prod(strides, dtype=int))
    side = -(-size // total) * total
    image = np.zeros((1, 1, side, side))
    image[..., :size, :size] = contrast
    for stride in strides:
        image = pooled(image, stride, mode=mode)
    return float(image[0, 0, 0, 0])


def check_survives(student, size, contrast, strides, mode):
    given = describe_call("survives", size, contrast, strides, mode)
    part = size / int(np.prod(strides, dtype=int))
    dark = [
        Mistake(
            "dark-kept",
            "Max pooling keeps the largest value: beside the 0 around it, a dark object is erased.",
            contrast,
        )
    ]
    averaged = [
        Mistake("not-squared", "A window is a square: size counts twice.", contrast * min(1, part)),
        Mistake(
            "not-clipped",
            "A window that the object fills gives its contrast, and no more.",
            contrast * part**2,
        ),
        Mistake("all-or-nothing", "A window gives the share that the object fills.", 0.0),
    ]
    hints = dark if mode == "max" else averaged
    got = number(student.survives(size, contrast, strides, mode), given)
    check_close(got, what_is_left(size, contrast, strides, mode), given=given, hints=hints)


@question("downsampling", weight=0.6)
@pytest.mark.parametrize("mode", MODES)
def test_bright_object(student, mode):
    """What is left of a bright object."""
    for size, contrast, strides in [
        (1, 9.0, [3]),
        (2, 1.0, [2, 2, 2]),
        (3, 2.0, [2, 2]),
        (5, 4.0, [2, 2]),
        (3, 6.0, [3, 2]),
        (2, 5.0, []),
    ]:
        check_survives(student, size, contrast, strides, mode)


@question("downsampling", weight=0.4)
@pytest.mark.parametrize("mode", MODES)
def test_dark_object(student, mode):
    """What is left of a dark object."""
    for size, strides in [(1, [2]), (2, [2]), (2, [2, 2]), (3, [2, 2]), (5, [2, 2])]:
        check_survives(student, size, -8.0, strides, mode)


FIGURE_1 = [(32, 1), (64, 1), (64, 2), (128, 1), (128, 2), (256, 1)]
STACKS = [
    ((1, 4, 4), [(2, 1)]),
    ((3, 8, 6), [(5, 2)]),
    ((3, 9, 7), [(4, 2), (5, 2)]),
    ((3, 32, 32), FIGURE_1),
    ((3, 224, 160), [(64, 2), *FIGURE_1]),
]


def output_sizes(shape, layers):
    """The numbers in each layer's output."""
    _, height, width = shape
    for channels, stride in layers:
        height, width = height // stride, width // stride
        yield channels * height * width


@question("downsampling", weight=1)
@pytest.mark.parametrize(("shape", "layers"), STACKS, ids=str)
def test_activation_bytes(student, shape, layers):
    """The memory of all outputs together, for the net of Figure 1 too."""
    sizes = list(output_sizes(shape, layers))
    same_size = list(output_sizes(shape, [(channels, 1) for channels, _ in layers]))
    hints = [
        Mistake("numbers", "Count bytes: a float32 number takes 4.", sum(sizes)),
        Mistake(
            "with-input", "The input image does not count.", 4 * sum([*sizes, math.prod(shape)])
        ),
        Mistake("last-only", "Every layer's output is kept, not only the last.", 4 * sizes[-1]),
        Mistake("largest-only", "All outputs are kept, not only the largest.", 4 * max(sizes)),
        Mistake("stride-ignored", "A stride makes the output smaller.", 4 * sum(same_size)),
        Mistake("float64", "A float32 number takes 4 bytes, not 8.", 8 * sum(sizes)),
    ]
    got = student.activation_bytes(shape, layers)
    given = describe_call("activation_bytes", shape, layers)
    check_equal(got, 4 * sum(sizes), given=given, hints=hints)
