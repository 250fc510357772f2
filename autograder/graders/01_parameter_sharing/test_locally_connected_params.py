"""Hidden checks of ``locally_connected_params``: a kernel of its own at every position."""

from collections.abc import Collection

import numpy as np

from autograder import Mistake, StudentNotebook, question

from .counts import Count, following
from .sweeps import Sweep, check_rectangles, paddings, square_sweep, strides

NOT_SHARED = (
    "Locality alone still needs one kernel per position; only sharing removes the positions "
    "from the count."
)
OWN_BIAS = "Nothing is shared here: each position and output channel has a bias of its own."
CHANNELS = "Each kernel has weights for every input channel."


def local_mistakes(sweep: Sweep) -> list[Mistake]:
    kernel, c_out, positions = sweep.kernel, sweep.c_out, sweep.positions
    weights = positions * kernel
    one_channel = weights // sweep.c_in
    return [
        Mistake("shared-kernel", NOT_SHARED, kernel, kernel + c_out),
        Mistake("no-bias", OWN_BIAS, weights),
        Mistake("bias-per-channel", OWN_BIAS, weights + c_out),
        Mistake("bias-per-position", OWN_BIAS, weights + positions),
        Mistake("bias-per-input-channel", OWN_BIAS, weights + positions * sweep.c_in),
        Mistake("no-input-channels", CHANNELS, one_channel, one_channel + positions * c_out),
        *following(
            sweep.mistaken_positions(),
            lambda n: (n * kernel + biases for biases in (n * c_out, 0, c_out)),
        ),
    ]


def check_local(student: StudentNotebook, sweep: Sweep, forgiven: Collection[int]) -> Count:
    """Weights and biases must be right; ``forgiven`` are counts that another check looks at."""
    count = sweep.counted(student, "locally_connected_params")
    expected = sweep.positions * (sweep.kernel + sweep.c_out)
    count.check(expected, local_mistakes(sweep), forgiven)
    return count


def check_local_weights(student: StudentNotebook, sweep: Sweep) -> Count:
    """The weights must be right; wrong biases are forgiven."""
    biases = (0, sweep.c_out, sweep.positions, sweep.positions * sweep.c_in)
    weights = sweep.positions * sweep.kernel
    return check_local(student, sweep, [weights + number for number in biases])


@question("locally_connected_params", weight=2)
def test_local_weights(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Every position has a kernel of its own."""
    for k, extra in ((1, 2), (2, 2), (3, 2), (3, 4), (5, 2)):
        check_local_weights(student, square_sweep(rng, k, extra))


@question("locally_connected_params", weight=2)
def test_local_biases(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Every position and output channel has a bias of its own."""
    for k, extra in ((2, 2), (3, 2), (2, 4)):
        sweep = square_sweep(rng, k, extra)
        each = sweep.kernel + sweep.c_out
        check_local(student, sweep, [each * n for n in sweep.miscounts()])


@question("locally_connected_params", weight=2)
def test_local_rectangles(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The image need not be square."""
    check_rectangles(student, rng, check_local_weights)


@question("locally_connected_params")
def test_local_stride(student: StudentNotebook, rng: np.random.Generator) -> None:
    """With a stride, only the places where the kernel really starts count."""
    for sweep in strides(rng):
        check_local_weights(student, sweep).check_is_int()


@question("locally_connected_params")
def test_local_pad(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Padding adds places on all four sides."""
    for sweep in paddings(rng):
        check_local_weights(student, sweep)
