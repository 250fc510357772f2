"""best_epoch: the epoch with the lowest validation loss; which set of images is for what."""

import math

import numpy as np
import pytest

from autograder import Choice, Mistake, StudentNotebook, answer_sheet, check_equal, question

from ..shared.mistakes import for_case
from .runs import Run, overfit

EPOCH_MISTAKES: tuple[Mistake, ...] = (  # of a run: other epochs that are taken for the best one
    Mistake("counts-from-1", "Epochs count from 0 here.", lambda run: lowest(run["val_loss"]) + 1),
    Mistake(
        "lowest-training-loss",
        "The training loss is lowest where the network knows its training images by heart: "
        "look at the validation loss.",
        lambda run: lowest(run["train_loss"]),
    ),
    Mistake(
        "highest-accuracy",
        "The contract asks for the lowest validation loss, not for the highest accuracy.",
        lambda run: int(np.argmax(run["val_acc"])),
    ),
    Mistake(
        "value-not-index",
        "Return the index of the epoch, not its loss.",
        lambda run: min(run["val_loss"]),
    ),
    Mistake("highest-loss", "Low losses are good.", lambda run: int(np.argmax(run["val_loss"]))),
    Mistake("last-epoch", "This is the last epoch.", lambda run: len(run["val_loss"]) - 1),
)


def lowest(losses: list[float]) -> int:
    return int(np.argmin(losses))


@question("best_epoch", weight=2)
def test_best_epoch(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The best epoch is the one with the lowest validation loss."""
    small: Run = {
        "train_loss": [4, 3, 2, 1],
        "val_loss": [5, 3, 6, 4],
        "val_acc": [0.1, 0.2, 0.3, 0.4],
    }
    for run in (small, overfit(rng), overfit(rng)):
        expected = lowest(run["val_loss"])
        given, hints = f"{len(run['val_loss'])} epochs", for_case(EPOCH_MISTAKES, run)
        check_equal(student.best_epoch(run), expected, given=given, hints=hints)


@question("best_epoch", weight=1)
def test_best_epoch_of_equals(student: StudentNotebook) -> None:
    """Of several epochs with the lowest validation loss it is the first."""
    run = {"train_loss": [3, 2, 1, 0.5], "val_loss": [2, 1, 3, 1], "val_acc": [0.1, 0.3, 0.2, 0.4]}
    hints = [Mistake("last-of-equals", "Of equal epochs the first is asked for.", 3)]
    given = "validation losses 2, 1, 3, 1"
    check_equal(student.best_epoch(run), 1, given=given, hints=hints)


@question("best_epoch", weight=1)
def test_best_epoch_is_never_nan(student: StudentNotebook) -> None:
    """An epoch whose validation loss is NaN is never the best."""
    nan = math.nan
    for val, expected in (([3.0, 2.0, nan, nan], 1), ([nan, 3.0, 2.0, 4.0], 2)):
        run = {"train_loss": [4.0, 3.0, 2.0, 1.0], "val_loss": val, "val_acc": [0.1] * 4}
        hint = "Comparisons with NaN are never true, and np.argmin takes NaN for the lowest."
        others = [where for where in range(4) if where != expected]
        given = f"validation losses {', '.join(f'{loss:g}' for loss in val)}"
        hints = [Mistake("nan-is-best", hint, *others)]
        check_equal(student.best_epoch(run), expected, given=given, hints=hints)


SET_FORMS = {"val": "validation", "train": "training", "test": "test"}
SETS = {
    "choose the epoch": Choice(
        "validation",
        {
            "test": "A choice that looks at the test set spoils it: the best of many measurements "
            "on it is too high. Keep it for one measurement at the very end.",
            "training": "On the training set the last epoch nearly always looks best, above all "
            "when the network overfits.",
        },
        "set",
        forms=SET_FORMS,
    ),
    "report the result": Choice(
        "test",
        {
            "validation": "You chose the epoch because it looked best there, partly by luck: the "
            "number is too high. Report on images that took part in no choice.",
            "training": "The network has seen these images: that says nothing about new ones.",
        },
        "set",
        forms=SET_FORMS,
    ),
}


@question("best_epoch", weight=4)
@pytest.mark.parametrize("task", SETS)
def test_data_for(student: StudentNotebook, task: str) -> None:
    """Each set of images is used for what it is kept for."""
    SETS[task].check(answer_sheet(student, "data_for").get(task), task)
