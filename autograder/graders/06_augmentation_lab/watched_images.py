"""A run on 12 training and 30 validation images, as the network saw it."""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder import StudentNotebook, as_array, check_true

from .changed_images import tensor
from .watched_runs import within_budget

N_TRAIN, N_VAL, SHAPE = 12, 30, (1, 5, 7)
OPTIONS = {"seed": 1, "epochs": 3, "batch_size": 4, "lr": 1e-3}  # what run is called with


@dataclass(frozen=True)
class Row:
    """One image that went through a network.

    ``batch``, ``network`` and ``step`` count the passes, the networks and the steps of the
    optimizer so far; ``grad`` is the gradient of the logits (10,), None where the network did not
    learn. ``weight`` (10, pixels) are the network's weights at that time. ``part``, ``id`` and
    ``roll`` say which image it is, and by how much it was rolled.
    """

    batch: int
    network: int
    step: int
    pixels: np.ndarray
    logits: np.ndarray
    grad: Any
    weight: np.ndarray
    part: str = ""
    id: int = -1
    roll: int = 0

    @property
    def label(self) -> int:
        """The label that the network was taught: only there cross-entropy has a fall."""
        return int(self.grad.argmin())


def drawn_term(rng: np.random.Generator, pixels: int) -> np.ndarray:
    """What the network of one run adds to its answers: (10, pixels) to multiply images with."""
    return np.asarray(0.1 * rng.normal(size=(10, pixels)), np.float32)


def rows_of(passes: Iterable[Mapping[str, Any]], term: np.ndarray) -> tuple[list[Row], list[Row]]:
    """Every image that went through the network: those it learnt from, and those it did not.

    Fails unless all answers are those of the weights and of ``term``: a log is a claim.
    """
    rows = [row for number, one in enumerate(passes) for row in _rows_of_pass(number, one, term)]
    trained = [row for row in rows if row.grad is not None]
    return trained, [row for row in rows if row.grad is None]


def _rows_of_pass(number: int, one: Mapping[str, Any], term: np.ndarray) -> list[Row]:
    logits, x = np.asarray(as_array(one["logits"])), np.asarray(as_array(one["x"]))
    weight, bias = np.asarray(as_array(one["weight"])), np.asarray(as_array(one["bias"]))
    images = x.reshape(len(logits), -1)
    _check_answers(logits, images, weight, bias, term)
    grad = as_array(one["grad"])
    grads = [None] * len(logits) if grad is None else grad
    place = number, one["network"], one["step"]
    seen = zip(images, logits, grads, strict=True)
    return [Row(*place, *of_image, weight) for of_image in seen]


def _check_answers(
    logits: np.ndarray, images: np.ndarray, weight: np.ndarray, bias: np.ndarray, term: np.ndarray
) -> None:
    """The answers (n, 10) to images (n, pixels) are the linear network's, up to half precision."""
    known = images.shape[1:] == term.shape[1:] == weight.shape[1:]
    answers = images.astype(np.float64) @ (weight + term).T + bias if known else np.inf
    check_true(
        np.all(np.abs(logits - answers) <= 0.02 * (1 + np.abs(logits).max(initial=0))),
        "What the network answers does not follow from its weights and the images that it is "
        "given.",
        hint="The network that make_model returns is trained and asked as it is.",
    )


class Pictures:
    """12 training and 30 validation images (1, 5, 7) with labels, known however they are rolled."""

    def __init__(self, rng: np.random.Generator) -> None:
        sizes = {"train": N_TRAIN, "val": N_VAL}
        self.x = {part: rng.normal(size=(size, *SHAPE)) for part, size in sizes.items()}
        self.y = {part: rng.integers(0, 10, size) for part, size in sizes.items()}
        self._names = [
            (part, number, roll)
            for part, size in sizes.items()
            for number, roll in itertools.product(range(size), range(SHAPE[-1]))
        ]
        rolled = [np.roll(self.x[p][n], roll, axis=-1).ravel() for p, n, roll in self._names]
        self._rolled = np.array(rolled)

    def data(self) -> tuple[Any, ...]:
        """What run takes: (x_train, y_train), (x_val, y_val), (mean, std)."""
        parts = [(tensor(self.x[p].astype(np.float32)), tensor(self.y[p])) for p in self.x]
        ones = tensor(np.ones((1, 1, 1, 1), np.float32))
        return (*parts, (0 * ones, ones))

    def recognised(self, row: Row) -> Row:
        """The row with what image it is, if it is one."""
        if row.pixels.shape == self._rolled.shape[1:]:
            near = np.flatnonzero(np.abs(self._rolled - row.pixels).max(axis=1) < 1e-3)
            if near.size:
                part, number, roll = self._names[near[0]]
                return replace(row, part=part, id=number, roll=roll)
        return row


class Watch:
    """A run as the network saw it.

    ``scene`` is a probe of ``watched_runs``; the options, ``augment`` among them, are those of the
    student's ``run``.
    """

    def __init__(
        self, student: StudentNotebook, rng: np.random.Generator, scene: Any, **options: Any
    ) -> None:
        options = OPTIONS | options
        self.epochs = int(options["epochs"])
        self.pictures = Pictures(rng)
        term = drawn_term(rng, math.prod(SHAPE))
        data = self.pictures.data()
        seen = within_budget(student, scene, data=data, term=tensor(term), **options)
        self.history, self.after, self.steps = seen["history"], seen.get("after"), seen["steps"]
        trained, measured = rows_of(seen["passes"], term)
        self.trained = [self.pictures.recognised(row) for row in trained]
        self.measured = [self.pictures.recognised(row) for row in measured]
        check_true(self.trained, "run does not train the network that make_model returns.")

    def start(self) -> np.ndarray:
        """The weights (10, pixels) with which the first network began."""
        return min((*self.trained, *self.measured), key=lambda row: row.batch).weight

    def moved(self) -> float:
        """By how much a weight of a network changed from one time that it was asked to another."""
        rows = (*self.trained, *self.measured)
        kept = ([row.weight for row in rows if row.network == n] for n in {r.network for r in rows})
        return max(float(np.ptp(weights, axis=0).max()) for weights in kept)

    def accuracies(self) -> list[float]:
        """The accuracy of each measurement of the validation images, from the answers seen."""
        right = [row.logits.argmax() == self.label(row) for row in of_part("val", self.measured)]
        return [float(np.mean(right[i : i + N_VAL])) for i in range(0, len(right), N_VAL)]

    def orders(self) -> set[tuple[int, ...]]:
        """The orders in which the training images came, epoch by epoch."""
        numbers = [row.id for row in self.trained]
        return {tuple(numbers[i : i + N_TRAIN]) for i in range(0, len(numbers), N_TRAIN)}

    def label(self, row: Row) -> int:
        """The label of the image, -1 where it is none of ours."""
        return int(self.pictures.y[row.part][row.id]) if row.part else -1


def of_part(part: str, rows: Iterable[Row]) -> list[Row]:
    """The rows of the images of this part."""
    return [row for row in rows if row.part == part]
