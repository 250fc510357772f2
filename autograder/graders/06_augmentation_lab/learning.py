"""Whether the course's own network learns from the student's ``run``: in the lab, and in colour."""

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import torch

from autograder import StudentNotebook, as_array, check_true, probe

from ..shared.scenes import TORCH
from .changed_images import tensor
from .histories import SERIES, series_of
from .watched_runs import within_budget

WIDTH = 8  # channels of the first layer


def training(student: Any, data: Any, epochs: int, transform: Any) -> dict[str, Any]:
    """Train the course's network: the history, and the weights that came of it."""
    import lesson

    networks: list[Any] = []

    def make_model(shape: Any) -> Any:
        networks.append(lesson.small_cnn(shape, width=WIDTH))
        return networks[-1]

    options = {"data": data, "epochs": epochs, "transform": transform, "batch_size": 20}
    history = student.run(True, 5, make_model=make_model, **options)
    return {"history": history, "weights": [p.detach().float() for p in networks[-1].parameters()]}


KIT: list[Any] = [TORCH, f"WIDTH = {WIDTH}", training]


@probe(with_=KIT)
def trained_on_patterns(student: Any, data: Any, epochs: int) -> Any:
    """Training with a transform that changes nothing."""
    return training(student, data, epochs, lambda x: x.clone())


@probe(with_=KIT)
def trained_on_photographs(student: Any, data: Any, epochs: int) -> Any:
    """Training with the student's own photo_transform."""
    return training(student, data, epochs, student.photo_transform)


def check_learns_patterns(
    student: StudentNotebook, rng: np.random.Generator, lesson: ModuleType
) -> None:
    """Ten grey patterns (1, 8, 8); even plain gradient descent with lr=5e-3 learns most of them."""
    kinds = _far_apart(rng).repeat(2, axis=2).repeat(2, axis=3)
    _check_learns(student, lesson, trained_on_patterns, 10, partial(_noisy, rng, kinds))


def check_learns_colours(
    student: StudentNotebook, rng: np.random.Generator, lesson: ModuleType
) -> None:
    """Four colours (3, 12, 12), cropped and mirrored by photo_transform."""
    colours = 1.5 * rng.permutation([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    kinds = colours[..., None, None].repeat(12, axis=2).repeat(12, axis=3)
    _check_learns(student, lesson, trained_on_photographs, 8, partial(_noisy, rng, kinds))


def _far_apart(rng: np.random.Generator) -> np.ndarray:
    """Ten patterns (10, 1, 4, 4) of one size, drawn until no two are alike."""
    while True:
        kinds = rng.normal(size=(10, 16))
        kinds *= 5 / np.linalg.norm(kinds, axis=1, keepdims=True)
        if (kinds @ kinds.T / 25 - np.eye(10)).max() < 0.5:
            return kinds.reshape(10, 1, 4, 4)


def _noisy(rng: np.random.Generator, kinds: np.ndarray, count: int) -> tuple[np.ndarray, ...]:
    """So many images, float32, of the kinds (k, C, H, W) with noise, and their kinds.

    All kinds come up about as often, in an order that nobody can know.
    """
    labels = rng.permutation(np.arange(count) % len(kinds))
    noise = rng.normal(size=(count, *kinds.shape[1:]))
    return (kinds[labels] + 0.3 * noise).astype(np.float32), labels


def _check_learns(
    student: StudentNotebook,
    lesson: ModuleType,
    scene: Any,
    epochs: int,
    draw: Callable[[int], tuple[np.ndarray, ...]],
) -> None:
    """Train on 120 images, measure on 40; 100 others, which stay here, are what counts.

    The history is a claim, so only its length is looked at. What the network has learnt is seen
    here, by its weights: without a training nobody can say them.
    """
    train, val = (tuple(map(tensor, draw(size))) for size in (120, 40))
    images, labels = draw(100)
    ones = tensor(np.ones((1, images.shape[1], 1, 1), np.float32))
    seen = within_budget(student, scene, (train, val, (0 * ones, ones)), epochs)
    for key in SERIES:
        check_true(
            series_of(seen["history"], key).size >= epochs, f"history[{key!r}] is too short."
        )
    network = trained_network(lesson, images.shape[1:], seen["weights"], width=WIDTH)
    right = share_right(network, images, labels)
    kinds = int(labels.max()) + 1
    check_true(
        right > 0.5,
        f"After {epochs} epochs on 120 easy images of {kinds} kinds the network names {right:.0%} "
        f"of 100 new ones rightly; a guess gets {1 / kinds:.0%}.",
        hint="Does each batch do all steps: forward pass, loss, zero_grad, backward pass, step?",
    )


def trained_network(
    lesson: ModuleType, shape: tuple[int, ...], weights: Any, **options: Any
) -> torch.nn.Module:
    """The course's network for images of this shape (C, H, W), here, with weights from there."""
    network: torch.nn.Module = lesson.small_cnn(shape, **options)
    own = list(network.parameters())
    arrays = list(map(as_array, weights)) if isinstance(weights, (list, tuple)) else []
    fitting = len(arrays) == len(own) and all(
        array is not None and array.shape == tuple(p.shape)
        for array, p in zip(arrays, own, strict=True)
    )
    check_true(fitting, "The network that was trained is not the one that make_model returned.")
    with torch.no_grad():
        for p, array in zip(own, arrays, strict=True):
            p.copy_(tensor(np.asarray(array, np.float32)))
    return network.eval()


def share_right(network: torch.nn.Module, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of the images (n, C, H, W) that a network names rightly."""
    with torch.no_grad():
        logits = network(tensor(images.astype(np.float32))).numpy()
    return float((logits.argmax(axis=1) == labels).mean())
