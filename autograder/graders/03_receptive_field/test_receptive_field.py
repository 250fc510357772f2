"""receptive_field: the width, the jump and the start of a field, by the formula."""

from functools import partial
from types import ModuleType
from typing import Any

import pytest
from numpy.random import Generator

from autograder import (
    Mistake,
    StudentNotebook,
    Untouched,
    cases,
    check_close,
    check_equal,
    check_raises,
    check_true,
    check_untouched,
    fail,
    neat,
    question,
    show,
)

from .fields import jump_of, spell_out, start_of, width_of
from .mistakes import JUMPS, STARTS, WIDTHS, mistakes_for

Nets = list[list[Any]]


def ask(
    student: StudentNotebook, lesson: ModuleType, layers: list[Any]
) -> tuple[Any, Any, float, str]:
    """The student's rf, jump and start, and the call as text."""
    call = f"receptive_field({layers!r})"
    value = student.receptive_field(layers)
    try:
        rf, jump, start = lesson.as_triple(value)
    except ValueError as error:
        fail(f"{call} returns {show(value)}: {error}, in this order.")
    return neat(rf), neat(jump), start, call


def check_width(student: StudentNotebook, lesson: ModuleType, layers: list[Any]) -> None:
    """Compare the width of one net with the pixels that are reached."""
    rf, jump, _, call = ask(student, lesson, layers)
    full = spell_out(layers)
    expected = width_of(full)
    swapped = "The width comes first, then the jump, then the start: (rf, jump, start)."
    order = Mistake("order-of-results", swapped, jump_of(full) if jump == expected else None)
    hints = [order, *mistakes_for(WIDTHS, full)]
    check_equal(rf, expected, given=f"{call}: rf", hints=hints)


def draw_layers(rng: Generator, length: int) -> list[Any]:
    """Convolutions with every option, all of them tuples or all of them dicts."""
    drawn = [
        tuple(int(n) for n in (rng.integers(1, 6), *rng.integers((1, 0, 1), (4, 3, 4))))
        for _ in range(length)
    ]
    if rng.random() < 0.5:
        return drawn
    return [{"kind": "conv", **dict(zip("kspd", layer, strict=True))} for layer in drawn]


POOL = {"kind": "pool", "k": 2, "s": 2}

STACKS: dict[str, Nets] = {
    "The width of stacks with stride 1.": [
        [],
        [(3,), (3,)],
        [(3,), (1,)],
        [(2,), (4,)],
        [{"k": 1}, {"k": 3}, {"kind": "relu", "k": 1}, {"k": 5}],
        [(3,), (3,), (3,)],
        [(5,), (2,), (7,), (1,), (3,)],
        [(3, 1, 1), (3, 1, 1)],
    ],
    "The width of stacks with strides.": [
        [(5, 2), (3, 1)],
        [(3, 2), (3, 1)],
        [{"k": 3}, {"k": 4, "s": 3}],
        [(3, 2), (5, 3), (3,)],
        [{"k": 1, "s": 4}, {"k": 3}],
        [(2, 3), (3, 2), (2, 2), (3, 1)],
    ],
}
SPECIAL_STACKS: dict[str, Nets] = {
    "The width of stacks with pooling.": [
        [{"k": 5}, POOL, {"k": 3}],
        [{"kind": "pool", "k": 3}, {"k": 3}],  # without s, pooling has the default 1 like all
        [{"kind": "conv", "k": 3}, POOL, {"kind": "conv", "k": 3}],
        [{"k": 3}, {"kind": "pool", "k": 3, "s": 2}, {"k": 3}, POOL, {"k": 3}],
    ],
    "The width of stacks with dilation.": [
        [(3, 1, 0, 2)],
        [{"k": 2, "d": 3}],
        [(5, 1, 0, 3)],
        [(3,), (3, 1, 0, 2), (3, 1, 0, 4)],
    ],
}


@question("receptive_field", weight=1)
@cases("nets", STACKS)
def test_stacks(student: StudentNotebook, lesson: ModuleType, nets: Nets) -> None:
    """The width of plain stacks; the title of each check is its case's."""
    for layers in nets:
        check_width(student, lesson, layers)


