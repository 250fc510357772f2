"""diagnose: one label for a run, from its loss curves."""

import math

import numpy as np

from autograder import StudentNotebook, question

from .runs import (
    BELOW,
    LABEL_SENTENCES,
    broken,
    check_label,
    exploding,
    healthy,
    healthy_with_dropout,
    overfit,
    underfit,
)

NOT_FINITE = dict.fromkeys(
    LABEL_SENTENCES,
    "Look first for NaN and infinity, in both losses (np.isfinite): comparisons with NaN are "
    "never true. And compare the end of the training loss with its first value.",
)
OTHER_UNITS = dict.fromkeys(
    LABEL_SENTENCES, "Compare each curve with its own first value, not with a fixed number."
)


def check_healthy(student: StudentNotebook, rng: np.random.Generator) -> None:
    for floor in (0.15, 0.36):
        run = healthy(rng, floor=floor)
        check_label(student.diagnose(run), "healthy", "both losses fall and stay low")


@question("diagnose", weight=1)
def test_diagnose_diverged(student: StudentNotebook, rng: np.random.Generator) -> None:
    """A loss that explodes, or that is not a finite number, has diverged."""
    both = ("train_loss", "val_loss")
    runs = [
        ("the training loss becomes NaN", broken(rng, both, math.nan)),
        ("the training loss ends at 40 times its first value", exploding(rng, 40)),
        ("the training loss ends at 6 times its first value", exploding(rng, 6)),
        ("the training loss becomes infinite", broken(rng, both, math.inf)),
        ("the validation loss becomes NaN", broken(rng, ["val_loss"], math.nan)),
        ("the validation loss becomes infinite", broken(rng, ["val_loss"], math.inf)),
        ("the training loss is NaN at one epoch", broken(rng, ["train_loss"], math.nan, 1)),
    ]
    for given, run in runs:
        check_label(student.diagnose(run), "diverged", given, NOT_FINITE)
    check_healthy(student, rng)


@question("diagnose", weight=2)
def test_diagnose_overfit(student: StudentNotebook, rng: np.random.Generator) -> None:
    """A validation loss that turns and rises shows overfitting, even if accuracy stays flat."""
    given = "the training loss falls, the validation loss turns and rises"
    for _ in range(4):
        check_label(student.diagnose(overfit(rng)), "overfit", given)
    label = student.diagnose(overfit(rng, rise=1.5))
    check_label(label, "overfit", f"{given} to 1.5 times its lowest value")
    label = student.diagnose(overfit(rng, end=1.2))
    check_label(label, "overfit", f"{given} above its first value")
    check_healthy(student, rng)


@question("diagnose", weight=1)
def test_diagnose_underfit(student: StudentNotebook, rng: np.random.Generator) -> None:
    """A training loss that hardly moves shows underfitting."""
    for end in (0.99, 0.92, 0.84):
        given = f"both losses hardly move, the training loss ends at {end:.0%} of its first value"
        check_label(student.diagnose(underfit(rng, end=end)), "underfit", given)
    check_healthy(student, rng)


@question("diagnose", weight=1)
def test_diagnose_validation_below_training(
    student: StudentNotebook, rng: np.random.Generator
) -> None:
    """A validation loss below the training loss is healthy if both fall and stay low."""
    given = "both losses fall and stay low, the validation loss below the training loss"
    for _ in range(3):
        check_label(student.diagnose(healthy_with_dropout(rng)), "healthy", given, BELOW)
    check_label(student.diagnose(underfit(rng)), "underfit", "both losses hardly move")


@question("diagnose", weight=1)
def test_diagnose_in_other_units(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The label does not depend on the unit of the loss."""
    for scale in (0.02, 200.0):
        given = f"first loss about {2 * scale:g}"
        label = student.diagnose(healthy(rng, scale))
        check_label(label, "healthy", f"both fall and stay low, {given}", OTHER_UNITS)
        label = student.diagnose(underfit(rng, scale))
        check_label(label, "underfit", f"both hardly move, {given}", OTHER_UNITS)
        label = student.diagnose(overfit(rng, scale=scale))
        check_label(label, "overfit", f"the validation loss turns, {given}")
