"""Whether the course's own network learns from the student's ``run``: in the lab, and in colour."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder import StudentNotebook, as_array, check_true, probe

from ..shared.scenes import TORCH
from .changed_images import tensor
from .histories import SERIES, series_of
from .watched_runs import within_budget


def training(student: Any, data: Any, images: Any, epochs: int, transform: Any) -> dict[str, Any]:
    """Train the course's network and let it look at images that the notebook has never seen."""
    import lesson

    networks: list[Any] = []

    def make_model(shape: Any) -> Any:
        networks.append(lesson.small_cnn(shape, width=8))
        return networks[-1]

    options = {"data": data, "epochs": epochs, "transform": transform, "batch_size": 20}
    history = student.run(True, 5, make_model=make_model, **options)
    model = networks[-1].eval()
    with torch.no_grad():
        return {"history": history, "logits": model(images)}


@probe(with_=[TORCH, training])
def trained_on_patterns(student: Any, data: Any, images: torch.Tensor, epochs: int) -> Any:
    """Training with a transform that changes nothing."""
    return training(student, data, images, epochs, lambda x: x.clone())


@probe(with_=[TORCH, training])
def trained_on_photographs(student: Any, data: Any, images: torch.Tensor, epochs: int) -> Any:
    """Training with the student's own photo_transform."""
    return training(student, data, images, epochs, student.photo_transform)


def check_learns_patterns(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Ten grey patterns (1, 8, 8); even plain gradient descent with lr=5e-3 learns most of them."""
    kinds = np.random.default_rng(7).normal(size=(10, 1, 4, 4)).repeat(2, axis=2).repeat(2, axis=3)
    _check_learns(student, trained_on_patterns, 10, lambda n: _noisy(rng, n, kinds))


def check_learns_colours(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Four colours (3, 12, 12), cropped and mirrored by photo_transform."""
    colours = 1.5 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    kinds = colours[..., None, None].repeat(12, axis=2).repeat(12, axis=3)
    _check_learns(student, trained_on_photographs, 8, lambda n: _noisy(rng, n, kinds))


def _noisy(rng: np.random.Generator, count: int, kinds: np.ndarray) -> tuple[np.ndarray, ...]:
    """So many images, float32, of all kinds (k, C, H, W) in turn with noise, and their kinds."""
    labels = np.arange(count) % len(kinds)
    noise = rng.normal(size=(count, *kinds.shape[1:]))
    return (kinds[labels] + 0.3 * noise).astype(np.float32), labels


def _check_learns(
    student: StudentNotebook,
    scene: Any,
    epochs: int,
    draw: Callable[[int], tuple[np.ndarray, ...]],
) -> None:
    """Train on 120 images, measure on 40, and ask about 100 whose labels stay here."""
    train, val = (tuple(map(tensor, draw(size))) for size in (120, 40))
    images, labels = draw(100)
    ones = tensor(np.ones((1, images.shape[1], 1, 1), np.float32))
    seen = within_budget(student, scene, (train, val, (0 * ones, ones)), tensor(images), epochs)
    for key in SERIES:
        check_true(
            series_of(seen["history"], key).size >= epochs, f"history[{key!r}] is too short."
        )
    right = float((np.asarray(as_array(seen["logits"])).argmax(axis=1) == labels).mean())
    kinds = int(labels.max()) + 1
    check_true(
        right > 0.5,
        f"After {epochs} epochs on 120 easy images of {kinds} kinds the network names {right:.0%} "
        f"of 100 new ones rightly; a guess gets {1 / kinds:.0%}.",
        hint="Does each batch do all steps: forward pass, loss, zero_grad, backward pass, step?",
    )