@question("receptive_field", weight=0.75)
@cases("nets", SPECIAL_STACKS)
def test_special_stacks(student: StudentNotebook, lesson: ModuleType, nets: Nets) -> None:
    """The width of stacks with layers that are special."""
    for layers in nets:
        check_width(student, lesson, layers)


@question("receptive_field", weight=0.5)
def test_random_nets(student: StudentNotebook, lesson: ModuleType, rng: Generator) -> None:
    """The width of nets that mix strides, padding and dilation."""
    check_width(student, lesson, [(5, 3, 1), (4, 1, 0, 2)])
    for length in (1, 2, 2, 3, 3, 3, 4, 4):
        check_width(student, lesson, draw_layers(rng, length))


JUMPING: Nets = [[(3, 2)], [], [(3, 2), (2, 3)], [{"k": 3}, POOL] * 2, [(3, 2, 1, 2), (3,)]]


@question("receptive_field", weight=0.5)
def test_jump(student: StudentNotebook, lesson: ModuleType, rng: Generator) -> None:
    """The jump: how far apart neighbouring units look."""
    for layers in [*JUMPING, draw_layers(rng, 3), draw_layers(rng, 4)]:
        _, jump, _, call = ask(student, lesson, layers)
        full = spell_out(layers)
        hints = mistakes_for(JUMPS, full)
        check_equal(jump, jump_of(full), given=f"{call}: jump", hints=hints)


STARTING: Nets = [
    [(3, 1, 1)],
    [(5,)],
    [(2, 2)],
    [(3, 1, 2)],
    [(5, 1, 1, 2)],
    [(3, 2), (3,)],
    [(3, 2, 1), (3, 1, 2)],
    [(3, 1, 1), (2, 2), (3, 1, 1)],
    [(3, 2), (3, 3), (3, 1, 1)],
    [{"k": 3, "p": 1}],
    [{"kind": "conv", "k": 5, "d": 2}, {"k": 2, "s": 2}],
]


@question("receptive_field", weight=1)
def test_start(student: StudentNotebook, lesson: ModuleType, rng: Generator) -> None:
    """The start: the centre of the first unit's field."""
    _, _, empty, call = ask(student, lesson, [])
    message = f"{call}: start is {show(empty)}. The centre of pixel 0 is 0.0 (or 0.5, if you"
    check_true(empty in (0.0, 0.5), f"{message} count so everywhere).")
    for layers in [*STARTING, draw_layers(rng, 2), draw_layers(rng, 3), draw_layers(rng, 4)]:
        _, _, start, call = ask(student, lesson, layers)
        full = spell_out(layers)
        hints = mistakes_for(STARTS, full, empty)
        check_close(start, start_of(full) + empty, given=call, what="start", hints=hints)


LEFT_ALONE = Untouched(
    "the list of layers after the call: got {after}, expected {before}.",
    "The caller still needs the layers: fill in defaults in a copy (layer.get, not "
    "layer.setdefault), and do not take layers out of the list.",
    "layers-changed",
    shared="",
)


@question("receptive_field", weight=0.25)
def test_layers_are_left_alone(student: StudentNotebook, lesson: ModuleType) -> None:
    """The list and its layers stay as they were."""
    layers = [{"k": 3}, {"kind": "conv", "k": 5}]
    check_width(student, lesson, layers)
    trace = student.trace("receptive_field", layers)
    check_untouched(trace, "", {"layers": layers}, LEFT_ALONE)


IMPOSSIBLE: list[Any] = [
    {"k": 0},
    {"k": 3, "s": 0},
    {"k": 3, "p": -1},
    {"k": 3, "d": 0},
    (3, -1),
    (-2,),
    (3, 1, 0, -1),
]


@question("receptive_field", weight=0.25)
@pytest.mark.parametrize("layer", IMPOSSIBLE, ids=str)
def test_impossible_layers(student: StudentNotebook, lesson: ModuleType, layer: Any) -> None:
    """Layers that cannot exist are refused with ValueError."""
    check_width(student, lesson, [(3,)])
    first: Any = {"k": 3} if isinstance(layer, dict) else (3,)
    for layers in ([layer], [first, layer], [layer, first]):
        call = f"receptive_field({layers})"
        check_raises(partial(student.receptive_field, layers), given=call)
