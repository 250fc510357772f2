"""What max and average pooling leave of sharp edges: predicted rows, true sentences."""

from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from autograder import (
    Mistake,
    StudentNotebook,
    answer_sheet,
    answered,
    as_array,
    cases,
    check_equal,
    check_true,
    fail,
    numbers,
    question,
    show,
)

from .pooling import MODES
from .wording import for_case

DARK_LOST = (
    "Max pooling does not always keep edges: a window with a bright pixel gives the bright value, "
    "so it erases dark detail."
)
WIDENS = "A window that the step divides holds bright pixels: max pooling makes it bright."
HALF = "The border runs through both rows of a window: two of its four pixels lie on each side."
LINE_KEPT = "A bright line is the largest value of its window: max pooling keeps it."
FINE = "Each window holds two dark and two bright pixels."


def row_of(values: np.ndarray, rule: Any) -> list[float]:
    """A rule for the four pixels of each of the four windows in the first two rows."""
    return [float(rule(values[:2, left : left + 2])) for left in range(0, 8, 2)]


def weighted(window: np.ndarray, light: float) -> float:
    """A share of the brightest pixel, and the rest of the darkest one."""
    return float(light * window.max() + (1 - light) * window.min())


smallest, largest, average = (partial(row_of, rule=rule) for rule in (np.min, np.max, np.mean))

WRONG_ROWS = {  # functions of the map (4, 8)
    "max": [Mistake("is-average", "This is average pooling; max keeps the largest.", average)],
    "avg": [
        Mistake("is-max", "This is max pooling; an average lies in between.", largest),
        Mistake(
            "quarter",
            HALF,
            partial(row_of, rule=partial(weighted, light=0.25)),
            partial(row_of, rule=partial(weighted, light=0.75)),
        ),
        Mistake("is-min", "An average lies in between.", smallest),
    ],
}
NO_WINDOWS = [
    Mistake(
        "one-pixel",
        "This takes one pixel of each window; all four count.",
        lambda values: values[0, 0::2].tolist(),
        lambda values: values[0, 1::2].tolist(),
    ),
    Mistake(
        "board-stays",
        "A checkerboard does not stay one: every window holds two dark and two bright pixels.",
        lambda values: [values.min(), values.max()] * 2,
        lambda values: [values.max(), values.min()] * 2,
    ),
]


@question("edge_pooling", weight=0.4)
@cases(
    "case, keeps_dark",  # the second is what is said to a row of smallest values
    {
        "A step on the border of two windows.": ("aligned", WIDENS),
        "A step inside a window.": ("off_by_one", WIDENS),
        "A bright line, one pixel wide.": ("bright_line", LINE_KEPT),
        "A dark line, one pixel wide.": ("dark_line", DARK_LOST),
        "A checkerboard.": ("checkerboard", FINE),
    },
)
def test_both_rows(
    student: StudentNotebook, lesson: ModuleType, case: str, keeps_dark: str
) -> None:
    """The predicted rows of one map, after max and after average pooling."""
    values = lesson.edge_maps(student.personal_id())[case]
    right = {"max": largest(values), "avg": average(values)}
    wrong = {**WRONG_ROWS, "max": [Mistake("keeps-dark", keeps_dark, smallest), *WRONG_ROWS["max"]]}
    for mode in MODES:
        got = predicted_row(student, case, mode)
        given = f'predict["{case}"]["{mode}"]'
        hints = for_case([*wrong[mode], *NO_WINDOWS], values)
        check_equal(got, right[mode], given=given, hints=hints, reveal=False)


def predicted_row(student: StudentNotebook, case: str, mode: str) -> list[float]:
    """The four numbers that were written; the whole pooled map is as good."""
    name = f'predict["{case}"]["{mode}"]'
    says = f"{name} should hold four numbers."
    row = as_array(answer_sheet(student, "predict", not_a_dict=says).row(case, says).get(mode))
    if row is None:
        fail(says)
    rows = row.reshape(-1, 4) if row.size in (4, 8) else row.reshape(1, -1)
    if rows.shape[1] != 4 or not (rows == rows[0]).all():
        fail(f"{name} should hold the four numbers of one row, it holds {show(row.tolist())}.")
    return [float(value) for value in rows[0]]


TRUE_SENTENCES = {2, 4, 5, 7}
FALSE_SENTENCES = {
    1: DARK_LOST,
    3: "Pooling has no weights: 0 parameters. There is nothing in it that training could set.",
    6: "Pooling does not block gradients: each window's gradient is routed to its largest pixel.",
    8: "An average puts a value in between on a step inside a window: this is less sharp.",
}


def chosen_sentences(student: StudentNotebook) -> set[int]:
    """The numbers of the sentences that are called true."""
    chosen = set(numbers(student.value("true_sentences")))
    return answered(chosen, "true_sentences holds no number yet.")


@question("edge_pooling", weight=0.5)
def test_no_false_sentence(student: StudentNotebook) -> None:
    """No false sentence is among those that you call true."""
    got = chosen_sentences(student)
    wrong = sorted(got - TRUE_SENTENCES)
    if wrong:
        hint = FALSE_SENTENCES.get(wrong[0], "The sentences have the numbers 1 to 8.")
        fail(f"Sentence {wrong[0]} is not true.", hint=hint)
    check_true(len(got) >= 2, "No sentence that you chose is false, but there are more true ones.")


@question("edge_pooling", weight=0.5)
def test_every_true_sentence(student: StudentNotebook) -> None:
    """Every true sentence is among those that you call true."""
    got = chosen_sentences(student)
    check_true(len(got - TRUE_SENTENCES) <= 1, "More than one sentence that you chose is false.")
    hint = "Look at your figure again, map by map, and try each sentence on it."
    check_true(got >= TRUE_SENTENCES, "A true sentence is missing.", hint=hint)
