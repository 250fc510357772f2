"""What ``run`` does without data of ours: 300 of the notebook's digits to train on, 300 others."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from autograder import StudentNotebook, as_array, check_close, check_true, probe, works

from .histories import series_of
from .watched_images import Row, rows_of
from .watched_runs import run_on_own_digits, within_budget

HALF = 300


@probe
def own_splits(student: Any) -> list[Any]:
    """Images and labels of three splits of the notebook's digits, two with the same seed."""
    x, y = student.canvas_images, student.canvas_labels
    return [student.make_data(x, y, 300, seed)[:2] for seed in (1, 1, 2)]


class Digits:
    """The notebook's 600 digits, recognised in whatever mean and scale they come."""

    def __init__(self, lesson: ModuleType) -> None:
        raw, self.labels = map(np.asarray, map(as_array, lesson.digits_on_canvas()))
        rolled = [np.roll(raw, move, axis=-1) for move in range(raw.shape[-1])]
        self._known = _standard(np.concatenate(rolled))

    def recognise(self, images: np.ndarray | None) -> tuple[list[int], list[int]]:
        """The number of each digit (-1: none of them), and by how much it is rolled."""
        if images is None or not images.size or images[0].size != self._known.shape[1]:
            return [], []
        match = _standard(images) @ self._known.T
        best, count = match.argmax(axis=1), len(self.labels)
        numbers = np.where(match.max(axis=1) > 0.999, best % count, -1)
        return numbers.tolist(), (best // count).tolist()

    def recognise_rows(self, rows: list[Row]) -> tuple[list[int], list[int]]:
        return self.recognise(np.array([row.pixels for row in rows]))

    def split(self, parts: Any) -> list[set[int]] | None:
        """The digits of both parts, or None where it is no split, or a label is wrong."""
        if not (isinstance(parts, (list, tuple)) and len(parts) == 2):
            return None
        found = [self._part(as_array(images), as_array(labels)) for images, labels in parts]
        return found if len(set().union(*found)) == len(self.labels) else None

    def _part(self, images: np.ndarray | None, labels: np.ndarray | None) -> set[int]:
        """The digits of a part; none where it has not 300 of them, all with their labels."""
        numbers = self.recognise(images)[0]
        known = -1 not in numbers and len(numbers) == HALF
        if not known or labels is None or labels.shape != (HALF,):
            return set()
        return set() if (labels != self.labels[numbers]).any() else set(numbers)


def _standard(images: np.ndarray) -> np.ndarray:
    """Each image (C, H, W) as a row with mean 0 and length 1."""
    rows = images.reshape(len(images), -1).astype(np.float32)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))


def check_own_digits(
    student: StudentNotebook, lesson: ModuleType, check_run: Callable[[], None]
) -> None:
    """Both arms train on the same 300 digits and are measured on the others; seeds differ.

    Of interest only where make_data splits as it should, and where run does as it should with
    data of ours (``check_run``): what is wrong there has lost its points in another check.
    """
    digits = Digits(lesson)
    splits: list[list[set[int]] | None] = []

    def parts() -> None:
        splits.extend(digits.split(parts) for parts in student.run(own_splits))
        check_run()

    fair = works(parts) and None not in splits and splits[0] == splits[1] != splits[2]
    if fair:
        _check_arms(student, digits)


def _check_arms(student: StudentNotebook, digits: Digits) -> None:
    plain, augmented, other = (
        _digits_of_run(student, digits, augment, seed)
        for augment, seed in ((False, 1), (True, 1), (False, 2))
    )
    for number, does in enumerate(("train on", "are measured on")):
        check_true(
            plain[number] == augmented[number],
            f"run(False, seed=1) and run(True, seed=1) {does} different images.",
            hint="Split with make_data and the seed of the run.",
            mistake="other-split",
        )
    check_true(
        plain[0] != other[0],
        "run(False, seed=1) and run(False, seed=2) train on the same digits.",
        hint="Split with make_data and the seed of the run: the gain shall not hang on one split.",
        mistake="one-split",
    )


def _digits_of_run(
    student: StudentNotebook, digits: Digits, augment: bool, seed: int
) -> tuple[set[int], set[int]]:
    """The digits that a run trains on and the others that it measures; they must be 300 each."""
    call = f"run({augment}, seed={seed}, epochs=1) without data"
    seen = within_budget(student, run_on_own_digits, augment, seed)
    trained, measured = rows_of(seen["passes"])
    learnt = set(digits.recognise_rows(trained)[0])
    check_true(
        len(learnt) == HALF and -1 not in learnt,
        f"{call} trains on {len(learnt - {-1})} different digits, expected {HALF}.",
        hint="Train the network that make_model returns on the training part of "
        "make_data(canvas_images, canvas_labels, 300, seed).",
        mistake="other-digits",
    )
    answers = _answers(digits, measured, learnt, call)
    right = np.mean([logits.argmax() == digits.labels[n] for n, logits in answers.items()])
    check_close(
        series_of(seen["history"], "val_acc")[-1],
        float(right),
        rtol=1e-3,
        given=f"{call}, from the network's answers to the validation digits",
        what="val_acc",
    )
    return learnt, set(answers)


def _answers(
    digits: Digits, measured: list[Row], learnt: set[int], call: str
) -> dict[int, np.ndarray]:
    """What the network said last about each digit that it was not trained on."""
    numbers, moves = digits.recognise_rows(measured)
    answers, moved = {}, {}
    for row, number, move in zip(measured, numbers, moves, strict=bool(numbers)):
        if number not in learnt:
            answers[number], moved[number] = row.logits, move != 0
    changed = sum(moved.values())
    check_true(
        len(answers) == HALF and -1 not in answers and not changed,
        f"{call} measures {len(answers) - changed} of {HALF} validation digits as they are.",
        hint="Evaluate on all validation images, untouched.",
        mistake="other-digits",
    )
    return answers
