"""six_nine: what a turned 6 is for a reader of digits, and for its label."""

import itertools
from typing import Any

import numpy as np
import torch

from autograder import (
    Choice,
    Mistake,
    StudentNotebook,
    answer_sheet,
    as_array,
    check_close,
    check_raises,
    check_true,
    check_untouched,
    probe,
    question,
)

from .changed_images import KEPT, tensor

MIRRORED = (
    "Look at the tail: a 6 that is flipped once is a mirrored 9, and that is not what a 9 looks "
    "like to the reader. Run the cell below the check."
)
TURNED = "Turn the page by 180 degrees and read the 6 again."
SHARES = ("few", "some", "most")
NINES = {  # 91 %, 0 % and 12 % of the 6s are read as a 9
    "rot180": Choice("most", dict.fromkeys(SHARES, TURNED), "prediction"),
    "hflip": Choice("few", dict.fromkeys(SHARES, MIRRORED), "prediction"),
    "vflip": Choice("few", dict.fromkeys(SHARES, MIRRORED), "prediction"),
}


@question("six_nine")
def test_predictions(student: StudentNotebook) -> None:
    """The predictions agree with the experiment."""
    template = "predict_nine should be a dict as in the template."
    predicted = answer_sheet(student, "predict_nine", not_a_dict=template)
    for transform, choice in NINES.items():
        choice.check(predicted.get(transform), f"predict_nine[{transform!r}]")


@probe
def rate_by_corner(student: Any, x: torch.Tensor, transform: str, target: int) -> Any:
    """flip_rate with a reader that takes the top left pixel for the label."""
    return student.flip_rate(lambda images: images[:, 0, 0, 0].long(), x, transform, target)


@question("six_nine")
def test_flip_rate(student: StudentNotebook, rng: np.random.Generator) -> None:
    """flip_rate turns the images and counts what the reader says."""
    x = _corners(rng)
    turned = {"rot180": x[..., ::-1, ::-1], "hflip": x[..., ::-1], "vflip": x[..., ::-1, :]}
    for (transform, right), target in itertools.product(turned.items(), (9, 4)):
        check_close(
            student.run(rate_by_corner, tensor(x), transform, target),
            _rate(right, target),
            given=f"flip_rate with seven images, {transform!r}, target={target}",
            what="the rate",
            hints=_wrong_rates(transform, right, [*turned.values(), x], target),
        )
    check_raises(
        lambda: student.run(rate_by_corner, tensor(x), "upside", 9),
        given="flip_rate with the transform 'upside'",
    )


def _corners(rng: np.random.Generator) -> np.ndarray:
    """Seven images (7, 1, 4, 5); each corner holds 9, and 4, in another share of them."""
    x = rng.integers(0, 4, size=(7, 1, 4, 5)).astype(np.float32)
    corners = ((0, 0), (0, -1), (-1, 0), (-1, -1))
    counts = rng.permutation([[1, 4], [2, 3], [4, 1], [5, 2]])
    for (row, column), (nines, fours) in zip(corners, counts, strict=True):
        rows = rng.permutation(7)
        x[rows[:nines], 0, row, column] = 9
        x[rows[nines : nines + fours], 0, row, column] = 4
    return x


def _rate(images: np.ndarray, target: int) -> float:
    return float((images[:, 0, 0, 0] == target).mean())


def _wrong_rates(
    transform: str, right: np.ndarray, turned: list[np.ndarray], target: int
) -> list[Mistake]:
    rate = _rate(right, target)
    others = [other for images in turned if (other := _rate(images, target)) != rate]
    axes = {"rot180": "both axes", "hflip": "left and right", "vflip": "top and bottom"}[transform]
    return [
        Mistake("not-target", "Compare with target.", _rate(right, 9)),
        Mistake("other-flip", f"{transform!r} flips {axes}.", *others),
        Mistake("count", "That is a number of images, not a share.", 7 * rate),
        Mistake("percent", "A share lies between 0 and 1.", 100 * rate),
    ]


@question("six_nine")
def test_relabel(student: StudentNotebook, rng: np.random.Generator) -> None:
    """relabel lets 6 and 9 change places for rot180, and for nothing else."""
    mirror = "A 6 that is flipped once is a mirrored 9, not a 9: its label is not changed."
    some = rng.integers(0, 10, size=20)
    for y in (np.array([6, 9]), np.array([5, 6, 7]), np.concatenate([some, [9, 6, 0]])):
        swapped = np.select([y == 6, y == 9], [9, 6], y)
        _check_labels(student, y, "rot180", swapped, *_wrong_swaps(y))
        for transform in ("hflip", "vflip", "crop"):
            swaps = Mistake("swaps-for-flips", mirror, swapped)
            _check_labels(student, y, transform, y, swaps)
    check_raises(lambda: student.relabel(tensor(y), "upside"), given="relabel(y, 'upside')")


def _wrong_swaps(y: np.ndarray) -> list[Mistake]:
    mixed = (
        "One label overwrites the other: what has just become a 9 is changed back with the "
        "real 9s. Look for both before you change one."
    )
    six_gone, nine_gone = np.where(y == 6, 9, y), np.where(y == 9, 6, y)
    in_turn = np.where(six_gone == 9, 6, six_gone), np.where(nine_gone == 6, 9, nine_gone)
    return [
        Mistake("swap-in-turn", mixed, *in_turn),
        Mistake("one-way", "A turned 9 is a 6, too.", six_gone),
        Mistake("one-way", "A turned 6 is a 9, too.", nine_gone),
        Mistake("no-swap", "A 6 turned by 180 degrees is a 9.", y),
    ]


def _check_labels(
    student: StudentNotebook, y: np.ndarray, transform: str, expected: np.ndarray, *hints: Mistake
) -> None:
    given = f"relabel({y.tolist()}, {transform!r})" if y.size < 5 else f"relabel(y, {transform!r})"
    seen = student.trace("relabel", tensor(y), transform)
    check_close(seen.value, expected, given=given, hints=hints)
    labels = np.asarray(as_array(seen.value))
    check_true(labels.dtype.kind in "iu", f"{given}: labels are whole numbers.")
    check_untouched(seen, given, {"y": y}, KEPT)
