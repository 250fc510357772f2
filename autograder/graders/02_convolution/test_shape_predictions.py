"""Hidden checks of ``shape_predictions``: eight layers with numbers of each student's own."""

from collections.abc import Callable, Mapping
from types import ModuleType

from autograder import (
    Mistake,
    StudentNotebook,
    answer_sheet,
    as_array,
    cases,
    check_equal,
    question,
)

from ..shared.convolution import places
from ..shared.mistakes import for_case
from .formulas import FORMULAS, Side

Layer = Mapping[str, tuple[int, int]]  # pairs (height, width): see lesson.shape_instances
Pair = tuple[float, float]

SENTENCES = {
    "stride-ignored": "That is the result if the stride is left out of account.",
    "padding-ignored": "That is the result if the padding is left out of account.",
    "dilation-ignored": "That is the result if the dilation is left out of account.",
    "kernel-ignored": "That is the result if the kernel is left out of account.",
    "axes-swapped": "Height comes first, then width.",
    "size-off-by-one": "The last place at which the kernel fits counts too.",
    "size-rounded-up": "Pixels left over at the end are dropped: round down.",
    "padding-counted-once": "Padding is added at both ends of an axis.",
    "dilation-times-k": "A dilated kernel of 3 weights has two gaps, not three.",
    "same-rule": "Padding does not always keep the size: count the places.",
    "square-kernel": "The kernel is not square: its height counts for rows, its width for columns.",
    "one-stride": "The stride is not the same on both axes.",
    "one-padding": "The padding is not the same on both axes.",
}


def sides_of(layer: Layer, **changes: tuple[int, int]) -> list[Side]:
    """Both sides of the layer, height first, with some of its numbers changed."""
    numbers = {**layer, **changes}
    words = ("size", "kernel", "stride", "pad", "dilation")
    return [Side(*side) for side in zip(*(numbers[word] for word in words), strict=True)]


def shape_of(layer: Layer, **changes: tuple[int, int]) -> Pair:
    """Height and width of the result; source: the places, counted one by one."""
    height, width = sides_of(layer, **changes)
    return places(*height), places(*width)


def by(formula: Callable[[Side], float]) -> Callable[[Layer], Pair]:
    """What a wrong formula gives for both sides of a layer."""
    return lambda layer: tuple(map(formula, sides_of(layer)))  # type: ignore[return-value]


WRONG: Mapping[str, Callable[[Layer], Pair]] = {
    **{name: by(formula) for name, formula in FORMULAS.items()},
    "axes-swapped": lambda layer: shape_of(layer)[::-1],
    "square-kernel": lambda layer: shape_of(layer, kernel=(layer["kernel"][0],) * 2),
    "one-stride": lambda layer: shape_of(layer, stride=(layer["stride"][0],) * 2),
    "one-padding": lambda layer: shape_of(layer, pad=(max(layer["pad"]),) * 2),
}
MISTAKES = [Mistake(name, sentence, WRONG[name]) for name, sentence in SENTENCES.items()]


@question("shape_predictions")
@cases("name", {f"Layer {name}: height and width of the result.": name for name in "ABCDEFGH"})
def test_layer(student: StudentNotebook, lesson: ModuleType, name: str) -> None:
    layer = lesson.shape_instances(student.personal_id())[name]
    no_dict = "predict should be a dict from letters to pairs."
    sheet = answer_sheet(student, "predict", not_a_dict=no_dict)
    answer, right = sheet.require(name, f"{name} has no answer yet."), shape_of(layer)
    pair = as_array(answer)  # an array will do, and numbers like 3.0
    if pair is None or pair.shape != (2,) or tuple(pair) != right:
        given, hints = f"your prediction for layer {name}", for_case(MISTAKES, layer)
        check_equal(answer, right, given=given, hints=hints, reveal=False)
