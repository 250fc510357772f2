"""overfit16: the student's loop learns 16 images by heart, and returns the losses."""

import math
from types import ModuleType
from typing import Any

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


def overfitted(student: StudentNotebook, lesson: ModuleType) -> tuple[float, Any]:
    """The loss of the trained network on the 16 images, computed here, and the returned losses.

    Training is played once for all checks of a student.
    """
    return once(student, "overfit", lambda: play_overfit(student, lesson))


def play_overfit(student: StudentNotebook, lesson: ModuleType) -> tuple[float, Any]:
    model, (images, labels) = lesson.small_cnn(), lesson.sixteen_images()
    weights = dict(model.state_dict())
    report = play(student, overfit_scene, weights, images, labels, _cpu_s=CPU_SECONDS)
    try:
        model.load_state_dict(report["weights"])
    except (RuntimeError, TypeError, AttributeError):
        fail("After overfit the model no longer has the layers that it came with.")
    with torch.no_grad():
        loss = cross_entropy(model(images), labels).item()
    return loss, report["losses"]


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
def test_loss_falls(student: StudentNotebook, lesson: ModuleType) -> None:
    """Training on the 16 images brings their loss below 0.5."""
    loss, _ = overfitted(student, lesson)
    message = f"After overfit the loss on the 16 images is {show(loss)}; a guess has 1.386."
    check_true(loss < 0.5, message, hint=what_to_try(loss))


@question("overfit16", weight=2)
def test_learns_sixteen_images(student: StudentNotebook, lesson: ModuleType) -> None:
    """Training on the 16 images brings their loss below 0.05."""
    loss, _ = overfitted(student, lesson)
    message = f"After overfit the loss on the 16 images is {show(loss)}, expected less than 0.05."
    check_true(loss < 0.05, message, hint=what_to_try(loss))


# ------------------------------------------------------------------ the returned losses

FLOOR = math.log(1 + 3 / math.e)  # of the loss of probabilities of 4 classes


@question("overfit16", weight=1)
def test_returned_losses(student: StudentNotebook, lesson: ModuleType) -> None:
    """The losses that it returns tell of this training."""
    loss, losses = overfitted(student, lesson)
    message = f"After overfit the loss on the 16 images is {show(loss)}: they are not learnt yet."
    check_true(loss < 0.05, message)
    first, last = ends_of(losses)
    if last > FLOOR - 0.01:
        fail(
            f"The returned losses end at {show(last)}, but the loss of the network is "
            f"{show(loss)}.",
            hint="Cross-entropy applies softmax itself: give it raw logits. With probabilities "
            "instead, the loss of 4 classes cannot fall below 0.74.",
            mistake="softmax-twice",
        )
    check_true(
        first > last and last < 0.5,
        f"The returned losses go from {show(first)} to {show(last)}, but the loss of the network "
        f"went from 1.39 to {show(loss)}.",
    )


def ends_of(losses: Any) -> tuple[float, float]:
    """The first and the last loss; fails where there are no two numbers."""
    losses = training_curve(losses)
    numbers = [as_array(value) for value in losses] if isinstance(losses, (list, tuple)) else []
    if not numbers and (array := as_array(losses)) is not None and array.ndim == 1:
        numbers = list(array)
    good = len(numbers) > 1 and all(n is not None and np.size(n) == 1 for n in numbers)
    check_true(good, f"overfit should return a list of losses, got {show(losses)}.")
    first, last = (float(np.ravel(n)[0]) for n in (numbers[0], numbers[-1]) if n is not None)
    return first, last


def training_curve(losses: Any) -> Any:
    """The losses themselves, also where they come in a history or a DataFrame."""
    if not isinstance(losses, dict) or not losses:
        return losses
    named = next((curve for name, curve in losses.items() if "train" in str(name)), None)
    return named or next(iter(losses.values()))
