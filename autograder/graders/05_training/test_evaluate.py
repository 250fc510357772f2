"""evaluate: loss and accuracy over all batches, and no trace of the measurement."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from autograder import (
    Mistake,
    StudentNotebook,
    check_close,
    check_equal,
    check_true,
    fail,
    probe,
    question,
    show,
)

from ..shared.scenes import Loader, image_numbers, reference
from . import scenes
from .mistakes import (
    CLASSES_ON_DIM_1,
    LAST_BATCH,
    WEIGHT_BATCHES,
    mean_loss_mistakes,
    single,
)
from .scenes import Net, data_loader, draw_images, play

Weights = dict[str, Tensor]


def draw_evaluation(
    rng: np.random.Generator, classes: int, right: list[bool]
) -> tuple[Weights, Tensor, Tensor]:
    """Weights, images and labels; ``right`` says for each image whether the network is right."""
    weights = {
        "linear.weight": torch.from_numpy(rng.normal(0, 0.7, (classes, 6))).float(),
        "linear.bias": torch.from_numpy(rng.normal(0, 0.7, classes)).float(),
    }
    x = draw_images(rng, len(right))
    logits = linear_logits(weights, x)
    return weights, x, torch.where(torch.tensor(right), logits.argmax(1), logits.argmin(1))


def linear_logits(weights: Weights, x: Tensor) -> Tensor:
    """What the network without a norm makes of images: (N, C)."""
    return x.flatten(1) @ weights["linear.weight"].T + weights["linear.bias"]


def draw_normalised(rng: np.random.Generator, images: int) -> tuple[Weights, Tensor, Tensor]:
    """Data for a network with batch normalisation, whose statistics are not the default ones."""
    weights, x, y = draw_evaluation(rng, 3, (rng.random(images) < 0.5).tolist())
    norm = {
        "norm.weight": torch.from_numpy(rng.uniform(0.5, 2, 3)).float(),
        "norm.bias": torch.from_numpy(rng.normal(size=3)).float(),
        "norm.running_mean": torch.from_numpy(rng.normal(size=3)).float(),
        "norm.running_var": torch.from_numpy(rng.uniform(0.5, 2, 3)).float(),
        "norm.num_batches_tracked": torch.tensor(5),
    }
    return weights | norm, x, y


# ------------------------------------------------------------------ scenes


def linear_net(weights: Weights, seen: list[Any]) -> Any:
    """Linear, and batch normalisation where the weights hold some."""
    classes = len(weights["linear.bias"])
    layers: dict[str, Any] = {"linear": torch.nn.Linear(6, classes, dtype=torch.float32)}
    if "norm.weight" in weights:
        layers["norm"] = torch.nn.BatchNorm1d(classes, dtype=torch.float32)
    return Net(weights, seen, **layers)


HELPERS = (*scenes.HELPERS, linear_net)


@probe(with_=HELPERS)
def measured(student: Any, weights: Weights, *batches: Any) -> Any:
    """What evaluate returns for x and y in batches of a size."""
    return student.evaluate(linear_net(weights, []), data_loader(*batches))


@probe(with_=HELPERS)
def measured_on_batches(student: Any, weights: Weights, *batches: Any) -> Any:
    """What evaluate returns for a loader that can only be looped over."""
    return student.evaluate(linear_net(weights, []), Loader(*batches))


def traces(student: Any, weights: Weights, *batches: Any, training: bool = True) -> dict[str, Any]:
    """What evaluate returns, the modes in which it calls a network, and what it leaves of it."""
    seen: list[Any] = []
    model = linear_net(weights, seen).train(training)
    return {
        "result": student.evaluate(model, data_loader(*batches)),
        "modes": [look["training"] for look in seen],
        "state": {name: value.detach() for name, value in model.state_dict().items()},
        "training": model.training,
    }


TRACES = probe(traces, with_=HELPERS)


@probe(with_=HELPERS)
def records(student: Any, weights: Weights, *batches: Any) -> dict[str, Any]:
    """Which images the network sees, what is recorded, and whether it can learn afterwards."""
    seen: list[Any] = []
    model = linear_net(weights, seen)
    student.evaluate(model, data_loader(*batches))
    return {
        "ids": [number for look in seen for number in look["ids"]],
        "recorded": any(look["recorded"] for look in seen),
        "can_learn": torch.is_grad_enabled() and all(p.requires_grad for p in model.parameters()),
    }


# ------------------------------------------------------------------ loss


def metric(result: Any, name: str) -> Any:
    if not isinstance(result, dict) or name not in result:
        fail(f"evaluate should return {{'loss': ..., 'acc': ...}}, got {show(result)}.")
    return result[name]


@question("evaluate", weight=4)
def test_validation_loss(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The loss is the mean per image over all batches."""
    for right, classes, size in (([True, False], 3, 2), ([True] * 6 + [False], 4, 3)):
        weights, x, y = draw_evaluation(rng, classes, right)
        result = play(student, measured_on_batches, weights, x, y, size)
        logits = linear_logits(weights, x)
        check_close(
            metric(result, "loss"),
            single(cross_entropy(logits, y)),
            given=f"{len(x)} images in batches of {size}",
            what="loss",
            hints=mean_loss_mistakes(logits, y, size),
        )


# ------------------------------------------------------------------ accuracy

SHARES = [  # for each image whether the network is right; number of classes; size of a batch
    ([1, 1, 0], 3, 3),
    ([1, 0, 1, 0, 0, 0, 1], 4, 3),
    ([1, 1, 0, 0, 0], 2, 1),
]


