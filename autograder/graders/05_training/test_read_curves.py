"""read_curves: labels for four personal runs, where overfitting begins, what helps against it."""

from types import ModuleType

import numpy as np

from autograder import (
    StudentNotebook,
    answer_sheet,
    answered,
    check_true,
    fail,
    letters_in,
    number,
    question,
    show,
    works,
)

from .runs import BELOW, LABEL_SENTENCES, Run, check_label


def kind(run: Run) -> str:
    """The label of a generated run, from its curves."""
    train, val = np.array(run["train_loss"]), np.array(run["val_loss"])
    if not np.isfinite([train, val]).all():
        return "diverged"
    if train[-1] > 0.6 * train[0]:
        return "underfit"
    return "overfit" if val[-1] > 1.2 * val.min() else "healthy"


def check_curve(run: Run, got: object, given: str) -> None:
    """The label of one run; of one whose validation loss lies below, one sentence says it all."""
    below = run["val_loss"][0] < 0.8 * run["train_loss"][0]
    check_label(got, kind(run), given, BELOW if below else LABEL_SENTENCES)


def check_labels(student: StudentNotebook, lesson: ModuleType, needed: int) -> None:
    """At least ``needed`` labels are right; else the first wrong one decides the message."""
    runs = lesson.curve_instances(student.personal_id())
    sheet = answer_sheet(student, "curve_labels")
    cases = [(run, sheet.get(name), f"run {name}") for name, run in runs.items()]
    if sum(works(check_curve, *case) for case in cases) < needed:
        for case in cases:
            check_curve(*case)


@question("read_curves", weight=2)
def test_three_labels(student: StudentNotebook, lesson: ModuleType) -> None:
    """At least three of the four runs have the right label."""
    check_labels(student, lesson, 3)


@question("read_curves", weight=1)
def test_four_labels(student: StudentNotebook, lesson: ModuleType) -> None:
    """All four runs have the right label."""
    check_labels(student, lesson, 4)


@question("read_curves", weight=1)
def test_onset(student: StudentNotebook, lesson: ModuleType) -> None:
    """For each run that overfits, the epoch at which it begins is right, up to 2 epochs."""
    runs = lesson.curve_instances(student.personal_id())
    sheet = answer_sheet(student, "curve_onset")
    for name, run in runs.items():
        if kind(run) == "overfit":
            check_onset(run, sheet.get(name), name)


def check_onset(run: Run, got: object, name: str) -> None:
    epoch = number(got)
    if epoch is None:
        fail(f"run {name}: no epoch is given.")
    check_true(
        abs(epoch - int(np.argmin(run["val_loss"]))) <= 2,
        f"run {name}: overfitting does not begin at epoch {show(got)}.",
        hint="It begins where the validation loss is lowest: up to there the network still "
        "gets better on new images.",
    )


# ------------------------------------------------------------------ fixes

HELPFUL = {
    "add dropout",
    "add weight decay",
    "augment the training images",
    "collect more training images",
    "keep the weights of the epoch with the lowest validation loss",
}
USELESS = {
    "keep the weights of the epoch with the lowest training loss": "The training loss is lowest "
    "at the end, where the network overfits most.",
    "train a network with more layers and more channels": "A larger network learns its training "
    "images by heart even more easily.",
    "train for twice as many epochs": "Longer training lets the network learn its training "
    "images by heart even more.",
    "train on half of the training images": "Fewer images are even easier to learn by heart.",
}


@question("read_curves", weight=2)
def test_fixes(student: StudentNotebook, lesson: ModuleType) -> None:
    """The measures that help against overfitting are chosen, and no other ones."""
    options: dict[str, str] = lesson.fix_options(student.personal_id())
    assert set(options.values()) == HELPFUL | set(USELESS), "lesson.fix_options has changed"
    chosen = set(answered(letters_in(student, "fixes", options), "No measure is chosen yet."))
    unknown = sorted(chosen - set(options))
    check_true(not unknown, f"There is no measure {unknown[:1]}.")
    for letter in sorted(chosen):
        check_helps(letter, options[letter])
    missing = HELPFUL - {options[letter] for letter in chosen}
    check_true(not missing, "A measure that would help is not chosen.")


def check_helps(letter: str, measure: str) -> None:
    if measure in USELESS:
        fail(f"{letter} ({measure}) does not help.", hint=USELESS[measure], mistake="wrong-cure")
