"""Hidden checks of ``stack_vs_single``: a stack of small layers against one large layer."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import numpy as np

from autograder import Choice, Mistake, StudentNotebook, numbers, question, read_sheet

from .counts import counted
from .layers import conv_weights, draw_channels

FIRST_LAYER = (
    "27·C² < 49·C² needs equal channels everywhere; the first layer of a network breaks it, "
    "because there c_in differs from c."
)
ONLY_FIRST = "Only the first layer takes c_in channels; every further layer takes c."
SIZES = "The size of the kernel and the number of layers are arguments: read both."
DEPTH = "depth counts all layers, the first one included."
NO_BIASES = "Here only weights are compared: leave the biases out."
READ_K = "The kernel's size is an argument: read k."

ALWAYS = (
    "The three small layers are not cheaper here. " + FIRST_LAYER + " Count the three "
    "layers one by one: the second and the third work with c channels on both sides."
)
NEVER = (
    "Count again: c_in·c weights at 49 places of the large kernel, against 9 places in each "
    "of three layers, of which only the first takes c_in channels."
)

FORMS = {"stack": "stack", "single": "single"}
SINGLE = Choice("single", {"stack": ALWAYS}, forms=FORMS)
STACK = Choice("stack", {"single": NEVER}, forms=FORMS)


def stack_weights(c_in: int, c: int, k: int, depth: int) -> int:
    """The weights of the layers, one after the other, as PyTorch makes them."""
    inputs = [c_in] + [c] * (depth - 1)
    return sum(conv_weights(channels, c, k) for channels in inputs)


def stack_mistakes(c_in: int, c: int, k: int, depth: int) -> list[Mistake]:
    exact = stack_weights(c_in, c, k, depth)
    return [
        Mistake("c-in-ignored", FIRST_LAYER, depth * k * k * c * c),
        Mistake("c-in-everywhere", ONLY_FIRST, depth * k * k * c_in * c),
        Mistake("one-layer-only", SIZES, k * k * c_in * c),
        Mistake("depth-ignored", SIZES, stack_weights(c_in, c, k, 3)),
        Mistake("kernel-ignored", SIZES, stack_weights(c_in, c, 3, depth)),
        Mistake("three-3x3-layers", SIZES, stack_weights(c_in, c, 3, 3)),
        Mistake("counts-biases", NO_BIASES, exact + depth * c),
        Mistake("one-layer-too-many", DEPTH, exact + k * k * c * c),
    ]


@question("stack_vs_single", weight=2)
def test_stack_of_equal_layers(student: StudentNotebook, rng: np.random.Generator) -> None:
    """A stack of layers with the same channels in and out has depth times one layer's weights."""
    for k, depth in ((3, 1), (1, 4), (3, 4), (5, 2)):
        c = int(rng.integers(2, 12))
        count = counted(student, "stack_params", c, c, k, depth)
        count.check(stack_weights(c, c, k, depth), stack_mistakes(c, c, k, depth))


@question("stack_vs_single", weight=2)
def test_stack_after_other_channels(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The first layer of a stack takes c_in channels, the others take c."""
    cases = [(*draw_channels(rng), k, depth) for k, depth in ((3, 1), (2, 2), (5, 4))]
    for c_in, c, k, depth in [*cases, (3, 64, 3, 3)]:
        expected = stack_weights(c_in, c, k, depth)
        count = counted(student, "stack_params", c_in, c, k, depth)
        count.check(expected, stack_mistakes(c_in, c, k, depth), forgiven=[expected + depth * c])


@question("stack_vs_single", weight=2)
def test_single_layer(student: StudentNotebook, rng: np.random.Generator) -> None:
    """One layer has k·k weights for each pair of channels, and both counts are ints."""
    for k in (1, 4, 7):
        c_in, c = draw_channels(rng)
        exact = conv_weights(c_in, c, k)
        wrong = [
            Mistake("c-in-ignored", FIRST_LAYER, k * k * c * c),
            Mistake("counts-biases", NO_BIASES, exact + c),
            Mistake("kernel-ignored", READ_K, 49 * c_in * c),
        ]
        count = counted(student, "single_params", c_in, c, k)
        count.check(exact, wrong)
        count.check_is_int()
    counted(student, "stack_params", 2, 2, 3, 2).check_is_int()


def check_claims(claim: Any, pairs: Iterable[tuple[int, int]]) -> None:
    """Each pair must name the cheaper of three 3×3 layers and one 7×7 layer.

    Keys of pairs may be written as (3, 64), "3->64", …
    """
    sheet = read_sheet(claim, "claim", key=numbers)
    for c_in, c in pairs:
        cheaper = STACK if stack_weights(c_in, c, 3, 3) < conv_weights(c_in, c, 7) else SINGLE
        cheaper.check(sheet.get((c_in, c)), f"claim[{c_in}, {c}]")


@question("stack_vs_single", weight=3)
def test_claims_for_everybody(student: StudentNotebook) -> None:
    """Your claims are right for 64→64, 3→64 and 1→64 channels."""
    check_claims(student.value("claim"), [(64, 64), (3, 64), (1, 64)])


@question("stack_vs_single", weight=3)
def test_claims_of_your_own(student: StudentNotebook, lesson: ModuleType) -> None:
    """Your claims are right for the three pairs of your own."""
    check_claims(student.value("claim"), lesson.claim_pairs(student.personal_id())[3:])
