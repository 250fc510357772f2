"""overfit16: the student's loop learns 16 images by heart, and returns the losses."""

import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
import torch
from torch.nn.functional import cross_entropy

from autograder import (
    StudentNotebook,
    as_array,
    check_true,
    fail,
    once,
    probe,
    question,
    show,
)

from .scenes import play

Rng = np.random.Generator
CPU_SECONDS = 20  # twice what the notebook allows


@probe
def overfit_scene(student: Any, weights: Any, images: Any, labels: Any) -> dict[str, Any]:
    """Let the student's loop train a small network; report its weights and the returned losses."""
    import torch
    from torch import nn

    torch.set_grad_enabled(True)  # whatever the notebook has left

    def conv(before: int, after: int) -> list[Any]:
        return [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]

    features = [*conv(3, 8), *conv(8, 16), nn.MaxPool2d(2), *conv(16, 16), nn.MaxPool2d(2)]
    head = [nn.Flatten(), nn.Linear(32 * 8 * 8, 4)]
    model: Any = nn.Sequential(*features, *conv(16, 32), *head).float()
    model.load_state_dict(weights)
    losses = student.overfit(model, images, labels)
    if isinstance(losses, torch.nn.Module):
        model, losses = losses, None
    return {"weights": dict(model.state_dict()), "losses": losses}


class Trained(msgspec.Struct, frozen=True):
    """What the scene reports."""

    weights: dict[str, Any]
    losses: Any = None


@dataclass(frozen=True)
class Overfitted:
    """The loss before and after training, computed here, the returned losses, and the scene."""

    start: float
    loss: float
    losses: Any
    scene: tuple[Any, ...]  # the trained weights, images, labels


def overfitted(student: StudentNotebook, lesson: ModuleType, rng: Rng) -> Overfitted:
    """What training makes of the network; it is played once for all checks of a student."""
    return once(student, "overfit", lambda: play_overfit(student, lesson, rng))


def play_overfit(student: StudentNotebook, lesson: ModuleType, rng: Rng) -> Overfitted:
    """Train on the 16 images in a drawn order, their classes numbered in a drawn way.

    Weights that were trained for another numbering do not know these labels.
    """
    model, (images, labels) = lesson.small_cnn(), lesson.sixteen_images()
    order = rng.permutation(len(images))
    images, labels = images[order], torch.from_numpy(rng.permutation(4))[labels[order]]
    start = loss_of(model, images, labels)
    return trained(student, model, start, dict(model.state_dict()), images, labels)


def trained(student: StudentNotebook, model: Any, start: float, *scene: Any) -> Overfitted:
    """Let the student's loop train these weights once, and measure here what it left."""
    report: Trained = play(student, overfit_scene, *scene, _cpu_s=CPU_SECONDS, _returns=Trained)
    try:
        model.load_state_dict(report.weights)
    except (RuntimeError, TypeError, AttributeError):
        fail("After overfit the model no longer has the layers that it came with.")
    _, images, labels = scene
    loss = loss_of(model, images, labels)
    return Overfitted(start, loss, report.losses, (report.weights, images, labels))


def loss_of(model: Any, images: Any, labels: Any) -> float:
    with torch.no_grad():
        return cross_entropy(model(images), labels).item()


def what_to_try(loss: float) -> str:
    """The next thing to try, by how far training came."""
    if not math.isfinite(loss) or loss > 1.5:
        return "Training diverged: the steps are too large. Take a smaller learning rate."
    if loss > 1.35:
        return (
            "The network has hardly moved. Are the optimizer's parameters those of this model, "
            "and not of a copy? Is zero_grad() not between backward() and step()? If so, take more "
            "steps or a larger learning rate."
        )
    return (
        "Train on the images just as they are given, take more steps, or a better learning rate: "
        "Adam with 1e-3 to 5e-3 needs some tens."
    )


@question("overfit16", weight=1)
def test_loss_falls(student: StudentNotebook, lesson: ModuleType, rng: Rng) -> None:
    """Training on the 16 images brings their loss below 0.5."""
    loss = overfitted(student, lesson, rng).loss
    message = f"After overfit the loss on the 16 images is {show(loss)}; a guess has 1.386."
    check_true(loss < 0.5, message, hint=what_to_try(loss))


@question("overfit16", weight=2)
def test_learns_sixteen_images(student: StudentNotebook, lesson: ModuleType, rng: Rng) -> None:
    """Training on the 16 images brings their loss below 0.05."""
    loss = overfitted(student, lesson, rng).loss
    message = f"After overfit the loss on the 16 images is {show(loss)}, expected less than 0.05."
    check_true(loss < 0.05, message, hint=what_to_try(loss))


# ------------------------------------------------------------------ the returned losses

FLOOR = math.log(1 + 3 / math.e)  # of the loss of probabilities of 4 classes


@question("overfit16", weight=1)
def test_returned_losses(student: StudentNotebook, lesson: ModuleType, rng: Rng) -> None:
    """The losses that it returns tell of this training."""
    seen = overfitted(student, lesson, rng)
    message = (
        f"After overfit the loss on the 16 images is {show(seen.loss)}: they are not learnt yet."
    )
    check_true(seen.loss < 0.05, message)
    first, last = ends_of(seen.losses)
    if last > FLOOR - 0.01:
        fail(
            f"The returned losses end at {show(last)}, but the loss of the network is "
            f"{show(seen.loss)}.",
            hint="Cross-entropy applies softmax itself: give it raw logits. With probabilities "
            "instead, the loss of 4 classes cannot fall below 0.74.",
            mistake="softmax-twice",
        )
    check_true(
        0.75 * seen.start < first < 3 * seen.start and 0 < last < 0.5,
        f"The returned losses go from {show(first)} to {show(last)}, but the loss of the network "
        f"went from {show(seen.start)} to {show(seen.loss)}.",
    )
    check_starts_low(student, lesson, seen)


def check_starts_low(student: StudentNotebook, lesson: ModuleType, seen: Overfitted) -> None:
    """Train the trained network once more: now the losses start low. Made-up ones do not know."""
    again = trained(student, lesson.small_cnn(), seen.loss, *seen.scene)
    first, _ = ends_of(again.losses, least=1)
    check_true(
        first < 0.75 * seen.start,
        f"The network came with a loss of {show(seen.loss)}, but the returned losses start at "
        f"{show(first)}.",
    )


def ends_of(losses: Any, least: int = 2) -> tuple[float, float]:
    """The first and the last loss; fails where there are fewer than ``least`` numbers."""
    losses = training_curve(losses)
    numbers = [as_array(value) for value in losses] if isinstance(losses, (list, tuple)) else []
    if not numbers and (array := as_array(losses)) is not None and array.ndim == 1:
        numbers = list(array)
    good = len(numbers) >= least and all(n is not None and np.size(n) == 1 for n in numbers)
    check_true(good, f"overfit should return a list of losses, got {show(losses)}.")
    first, last = (float(np.ravel(n)[0]) for n in (numbers[0], numbers[-1]) if n is not None)
    return first, last


def training_curve(losses: Any) -> Any:
    """The losses themselves, also where they come in a history or a DataFrame."""
    if not isinstance(losses, dict) or not losses:
        return losses
    named = next((curve for name, curve in losses.items() if "train" in str(name)), None)
    return named or next(iter(losses.values()))
