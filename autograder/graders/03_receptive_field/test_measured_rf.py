"""measured_rf: the field of a net that can only be called."""

from functools import partial
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.random import Generator

from autograder import (
    Mistake,
    StudentError,
    StudentNotebook,
    as_array,
    check_close,
    check_equal,
    check_true,
    fail,
    neat,
    question,
    scalar,
    show,
    works,
)

from .fields import reached
from .nets import (
    RELU,
    Net,
    Pair,
    Spec,
    conv,
    cut_off,
    dead_relu,
    layer,
    measure,
    with_weight,
    with_zeros,
)

POOL = layer("pool", 2, 2)

SPAN = "Count from the first row or column that matters to the last one, gaps included."
SQUARE = "Kernels need not be square: measure rows and columns apart."
WHOLE_IMAGE = (
    "You found the whole image. Take the gradient of the centre unit alone, not of the sum of all "
    "outputs."
)
SWAPPED = "Height comes first: rf_h counts rows (axis 2), rf_w columns (axis 3)."
CORNER = (
    "This is the field of the first unit, cut by the border of the image. Take the unit in row "
    "H′ // 2 and column W′ // 2."
)
NOT_PROOF = (
    "You found too few pixels. A zero gradient is not proof that a pixel does not matter: a ReLU "
    "may be off, another pixel may win the max, two gradients may cancel. Take the union over "
    "several random inputs (or perturbations), over the absolute values, over all channels."
)


THEORY = (
    "This is the field that layers of these sizes can have. This network has weights that are 0, "
    "or a ReLU that is off for every image: measure what can change the unit."
)


class Measured(msgspec.Struct, frozen=True):
    """What the probe ``measure`` reports."""

    weights: list[Any]
    field: Any = None


def first_unit(net: Net) -> tuple[int, ...]:
    """What is left inside the image of the first unit's field (rows, columns)."""
    inside = [
        [place for place in reached(layers) if 0 <= place < size]
        for layers, size in zip(net.axes, net.in_hw, strict=True)
    ]
    return tuple(max(places) - min(places) + 1 for places in inside)


def mistakes(net: Net, got: tuple[Any, ...]) -> list[Mistake]:
    """What known mistakes give for the field of a net."""
    height, width = net.field
    theory = [Mistake("theory-not-measured", THEORY, net.theory)] if net.measured else []
    fewer = all(a <= b for a, b in zip(got, net.field, strict=True))
    return [
        *theory,
        Mistake("all-outputs", WHOLE_IMAGE, net.in_hw),
        Mistake("height-width-swapped", SWAPPED, (width, height)),
        Mistake("pixels-counted", SPAN, tuple(len(reached(layers)) for layers in net.axes)),
        Mistake("height-only", SQUARE, (height, height)),
        Mistake("width-only", SQUARE, (width, width)),
        Mistake("corner-unit", CORNER, lambda: first_unit(net)),
        Mistake("too-few-pixels", NOT_PROOF, got if fewer else None),
    ]


def two_numbers(value: Any) -> tuple[Any, ...] | None:
    """(rf_h, rf_w) from a pair of any kind, or None."""
    if isinstance(value, dict) and {"rf_h", "rf_w"} <= value.keys():
        value = value["rf_h"], value["rf_w"]
    array = as_array(value)
    if array is not None:  # a tuple of tensors is none
        value = array.tolist() if array.ndim == 1 else None
    found = [neat(scalar(item)) for item in value] if isinstance(value, (list, tuple)) else []
    return tuple(found) if len(found) == 2 and None not in found else None


def run_measure(student: StudentNotebook, net: Net) -> Measured:
    """What :func:`measure` sees; a failure names the net."""
    try:
        seen: Measured = student.run(
            measure, net.layers, net.in_hw, net.c_in, _cpu_s=30, _returns=Measured
        )
    except StudentError as error:
        if "NotImplementedError" in error.types:
            raise
        fail(f"{net.call}: {error.message}", hint=error.hint)
    return seen


def check_measured(
    student: StudentNotebook,
    layers: list[Spec],
    in_hw: Pair,
    c_in: int = 1,
    measured: Pair | None = None,
) -> list[Any]:
    """Compare the measured field; returns the weights of the convolutions after the call."""
    net = Net(layers, in_hw, c_in, measured)
    seen = run_measure(student, net)
    got = two_numbers(seen.field)
    if got is None:
        shown = show(seen.field)
        fail(f"{net.call} returns {shown}, expected two whole numbers (rf_h, rf_w).")
    if got != net.field:
        check_equal(got, net.field, given=net.call, hints=mistakes(net, got))
    return seen.weights


def check_part(student: StudentNotebook, drawn: tuple[list[Spec], Pair]) -> None:
    """Compare the field of a net whose weights leave less than the theory's 9×9 pixels."""
    layers, size = drawn
    check_measured(student, layers, (11, 13), measured=size)


