"""What ``run`` does without data of ours: 300 of the notebook's digits to train on, 300 others."""

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from autograder import StudentNotebook, as_array, check_close, check_true, works

from .changed_images import tensor
from .histories import series_of
from .once import once
from .watched_images import Row, drawn_term, rows_of
from .watched_runs import run_on_own_digits, within_budget

HALF = 300


class Digits:
    """The notebook's 600 digits, recognised in whatever mean and scale they come."""

    def __init__(self, lesson: ModuleType) -> None:
        self.raw, self.labels = map(np.asarray, map(as_array, lesson.digits_on_canvas()))
        rolled = [np.roll(self.raw, move, axis=-1) for move in range(self.raw.shape[-1])]
        self._known = _standard(np.concatenate(rolled))
        self.still = self._known[: len(self.raw)]  # none of them rolled

    def recognise(
        self, images: np.ndarray | None, among: np.ndarray | None = None
    ) -> tuple[list[int], list[int]]:
        """The number of each digit (-1: none of them), and by how much it is rolled."""
        if images is None or not images.size or images[0].size != self._known.shape[1]:
            return [], []
        match = _standard(images) @ (self._known if among is None else among).T
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
        numbers = self.recognise(images, self.still)[0]
        known = -1 not in numbers and len(numbers) == HALF
        if not known or labels is None or labels.shape != (HALF,):
            return set()
        return set() if (labels != self.labels[numbers]).any() else set(numbers)


@cache
def digits_of(lesson: ModuleType) -> Digits:
    """The digits of the notebook: the same for everybody."""
    return Digits(lesson)


def _standard(images: np.ndarray) -> np.ndarray:
    """Each image (C, H, W) as a row with mean 0 and length 1."""
    rows = images.reshape(len(images), -1).astype(np.float32)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))


def check_own_split(student: StudentNotebook, lesson: ModuleType) -> None:
    """make_data splits the notebook's digits in two halves, all with their labels."""
    _own_split(student, lesson, 1)


def check_own_seeds(student: StudentNotebook, lesson: ModuleType) -> None:
    """The same seed gives the same split of the notebook's digits, another seed another one."""
    first, again, other = (_own_split(student, lesson, *call) for call in ((1,), (1, 2), (2,)))
    check_true(
        first == again != other,
        "make_data splits the 600 digits of this notebook differently with the same seed, or "
        "alike with two seeds.",
    )


def _own_split(
    student: StudentNotebook, lesson: ModuleType, seed: int, time: int = 1
) -> list[set[int]]:
    """The digits of both parts."""
    got = _own_data(student, lesson, seed, time)
    parts = digits_of(lesson).split(got[:2]) if isinstance(got, (list, tuple)) else None
    check_true(
        parts,
        f"make_data(canvas_images, canvas_labels, {HALF}, {seed}) does not give each of the 600 "
        "digits to one part, with its label.",
    )
    assert parts is not None
    return parts


def _own_data(student: StudentNotebook, lesson: ModuleType, seed: int, time: int = 1) -> Any:
    """What make_data makes of the digits. Asked once: it counts for whichever check looks."""
    digits = digits_of(lesson)
    arguments = tensor(digits.raw), tensor(digits.labels), HALF, seed
    return once(student, ("own data", seed, time), student.make_data, *arguments)


def own_validation(
    student: StudentNotebook, lesson: ModuleType, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The validation images and labels of a run with this seed.

    They are what make_data says where it has lost its points for its split.
    """
    if works(check_own_split, student, lesson):
        _own_split(student, lesson, seed)
    _, (images, labels), _ = _own_data(student, lesson, seed)
    return np.asarray(as_array(images)), np.asarray(as_array(labels))


def check_own_digits(
    student: StudentNotebook, lesson: ModuleType, rng: np.random.Generator
) -> None:
    """Both arms train on the same 300 digits and are measured on the others; seeds differ.

    Of interest only where make_data splits the digits: what is wrong there has lost its points.
    """
    if works(check_own_seeds, student, lesson):
        _check_arms(student, digits_of(lesson), rng)


def _check_arms(student: StudentNotebook, digits: Digits, rng: np.random.Generator) -> None:
    plain, augmented, other = (
        _digits_of_run(student, digits, rng, augment, seed)
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
    student: StudentNotebook, digits: Digits, rng: np.random.Generator, augment: bool, seed: int
) -> tuple[set[int], set[int]]:
    """The digits that a run trains on and the others that it measures; they must be 300 each."""
    call = f"run({augment}, seed={seed}, epochs=1) without data"
    term = drawn_term(rng, digits.raw[0].size)
    seen = within_budget(student, run_on_own_digits, augment, seed, tensor(term))
    trained, measured = rows_of(seen["passes"], term)
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