@question("evaluate", weight=4)
def test_accuracy(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The accuracy is the share of right images, between 0 and 1."""
    for right, classes, size in SHARES:
        weights, x, y = draw_until_distinct(rng, [r == 1 for r in right], classes, size)
        result = play(student, measured, weights, x, y, size)
        check_close(
            metric(result, "acc"),
            single(np.mean(right)),
            given=f"{len(x)} images in batches of {size}, {classes} classes",
            what="acc",
            hints=accuracy_mistakes(linear_logits(weights, x), y, size),
        )


def draw_until_distinct(
    rng: np.random.Generator, right: list[bool], classes: int, size: int
) -> tuple[Weights, Tensor, Tensor]:
    """Data on which the largest logit of each column does not happen to give the accuracy."""
    while True:
        weights, x, y = draw_evaluation(rng, classes, right)
        by_column = argmax_over_images(linear_logits(weights, x), y, size)
        if not abs(by_column - np.mean(right)) <= 0.1:
            return weights, x, y


def argmax_over_images(logits: Tensor, y: Tensor, size: int) -> float:
    """The accuracy with ``argmax(0)``; NaN where the shapes do not happen to fit."""
    if any(len(part) != logits.shape[1] for part in y.split(size)):
        return math.nan
    pairs = zip(logits.split(size), y.split(size), strict=True)
    return float(np.mean([(a.argmax(0) == b).float().mean().item() for a, b in pairs]))


def accuracy_mistakes(logits: Tensor, y: Tensor, size: int) -> list[Mistake]:
    """What known mistakes give for the accuracy."""
    hit = (logits.argmax(1) == y).float()
    shares = [part.mean().item() for part in hit.split(size)]
    by_column = argmax_over_images(logits, y, size)
    percent = "acc is a share between 0 and 1, not a percentage."
    return [
        Mistake("argmax-over-images", CLASSES_ON_DIM_1, single(by_column)),
        Mistake("percent", percent, single(100 * hit.mean())),
        Mistake("count", "Divide the number of right images by that of all.", single(hit.sum())),
        Mistake("error-rate", "This is the share of wrong images.", single(1 - hit.mean())),
        Mistake("mean-of-batch-means", WEIGHT_BATCHES, single(np.mean(shares))),
        Mistake("last-batch-only", LAST_BATCH, single(shares[-1])),
    ]


# ------------------------------------------------------------------ no trace

NO_EVAL = (
    "Call model.eval() before measuring: in training mode dropout is on, and batch normalisation "
    "uses and changes the statistics with the validation images."
)


def check_eval_mode(modes: list[bool | None]) -> None:
    check_true(modes, "The network was never called.")
    message = "The network was not in evaluation mode in each forward pass."
    switched = all(mode is False for mode in modes)
    check_true(switched, message, hint=NO_EVAL, mistake="no-eval")


def evaluate(model: Any, loader: Any) -> dict[str, float]:
    """What a measurement in training mode gives."""
    losses = [cross_entropy(model(x), y, reduction="none").detach() for x, y in loader]
    return {"loss": torch.cat(losses).mean().item()}


@question("evaluate", weight=3)
def test_evaluation_leaves_no_trace(student: StudentNotebook, rng: np.random.Generator) -> None:
    """It measures in evaluation mode and changes neither weights nor statistics."""
    weights, x, y = draw_normalised(rng, 4)
    report = play(student, TRACES, weights, x, y, 2)
    check_eval_mode(report["modes"])
    # What it reports of its mode may be made up; the loss tells as well.
    wrong = traces(reference(evaluate), weights, x, y, 2)["result"]
    got = report["result"] if isinstance(report["result"], dict) else {}
    if Mistake("no-eval", NO_EVAL, single(wrong["loss"])).explains(got.get("loss")):
        fail("The loss is the one of training mode.", hint=NO_EVAL, mistake="no-eval")
    state = report["state"] if isinstance(report["state"], dict) else {}
    for name, value in weights.items():
        check_close(state.get(name), value, given="after evaluate", what=name)


@question("evaluate", weight=3)
def test_evaluation_records_no_gradient(student: StudentNotebook, rng: np.random.Generator) -> None:
    """It sees each image once and records nothing for a backward pass."""
    weights, x, y = draw_evaluation(rng, 3, [True] * 5)
    report = play(student, records, weights, x, y, 2)
    ids, numbers = sorted(report["ids"]), sorted(image_numbers(x))
    check_equal(ids, numbers, given="the images that the network saw")
    check_true(
        not report["recorded"],
        "The forward passes were recorded for a gradient.",
        hint="Measure inside `with torch.no_grad():`. Without it each forward pass keeps its "
        "intermediate results in memory, for a backward pass that never comes.",
        mistake="no-no-grad",
    )
    check_true(
        report["can_learn"],
        "After evaluate no gradient is recorded any more, so the network cannot go on learning.",
        hint="Measure inside `with torch.no_grad():`, which ends with its block, instead of "
        "switching gradients off for good.",
        mistake="gradients-stay-off",
    )


@question("evaluate", weight=2)
def test_evaluation_restores_the_mode(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Afterwards the model is in the mode again in which it came."""
    for training in (True, False):
        data = (*draw_normalised(rng, 4), 2)
        report = play(student, TRACES, *data, training=training)
        check_eval_mode(report["modes"])
        check_true(
            report["training"] is training,
            f"The model came in {'training' if training else 'evaluation'} mode and left in the "
            "other one.",
            hint="Remember model.training at the start, and call model.train(that) at the end.",
            mistake="mode-not-restored",
        )
