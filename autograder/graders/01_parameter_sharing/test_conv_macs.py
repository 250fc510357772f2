"""Hidden checks of ``conv_macs``: the multiply-adds of a convolution."""

from collections.abc import Collection

import numpy as np

from autograder import Mistake, StudentNotebook, question

from .counts import Count, following
from .sweeps import NOT_SAVED, Sweep, check_rectangles, paddings, square_sweep, strides

BIAS_IS_NO_MAC = "Adding a bias is no multiplication: only weight times input counts."
TWICE = "A multiply-add is counted once, not as one multiplication and one addition."
ZEROS = "The zeros of the padding are multiplied like any other pixel, so they count."
MULTIPLY_ADDS = "Count the multiplications: nine products are nine multiply-adds, not eight."
CHANNELS = "Every output number sums over k·k pixels of every input channel."
FILTERS = "Every output channel has its own filter, which is multiplied out at every position."


def multiplied_pixels(sweep: Sweep) -> int:
    """How often a kernel's weight lies on a pixel of the image and not on padding."""

    def along(n: int) -> int:
        starts = range(-sweep.pad, n + sweep.pad - sweep.k + 1, sweep.stride)
        return sum(0 <= start + tap < n for start in starts for tap in range(sweep.k))

    return along(sweep.h) * along(sweep.w)


def macs_mistakes(sweep: Sweep) -> list[Mistake]:
    kernel, c_in, c_out, positions = sweep.kernel, sweep.c_in, sweep.c_out, sweep.positions
    macs, inside = positions * kernel, multiplied_pixels(sweep) * c_in * c_out
    return [
        Mistake("zeros-left-out", ZEROS, inside),
        Mistake("sharing-saves-macs", NOT_SAVED, kernel, kernel + c_out, kernel // c_out),
        Mistake("adds-biases", BIAS_IS_NO_MAC, macs + positions * c_out),
        Mistake("counts-twice", TWICE, 2 * macs),
        Mistake("counts-additions", MULTIPLY_ADDS, macs - positions * c_out),
        Mistake("no-input-channels", CHANNELS, macs // c_in),
        Mistake("no-output-channels", FILTERS, macs // c_out),
        Mistake("no-channels", CHANNELS, positions * sweep.k**2),
        *following(sweep.mistaken_positions(), lambda n: [n * kernel]),
    ]


def check_macs(student: StudentNotebook, sweep: Sweep, forgiven: Collection[int] = ()) -> Count:
    """The count must be right; ``forgiven`` are counts that another check looks at."""
    count = sweep.counted(student, "conv_macs")
    count.check(sweep.positions * sweep.kernel, macs_mistakes(sweep), forgiven)
    return count


def check_positions(student: StudentNotebook, sweep: Sweep) -> Count:
    """The positions must be right; something else than multiply-adds may be counted there."""
    kernel, c_out = sweep.kernel, sweep.c_out
    units = (2 * kernel, kernel + c_out, kernel - c_out)
    return check_macs(student, sweep, [sweep.positions * each for each in units])


@question("conv_macs", weight=2)
def test_macs_positions(student: StudentNotebook) -> None:
    """The kernel is multiplied out at every position (one channel in, one out)."""
    for side, k in ((4, 2), (5, 3), (8, 5)):
        check_macs(student, Sweep(side, side, 1, 1, k))


@question("conv_macs", weight=2)
def test_macs_channels(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Every output channel sums over every input channel."""
    for k, extra in ((1, 2), (2, 2), (3, 2)):
        sweep = square_sweep(rng, k, extra)
        check_macs(student, sweep, [sweep.kernel * n for n in sweep.miscounts()])


@question("conv_macs", weight=2)
def test_macs_rectangles(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The image need not be square."""
    check_rectangles(student, rng, check_positions)


@question("conv_macs")
def test_macs_stride(student: StudentNotebook, rng: np.random.Generator) -> None:
    """With a stride, only the places where the kernel really starts count."""
    for sweep in strides(rng):
        check_positions(student, sweep).check_is_int()


@question("conv_macs")
def test_macs_pad(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Padding adds places on all four sides, and their zeros are multiplied too."""
    for sweep in paddings(rng):
        check_positions(student, sweep)
