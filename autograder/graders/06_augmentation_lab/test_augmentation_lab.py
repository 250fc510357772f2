"""augmentation_lab: a run that is fair to both arms, its figure, and an honest conclusion."""

from collections import Counter, defaultdict
from types import ModuleType
from typing import Any

import numpy as np

from autograder import (
    StudentNotebook,
    as_array,
    check_close,
    check_equal,
    check_true,
    question,
    show,
    works,
)

from .drawn_figure import drawn_curves, label_of
from .histories import SERIES, check_length, check_measurements, cross_entropy, series_of
from .learning import check_learns_patterns
from .once import once
from .own_digits import check_own_digits
from .own_results import check_results
from .verdicts import ARMS, own_gains, possible_verdicts, said, telling_gains, verdict
from .watched_images import N_TRAIN, N_VAL, Row, Watch, of_part
from .watched_runs import rolled_run, still_run


@question("augmentation_lab", weight=1.5)
def test_history(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The history tells the truth about every epoch."""
    for _ in range(10):  # accuracies that fall once: the best so far would be another number
        watch = Watch(student, rng, still_run, augment=False)
        if (np.diff(watch.accuracies()) < 0).any():
            break
    series = {key: series_of(watch.history, key) for key in SERIES}
    for key, values in series.items():
        check_length(watch.epochs, key, values)
        check_true(np.isfinite(values).all(), f"history[{key!r}] holds {values.tolist()}.")
    _check_epochs(watch)
    check_measurements(watch, series["val_loss"], series["val_acc"])
    _check_train_loss(series["train_loss"][-1], watch.trained)
    # With steps far too large the validation loss rises at once, and goes on rising.
    long = Watch(student, rng, still_run, augment=False, epochs=12, lr=0.5)
    check_length(long.epochs, "val_loss", series_of(long.history, "val_loss"))
    student.memory["true history"] = True


def _check_epochs(watch: Watch) -> None:
    """One network is trained once an epoch on each training image, in batches of four."""
    epochs, times = watch.epochs, Counter(row.id for row in of_part("train", watch.trained))
    check_true(
        set(times) == set(range(N_TRAIN)) and set(times.values()) == {epochs},
        f"In {epochs} epochs the network should be trained {epochs} times on each of "
        f"the {N_TRAIN} training images; it is {min(times.values(), default=0)} to "
        f"{max(times.values(), default=0)} times, on {len(times)} images.",
    )
    networks = len({row.network for row in watch.trained})
    check_true(
        networks == 1,
        f"In {epochs} epochs {networks} networks are trained: each starts from nothing.",
        hint="Make the network and the optimizer once, before the loop over the epochs.",
        mistake="new-network",
    )
    batches, expected = _batches(watch), epochs * -(-len(watch.trained) // epochs // 4)
    check_true(
        batches == expected,
        f"run with batch_size=4 and epochs={epochs} trains {batches} batches, expected {expected}.",
    )


def _batches(watch: Watch) -> int:
    return len({row.batch for row in watch.trained})


def _check_train_loss(last: float, trained: list[Row]) -> None:
    logits = np.array([row.logits for row in trained])
    mean = cross_entropy(logits, [row.label for row in trained]).mean()
    check_true(
        mean / 2 < last < mean * 2,
        f"history['train_loss'] ends with {last:.3f}, but the mean "
        f"cross-entropy of the training images was about {mean:.3f}.",
        hint="It is the mean loss of an image, not a sum.",
    )


@question("augmentation_lab", weight=0.5)
def test_learns(student: StudentNotebook, rng: np.random.Generator, lesson: ModuleType) -> None:
    """After the training, the network recognises new images; lr says how fast it learns."""
    check_learns_patterns(student, rng, lesson)
    watch = Watch(student, rng, rolled_run, augment=False, lr=0.0)
    check_true(
        watch.moved() < 1e-6,
        f"With lr=0 nothing can be learnt, but the weights change by up to {watch.moved():.2g}.",
        hint="The optimizer takes the lr that run is given.",
        mistake="ignores-lr",
    )
    _check_gradients(watch)


def _check_gradients(watch: Watch) -> None:
    """Each step uses the gradient of its own batch, and it is that of the cross-entropy."""
    strength = []
    for number, used in enumerate(map(as_array, watch.steps)):
        rows = [row for row in watch.trained if row.step == number]
        if used is not None and rows:
            _check_own_gradient(number, rows, used)
            strength += [len(rows) * _strength(row) for row in rows]
    check_true(
        not strength or np.median(strength) > 0.4,
        "The network learns more slowly than the cross-entropy of its answers would teach it.",
        hint="Is there a softmax before cross_entropy? It takes the raw answers.",
        mistake="softmax-twice",
    )


def _check_own_gradient(number: int, rows: list[Row], used: np.ndarray) -> None:
    own = sum(np.outer(row.grad, row.pixels) for row in rows)
    alike = (own * used).sum() / max(np.linalg.norm(own) * np.linalg.norm(used), 1e-12)
    check_true(
        alike > 0.99,
        f"Step {number + 1} of the optimizer does not use the gradient of its batch alone.",
        hint="Gradients add up until somebody clears them: zero_grad, once for each batch.",
        mistake="no-zero-grad",
    )


def _strength(row: Row) -> float:
    """How strong the gradient of an image's logits is; 1/n for cross-entropy and n images."""
    share = np.exp(-cross_entropy(row.logits[None], [row.label])[0])
    return float(np.abs(row.grad).max() / (1 - share))


@question("augmentation_lab", weight=2)
def test_fair_comparison(
    student: StudentNotebook, rng: np.random.Generator, lesson: ModuleType
) -> None:
    """Both arms have the same start, the same data and the same amount of training."""
    drawing = rng.integers(2**31)

    def arm(augment: bool, seed: int = 1, batch_size: int = 12) -> Watch:
        same = np.random.default_rng(drawing)
        options = {"augment": augment, "seed": seed, "batch_size": batch_size}
        return Watch(student, same, still_run, lr=0.02, **options)  # small differences grow

    plain, augmented = arm(False), arm(True)
    other = arm(False, seed=2)
    _check_starts(plain.start(), augmented.start(), other.start())
    _check_same_amount(plain, augmented)
    _check_same_amount(arm(False, batch_size=5), arm(True, batch_size=5))
    _check_same_history(plain.history, augmented.history)
    # What run does wrong with data of ours has lost its points in another check.
    if student.memory.get("true history") and works(_keeps_validation_apart, student, rng):
        check_own_digits(student, lesson, rng)


def _check_starts(plain: np.ndarray, augmented: np.ndarray, other: np.ndarray) -> None:
    """Two runs with one seed start with the same weights, a run with another with others."""
    check_true(
        _same_rows(plain, augmented),
        "run(False, seed=1) and run(True, seed=1) start with different weights.",
        hint="Then part of the difference is luck. Set torch's seed before the network is made.",
        mistake="other-weights",
    )
    check_true(
        not _same_rows(plain, other),
        "run(False, seed=1) and run(False, seed=2) start with the same weights: the seed has no "
        "effect, so several seeds would tell no more than one.",
    )


def _same_rows(*weights: np.ndarray) -> bool:
    """Whether two arrays (10, pixels) hold the same rows, in whichever order."""
    a, b = (np.sort(weight.astype(np.float64).sum(axis=1)) for weight in weights)
    return bool(np.allclose(a, b, rtol=1e-5, atol=1e-5))


def _check_same_amount(plain: Watch, augmented: Watch) -> None:
    """Both arms learn from as many images, in as many batches, in the same kind of order."""
    for name, count in (
        ("images to learn from", lambda watch: len(watch.trained)),
        ("batches", _batches),
        ("epochs in the history", lambda watch: len(series_of(watch.history, "val_acc"))),
        ("different orders", lambda watch: min(2, len(watch.orders()))),
    ):
        check_true(
            count(plain) == count(augmented),
            f"With epochs={plain.epochs} the plain arm gets {count(plain)} {name}, the augmented "
            f"arm {count(augmented)}.",
            hint="A fair comparison changes one thing only.",
            mistake="unequal-training",
        )


def _check_same_history(plain: Any, augmented: Any) -> None:
    for key in ("val_loss", "train_loss"):
        check_close(
            series_of(augmented, key),
            series_of(plain, key),
            rtol=1e-4,
            atol=1e-5,
            given="With a transform that changes nothing, both arms should give the same history",
            what=f"the augmented arm's {key}",
        )


@question("augmentation_lab", weight=2)
def test_augments_training(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Training images are augmented, anew in each epoch, and keep their labels."""
    watch = Watch(student, rng, rolled_run, augment=True)
    trained = of_part("train", watch.trained)
    check_true(
        trained and all(row.part for row in watch.trained),
        "What the network is trained on is not what transform makes of training images.",
        hint="A batch of training images goes through transform, and the result into the network.",
    )
    _check_rolls(trained, watch.epochs)
    wrong = sum(row.label != watch.label(row) for row in trained)
    check_true(
        wrong == 0,
        f"{wrong} of {len(trained)} training images are trained with the label of another image.",
        hint="Take the same rows of images and labels for a batch.",
    )
    rows = Watch(student, rng, rolled_run, augment=False).trained
    moved = sum(row.roll != 0 for row in rows)
    message = f"With augment=False {moved} of {len(rows)} training images are augmented."
    check_true(moved == 0, message)
    given = watch.pictures.x["train"].astype(np.float32)
    check_close(watch.after, given, given="data[0][0] after run(True, ...)", what="x_train")


def _check_rolls(trained: list[Row], epochs: int) -> None:
    """All images are rolled, and not always by as much."""
    still = sum(row.roll == 0 for row in trained)
    check_true(
        still == 0,
        f"With augment=True {still} of {len(trained)} training images reach the network unchanged.",
        hint="Each batch that the network is trained on goes through transform.",
    )
    rolls = defaultdict(set)
    for row in trained:
        rolls[row.id].add(row.roll)
    check_true(
        any(len(different) > 1 for different in rolls.values()),
        f"In all {epochs} epochs each training image is changed in the same way.",
        hint="The images were augmented once, before the training. Draw anew in every epoch: call "
        "transform inside the loop.",
        mistake="augmented-once",
    )


@question("augmentation_lab")
def test_validation_is_untouched(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Validation images are measured as they are, and never trained on."""
    _keeps_validation_apart(student, rng)


def _keeps_validation_apart(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Both arms leave the validation images alone.

    Looked at once: an answer that excuses in one check costs its points in the other.
    """
    for augment in (False, True):
        once(student, f"validation, {augment=}", _untouched, student, rng, augment)


def _untouched(student: StudentNotebook, rng: np.random.Generator, augment: bool) -> None:
    watch = Watch(student, rng, rolled_run, augment=augment)
    learnt = len(of_part("val", watch.trained))
    check_true(
        not learnt,
        f"run({augment}, ...) trains on {learnt} validation images.",
        hint="Validation images are kept apart; the network never learns from them.",
    )
    measured = of_part("val", watch.measured)
    numbers = len({row.id for row in measured})
    message = f"run({augment}, ...) measures {numbers} of the {N_VAL} validation images."
    check_true(numbers == N_VAL, message)
    moved = sum(row.roll != 0 for row in measured)
    check_true(
        moved == 0,
        f"run({augment}, ...) measures {moved} of {len(measured)} validation images changed by "
        "transform.",
        hint="Only training images are augmented. Evaluate on untouched images, the same "
        "yardstick for both arms.",
        mistake="augmented-validation",
    )


@question("augmentation_lab")
def test_figure(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The figure shows both arms: mean, spread over the seeds, labels."""
    accuracy = {
        arm: low + 0.4 * rng.random((3, 6)) for arm, low in zip(ARMS, (0.3, 0.5), strict=True)
    }
    results = {arm: [_history(row) for row in values] for arm, values in accuracy.items()}
    axes = student.run(drawn_curves, results)
    check_true(axes, "plot_curves(results) leaves no figure.")
    curves = [curve for ax in axes for curve in ax["named"]]
    plain, augmented = (label_of(arm, accuracy[arm], curves) for arm in ARMS)
    exchanged = "plain" in augmented.lower() and "augmented" in plain.lower()
    check_true(not exchanged, "The labels of the two arms are exchanged.")
    check_true(plain != augmented, "Both arms have the same label.")
    check_true(any(ax["legend"] for ax in axes), "The figure has no legend.")
    spread = sum(ax["areas"] for ax in axes) > 0 or sum(ax["lines"] for ax in axes) >= 6
    check_true(spread, "The figure does not show the spread between the seeds.")
    check_true(any(ax["x"].strip() and ax["y"].strip() for ax in axes), "Both axes need a label.")


def _history(accuracy: np.ndarray) -> dict[str, list[float]]:
    losses = {"train_loss": (2 - accuracy).tolist(), "val_loss": (3 - accuracy).tolist()}
    return losses | {"val_acc": accuracy.tolist()}


@question("augmentation_lab")
def test_conclude(student: StudentNotebook, rng: np.random.Generator) -> None:
    """conclude compares the mean gain with its standard error."""
    for gains, hints in telling_gains(rng):
        shown = [round(float(gain), 4) for gain in gains]
        given = f"conclude({shown})" if len(shown) < 5 else "conclude of 16 gains"
        check_equal(said(student.conclude(shown)), verdict(shown), given=given, hints=hints)


@question("augmentation_lab")
def test_conclusion_agrees(student: StudentNotebook, lesson: ModuleType) -> None:
    """Your conclusion agrees with your own results: several seeds, both arms, real networks."""
    gains = own_gains(student)
    conclusion = student.value("conclusion")
    check_true(conclusion is not None, "No conclusion is written yet.")
    shown = ", ".join(f"{gain:+.3f}" for gain in gains)
    check_true(
        said(conclusion) in possible_verdicts(gains),
        f"Your conclusion is {show(conclusion)}, but the gains in your own results are {shown}.",
        hint="An honest verdict follows from the mean gain and its standard error, whatever one "
        "had hoped for.",
    )
    check_results(student, lesson, said(conclusion))
