"""Loss curves of training runs, and the labels that read them: for three questions of the unit.

A run is a dict of the lists ``train_loss``, ``val_loss`` and ``val_acc``, with one number for
each epoch.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograder import Choice

Rng = np.random.Generator
Run = dict[str, Any]


def falling(epochs: int, first: float, floor: float) -> np.ndarray:
    """A loss (epochs,) that falls from ``first`` to the share ``floor`` of it."""
    t = np.arange(epochs)
    return first * (floor + (1 - floor) * np.exp(-7 * t / epochs))


def history(rng: Rng, train: np.ndarray, val: np.ndarray, acc: float = 0.8) -> Run:
    """The curves (epochs,) with a little wobble, as the student's function gets them."""

    def wobble(curve: np.ndarray) -> list[float]:
        return list(map(float, curve * rng.uniform(0.992, 1.008, len(curve))))

    rise = acc * (1 - 0.7 * np.exp(-np.arange(len(train)) / 5))
    return {"train_loss": wobble(train), "val_loss": wobble(val), "val_acc": wobble(rise)}


def healthy(rng: Rng, scale: float = 1.0, floor: float | None = None) -> Run:
    """Both losses fall to the share ``floor`` of their first values."""
    floor = floor or rng.uniform(0.1, 0.28)
    train = falling(epochs_of(rng), scale * rng.uniform(1.5, 3), floor)
    return history(rng, train, train * rng.uniform(1.03, 1.1), 0.9)


def healthy_with_dropout(rng: Rng) -> Run:
    """The validation loss lies below the training loss from the first epoch on."""
    train = falling(epochs_of(rng), rng.uniform(1.5, 3), rng.uniform(0.2, 0.3))
    return history(rng, train, train * rng.uniform(0.55, 0.75), 0.9)


def underfit(rng: Rng, scale: float = 1.0, end: float | None = None) -> Run:
    """Both losses hardly move: they end at the share ``end`` of their first values."""
    end = end or rng.uniform(0.88, 0.99)
    train = scale * rng.uniform(1.5, 3) * np.linspace(1, end, epochs_of(rng))
    return history(rng, train, train * rng.uniform(0.99, 1.03), 0.2)


def overfit(
    rng: Rng, end: float | None = None, scale: float = 1.0, rise: float | None = None
) -> Run:
    """The validation loss turns and rises, while the validation accuracy stays flat.

    It ends at the share ``end`` of its first value, or at ``rise`` times its lowest one.
    """
    epochs, first = epochs_of(rng), scale * rng.uniform(1.5, 3)
    turn, low = int(epochs * rng.uniform(0.2, 0.35)), rng.uniform(0.4, 0.55)
    climb = np.linspace(low, end or low * (rise or rng.uniform(1.6, 1.8)), epochs - turn)
    val = first * np.concatenate([np.linspace(1.03, low, turn, endpoint=False), climb])
    return history(rng, falling(epochs, first, rng.uniform(0.01, 0.05)), val, 0.75)


def exploding(rng: Rng, end: float) -> Run:
    """The losses grow to ``end`` times their first values."""
    train = rng.uniform(1.5, 3) * np.geomspace(1, end, epochs_of(rng))
    return history(rng, train, 1.05 * train, 0.1)


def broken(rng: Rng, curves: Iterable[str], value: float, epochs: int | None = None) -> Run:
    """A run that falls at first; from some epoch on the named curves hold ``value``."""
    run = healthy(rng)
    start = int(rng.integers(6, 12))
    for name in curves:
        count = epochs or len(run[name]) - start
        run[name][start : start + count] = [value] * count
    return run


def epochs_of(rng: Rng) -> int:
    return int(rng.integers(18, 50))


# ------------------------------------------------------------------ labels

LABEL_SENTENCES = {  # a wrongly chosen label: what it would need
    "overfit": "Overfitting shows in the course of the validation loss: it turns and rises while "
    "the training loss goes on falling.",
    "underfit": "Underfitting means that the training loss itself has hardly moved.",
    "healthy": "A low training loss alone is no good sign: look at how the validation loss ends.",
    "diverged": "A run has diverged when its training loss ends far above its start, or when a "
    "loss is NaN or infinite.",
    "bug": "Nothing here is impossible: the training loss is measured with dropout and "
    "augmentation switched on, the validation loss without them.",
}
BELOW = dict.fromkeys(  # the sentence for any wrong label of such a run
    [*LABEL_SENTENCES, "error", "leak"],
    "A validation loss below the training loss is no bug and no bad sign: the training loss is "
    "measured with dropout and augmentation switched on.",
)
FORMS = {"overfit": "overfit", "underfit": "underfit", "diverg": "diverged", "health": "healthy"}


def check_label(
    got: Any, expected: str, given: str, sentences: Mapping[str, str] = LABEL_SENTENCES
) -> None:
    """Compare a label, in whatever form it is written."""
    Choice(expected, sentences, "label", forms=FORMS).check(got, given)
