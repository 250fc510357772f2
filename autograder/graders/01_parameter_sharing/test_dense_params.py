"""Hidden checks of ``dense_params``: the weights and biases of a dense layer."""

import math

import numpy as np

from autograder import Mistake, StudentNotebook, question

from .counts import NO_BIAS, counted, counted_biases

PER_UNIT = (
    "One weight per (pixel, channel, unit), and one bias per unit: every unit looks at "
    "every number of the input."
)
FORGOTTEN = "You left out a part of the input. " + PER_UNIT
OVERFLOW = "The product does not fit into 32 bits. Python's own int has no largest number."
ROUNDED = (
    "Your count is a little off: a floating-point number rounds so large a product. Multiply "
    "Python's own ints; they are exact."
)


def dense_mistakes(shape: tuple[int, ...], units: int) -> list[Mistake]:
    inputs = math.prod(shape)
    pixels = inputs // shape[-1]
    return [
        Mistake("no-channels", FORGOTTEN, pixels * units, pixels * units + units),
        Mistake("weights-not-per-unit", PER_UNIT, inputs + units, inputs),
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
def test_dense_weights(student: StudentNotebook, rng: np.random.Generator) -> None:
    """A dense layer has one weight for each input number and unit."""
    for shape, units in [*draw_shapes(rng), ((224, 224, 3), 1000)]:
        expected = math.prod(shape) * units
        count = counted(student, "dense_params", shape, units, bias=False)
        count.check(expected, dense_mistakes(shape, units), forgiven=[expected + units])


@question("dense_params")
def test_dense_bias(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The biases are counted: one per unit, and none with bias=False."""
    for shape, units in draw_shapes(rng):
        inputs = math.prod(shape)
        wrong = [
            Mistake("bias-not-counted", NO_BIAS + PER_UNIT, 0),
            Mistake("bias-per-weight", "A bias per weight? " + PER_UNIT, inputs * units),
            Mistake("bias-per-input", "A bias per input number? " + PER_UNIT, inputs),
            Mistake("one-bias", "One bias for the whole layer? " + PER_UNIT, 1),
        ]
        counted_biases(student, "dense_params", shape, units).check(units, wrong)


@question("dense_params")
def test_dense_large(student: StudentNotebook) -> None:
    """The count is an exact int, also for a very large layer."""
    for shape, units in [
        ((64, 64, 3), 10),
        ((4096, 4096, 3), 1000),
        ((70_001, 70_003, 3), 1_000_003),  # more than 32 bits before the units, 53 bits with them
    ]:
        inputs = math.prod(shape)
        weights = inputs * units
        count = counted(student, "dense_params", shape, units)
        hints = [
            Mistake("int32-overflow", OVERFLOW, *wrapped(inputs, units)),
            *dense_mistakes(shape, units),
            Mistake("rounded", ROUNDED, nearly(count.number, weights + units)),
        ]
        count.check(weights + units, hints, forgiven=[weights])
        count.check_is_int()


def wrapped(inputs: int, units: int) -> list[int]:
    """The counts of who multiplies in 32 bits, from the start or before the units."""
    weights = [in_32_bits(inputs * units), in_32_bits(inputs) * units]
    biased = [count + units for count in weights]
    return [*weights, *biased, in_32_bits(inputs * units + units)]


def in_32_bits(count: int) -> int:
    """What is left of a count in a signed 32-bit integer."""
    return (count + 2**31) % 2**32 - 2**31


def nearly(count: int | None, exact: int) -> int | None:
    """The count itself where floating-point rounding may explain its error."""
    return count if count is not None and abs(count - exact) <= 1e-6 * exact else None
