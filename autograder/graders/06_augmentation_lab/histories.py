"""What a history should say, from what the network was seen to answer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder import Mistake, as_array, check_close, check_true, show

from .watched_images import N_VAL, Row, Watch, of_part

SERIES = ("train_loss", "val_loss", "val_acc")


def series_of(history: Any, key: str) -> np.ndarray:
    """One list of a history, as an array (entries,) of float64."""
    check_true(
        isinstance(history, dict) and key in history,
        f"run should return a history with the lists train_loss, val_loss, val_acc; "
        f"there is no {key}.",
    )
    values = history[key]
    if isinstance(values, (list, tuple)):
        values = [_number(value) for value in values]
    array = as_array(values)
    check_true(
        array is not None and array.ndim == 1,
        f"history[{key!r}] should be a list with one number for each epoch, got {show(values)}.",
    )
    return np.asarray(array, np.float64)


def _number(value: Any) -> Any:
    """The one number of a tensor or array, others as they are."""
    array = as_array(value)
    return value if array is None or array.size != 1 else float(value)


def cross_entropy(logits: np.ndarray, labels: Sequence[int] | np.ndarray) -> np.ndarray:
    """The loss (n,) of each answer; logits (n, classes), labels (n,)."""
    top = logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return np.asarray(log_sum - logits[np.arange(len(labels)), labels])


def check_measurements(watch: Watch, losses: np.ndarray, accuracies: np.ndarray) -> None:
    """val_loss and val_acc are what the network's answers to the validation images give."""
    measured = of_part("val", watch.measured)
    _check_measures_last(measured, max(row.batch for row in watch.trained))
    answers: dict[int, list[np.ndarray]] = {number: [] for number in range(N_VAL)}
    for row in measured:
        answers[row.id].append(row.logits)
    every_epoch = {len(logits) for logits in answers.values()} == {len(accuracies)}
    for epoch in range(len(accuracies)) if every_epoch else [-1]:
        logits = np.array([answers[number][epoch] for number in range(N_VAL)])
        place = f"the network's answers to the validation images, entry {epoch}"
        _check_entry(logits, watch.pictures.y["val"], losses[epoch], accuracies[epoch], place)


def _check_measures_last(measured: list[Row], last: int) -> None:
    late = {row.id for row in measured if row.batch > last}
    check_true(
        len(late) == N_VAL,
        f"After its last epoch the network is asked about {len(late)} of the {N_VAL} validation "
        "images.",
        hint="Measure after each epoch, on all validation images.",
    )


def _check_entry(
    logits: np.ndarray, labels: np.ndarray, loss: float, accuracy: float, place: str
) -> None:
    right = float((logits.argmax(axis=1) == labels).mean())
    mean = float(cross_entropy(logits, labels).mean())
    percent = Mistake("percent", "A share lies between 0 and 1.", 100 * right)
    total = Mistake("sum", "Take the mean over the images.", N_VAL * mean)
    check_close(accuracy, right, rtol=1e-3, given=place, what="val_acc", hints=[percent])
    check_close(loss, mean, rtol=1e-3, given=place, what="val_loss", hints=[total])


def check_length(epochs: int, key: str, values: np.ndarray) -> None:
    """The list has an entry for each epoch, and perhaps one from before the first."""
    early = len(values) < epochs
    check_true(
        len(values) in (epochs, epochs + 1),
        f"run with epochs={epochs}: history[{key!r}] has {len(values)} numbers.",
        hint="It trains for as many epochs as it is told, whatever the validation says: the arms "
        "of a fair comparison get the same training."
        if early
        else "",
        mistake="early-stop" if early else "",
    )