@question("measured_rf", weight=1)
@pytest.mark.parametrize(
    ("stack", "side"),
    [
        ([{"k": 3, "p": 1}], 7),
        ([{"k": 3, "p": 1}, {"k": 3, "p": 1}], 9),
        ([{"k": 3, "p": 2, "d": 2}], 9),
        ([{"k": 3, "s": 2, "p": 1}, {"k": 3, "p": 1}], 17),
    ],
    ids=str,  # the random numbers of a case follow its name
)
def test_measures_convolutions(
    student: StudentNotebook, rng: Generator, stack: list[dict[str, int]], side: int
) -> None:
    """Convolutions, with padding, stride and dilation."""
    check_measured(student, [conv(rng, **sizes) for sizes in stack], (side, side))
    check_part(student, with_zeros(rng))


@question("measured_rf", weight=0.5)
def test_measures_both_axes(student: StudentNotebook, rng: Generator) -> None:
    """Height and width are told apart."""
    check_measured(student, [conv(rng, (3, 5), p=(1, 2))], (9, 13))
    layers = [conv(rng, (5, 1), s=(1, 2)), conv(rng, (2, 3), d=(3, 1))]
    check_measured(student, layers, (17, 15))
    check_measured(student, [conv(rng, (1, 3), p=(0, 1), c_in=3)], (11, 7), c_in=3)
    check_part(student, with_zeros(rng, square=False))
    check_part(student, cut_off(rng, square=False))


def either_half(rng: Generator) -> np.ndarray:
    """Two 3×3 kernels (2, 1, 3, 3), one for each half, of opposite signs at the shared centre."""
    weight = np.zeros((2, 1, 3, 3))
    weight[0, 0, :2, :2] = rng.uniform(0.2, 0.3, (2, 2))
    weight[1, 0, 1:, 1:] = rng.uniform(-0.3, -0.2, (2, 2))
    weight[:, 0, 1, 1] = 6, -6
    return weight


@question("measured_rf", weight=0.75)
def test_measures_through_relu(student: StudentNotebook, rng: Generator) -> None:
    """ReLUs that are off for some inputs."""
    mix = with_weight(np.array([1.0, 1.5]).reshape(1, 2, 1, 1))
    for sign in (1, -1):
        check_measured(student, [with_weight(sign * either_half(rng)), RELU, mix], (7, 7))
    check_measured(student, [conv(rng, 3, p=1, bias=-0.5), RELU], (7, 9))
    layers = [conv(rng, 3, p=1, c_out=2), RELU, conv(rng, 3, p=1, c_in=2)]
    check_measured(student, layers, (11, 11))
    check_part(student, dead_relu(rng))
    check_part(student, dead_relu(rng))


@question("measured_rf", weight=0.5)
def test_measures_through_max_pooling(student: StudentNotebook, rng: Generator) -> None:
    """Max pooling, where one pixel of each window wins."""
    check_measured(student, [POOL], (8, 8))
    check_measured(student, [conv(rng, 3), POOL], (10, 10))
    check_measured(student, [POOL, conv(rng, 3, c_out=2)], (16, 16))
    for _ in range(2):
        (kernel, *rest), (height, width) = with_zeros(rng)
        pooled = (height + 1, width + 1)
        check_measured(student, [kernel, layer("pool", 2, 1), *rest], (13, 14), measured=pooled)


@question("measured_rf", weight=0.75)
def test_measures_without_cancelling(student: StudentNotebook, rng: Generator) -> None:
    """Channels whose gradients are opposite, and channels that see different pixels."""
    kernel = conv(rng, 3)["weight"]
    channels_in = np.concatenate([kernel, -kernel], axis=1)
    check_measured(student, [with_weight(channels_in, p=1)], (7, 7), c_in=2)
    channels_out = np.concatenate([kernel, -kernel], axis=0)
    check_measured(student, [with_weight(channels_out, p=1)], (7, 7))
    check_measured(student, [with_weight(abs(either_half(rng)))], (9, 9))
    check_part(student, cut_off(rng))
    check_part(student, cut_off(rng))


def backbone() -> list[Spec]:
    """A small net, the same for every seed: ReLUs make some nets harder."""
    rng = np.random.default_rng(0)
    return [
        conv(rng, 3, s=2, p=1, c_out=2),
        RELU,
        conv(rng, 3, p=1, c_in=2, c_out=3),
        layer("pool", 2, 1),
        conv(rng, (1, 2), d=2, c_in=3, c_out=2),
    ]


@question("measured_rf", weight=0.5)
def test_agrees_with_theory(student: StudentNotebook, rng: Generator) -> None:
    """A small backbone: stride, ReLU, pooling, dilation; and it keeps its weights."""
    check_part(student, cut_off(rng))
    check_part(student, cut_off(rng))
    layers = backbone()
    after = check_measured(student, layers, (23, 27))
    before = [np.float32(spec["weight"]) for spec in layers if spec["kind"] == "conv"]
    kept = len(after) == len(before) and all(map(partial(works, check_close), after, before))
    check_true(
        kept,
        "After measured_rf(net, ...) the network has other weights than before.",
        hint="The caller still needs the network: change the weights of a copy "
        "(copy.deepcopy(net)), or none.",
        mistake="argument-modified",
    )
