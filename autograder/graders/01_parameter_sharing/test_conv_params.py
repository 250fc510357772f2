"""Hidden checks of ``conv_params``: the weights and biases of a convolutional layer."""

import numpy as np
import pytest

from autograder import Mistake, StudentNotebook, check_raises, describe_call, question, works

from .counts import NO_BIAS, Count, counted, counted_biases, following
from .layers import conv_weights, draw_channels

PER_FILTER = (
    "A filter spans all input channels: k·k·C_in weights. There is one filter per output channel."
)
PER_OUTPUT = "The bias is per output channel, not per kernel element and not per input channel."
NO_INPUTS = "You left out the input channels. " + PER_FILTER
NO_FILTERS = "You left out the number of filters. " + PER_FILTER
NO_GROUPS = (
    "The argument groups does not change your count. "
    "A filter sees only c_in // groups channels; the number of filters stays c_out."
)
GROUPS = "groups divides the channels that a filter sees; the number of filters stays c_out."
GROUPED_BIAS = "The biases do not depend on groups: one for each of the c_out output channels."
NO_SIZE = "The kernel has height times width weights per channel."
RECTANGLE = "The kernel is (height, width): both sizes count, and they may differ."
TIMES_IMAGE = (
    "You multiply by the size of an image. Shared weights are counted once, however large "
    "the image is."
)
IMAGES = (8, 14, 28, 32, 64, 128, 224)  # sides of images, in pixels

Kernel = int | tuple[int, int]


def conv_mistakes(c_in: int, c_out: int, k: Kernel, groups: int = 1) -> list[Mistake]:
    """Wrong numbers of weights, each without and with the right number of biases."""
    kh, kw = (k, k) if isinstance(k, int) else k
    filters = kh * kw * c_out
    full = filters * c_in
    exact = full // groups
    table = [
        Mistake("groups-ignored", NO_GROUPS, full),
        Mistake("groups-twice", GROUPS, full // groups**2),
        Mistake("groups-multiply", GROUPS, full * groups),
        Mistake("no-input-channels", NO_INPUTS, filters, filters // groups),
        Mistake("no-filters", NO_FILTERS, kh * kw * c_in),
        Mistake("no-kernel-size", NO_SIZE, c_in * c_out),
        Mistake("kernel-height-only", RECTANGLE, kh * kh * c_in * c_out),
        Mistake("kernel-width-only", RECTANGLE, kw * kw * c_in * c_out),
        Mistake("bias-per-weight", PER_OUTPUT, 2 * exact),
        Mistake("times-image", TIMES_IMAGE, *(exact * side * side for side in IMAGES)),
    ]
    return following(table, lambda weights: (weights, weights + c_out))


def check_conv(student: StudentNotebook, c_in: int, c_out: int, k: Kernel, **groups: int) -> Count:
    """The weights must be right; whether the biases are is looked at by another check."""
    expected = conv_weights(c_in, c_out, k, **groups)
    count = counted(student, "conv_params", c_in, c_out, k, bias=False, **groups)
    count.check(expected, conv_mistakes(c_in, c_out, k, **groups), forgiven=[expected + c_out])
    return count


@question("conv_params", weight=2)
def test_conv_weights(student: StudentNotebook, rng: np.random.Generator) -> None:
    """A filter has k·k weights for each input channel."""
    for k in (1, 2, 3, 5, 7):
        check_conv(student, *draw_channels(rng), k)


@question("conv_params")
def test_conv_bias(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The biases are counted: one per output channel, and none with bias=False."""
    for k in (2, 3, 5):
        c_in, c_out = draw_channels(rng)
        wrong = [
            Mistake("bias-not-counted", NO_BIAS + PER_OUTPUT, 0),
            Mistake("bias-per-weight", PER_OUTPUT, k * k * c_in * c_out),
            Mistake("bias-per-kernel", PER_OUTPUT, c_in * c_out),
            Mistake("bias-per-kernel-element", PER_OUTPUT, k * k * c_out),
            Mistake("bias-per-kernel-position", PER_OUTPUT, k * k),
            Mistake("bias-per-input-channel", PER_OUTPUT, c_in),
            Mistake("one-bias", PER_OUTPUT, 1),
        ]
        counted_biases(student, "conv_params", c_in, c_out, k).check(c_out, wrong)


@question("conv_params")
def test_conv_rectangle(student: StudentNotebook, rng: np.random.Generator) -> None:
    """A kernel may be a rectangle, (height, width)."""
    for k in ((2, 3), (3, 1), (2, 5), (7, 3)):
        check_conv(student, *draw_channels(rng), k)


@question("conv_params")
def test_conv_groups(student: StudentNotebook, rng: np.random.Generator) -> None:
    """With groups, a filter sees only its share of the input channels."""
    for groups in (2, 3, 5):
        a, b = draw_channels(rng)
        check_conv(student, a * groups, b * groups, 3, groups=groups).check_is_int()
        check_grouped_bias(student, a * groups, b * groups, groups)
    if works(check_conv, student, 4, 6, (2, 5)):
        check_conv(student, 4, 6, (2, 5), groups=2)


def check_grouped_bias(student: StudentNotebook, c_in: int, c_out: int, groups: int) -> None:
    """There are as many biases with groups as without, wherever those are right."""
    weights = conv_weights(c_in, c_out, 3)
    if counted(student, "conv_params", c_in, c_out, 3).number != weights + c_out:
        return
    share = weights // groups
    biases = (c_out // groups, c_out * groups, groups)
    wrong = Mistake("bias-per-group", GROUPED_BIAS, *(share + number for number in biases))
    counted(student, "conv_params", c_in, c_out, 3, groups=groups).check(share + c_out, [wrong])


@question("conv_params")
@pytest.mark.parametrize(
    ("c_in", "c_out", "groups"), [(6, 4, 3), (4, 6, 3), (5, 7, 2), (2, 2, 4), (5, 7, 3), (4, 6, 4)]
)
def test_conv_refuses_groups(student: StudentNotebook, c_in: int, c_out: int, groups: int) -> None:
    """Groups that do not divide both numbers of channels raise ValueError, others do not."""
    check_conv(student, 1, 4, 2)
    check_raises(
        lambda: student.conv_params(c_in, c_out, 3, groups=groups),
        given=describe_call("conv_params", c_in, c_out, 3, groups=groups),
    )
