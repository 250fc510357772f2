"""evaluate: loss and accuracy over all batches, and no trace of the measurement."""

import collections
import math
from functools import partial
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from autograder import (
    Mistake,
    StudentNotebook,
    check_close,
    check_true,
    fail,
    probe,
    question,
    show,
    works,
)

from ..shared.scenes import Loader, reference
from . import scenes
from .mistakes import (
    CLASSES_ON_DIM_1,
    LAST_BATCH,
    WEIGHT_BATCHES,
    mean_loss_mistakes,
    single,
)
from .scenes import Net, data_loader, draw_images, drawn_norm, play, state_of

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
    return weights | drawn_norm(rng, "norm", 3), x, y


# ------------------------------------------------------------------ scenes


def linear_net(weights: Weights, seen: list[Any]) -> Any:
    """Linear, and batch normalisation where the weights hold some."""
    classes = len(weights["linear.bias"])
    layers: dict[str, Any] = {"linear": torch.nn.Linear(6, classes, dtype=torch.float32)}
    if "norm.weight" in weights:
        layers["norm"] = torch.nn.BatchNorm1d(classes, dtype=torch.float32)
    return Net(weights, seen, **layers)


class Telling(torch.nn.Module):
    """Multiplies logits by 1, and by the one of two factors where they are recorded for a gradient.

    An image that comes again is multiplied by the other factor each time.
    """

    def __init__(self, factors: Any) -> None:
        super().__init__()
        self.factors = factors
        self.passes: collections.Counter[Any] = collections.Counter()

    def forward(self, z: Any) -> Any:
        rows = [tuple(row) for row in z.detach().tolist()]
        again = torch.tensor([self.factors[1] ** self.passes[row] for row in rows])
        self.passes.update(rows)
        return z * again[:, None] * (self.factors[0] if z.requires_grad else 1.0)


HELPERS = ("import collections", *scenes.HELPERS, linear_net, Telling)


@probe(with_=HELPERS)
def measured(student: Any, weights: Weights, *batches: Any) -> Any:
    """What evaluate returns for x and y in batches of a size."""
    return student.evaluate(linear_net(weights, []), data_loader(*batches))


@probe(with_=HELPERS)
def measured_on_batches(student: Any, weights: Weights, *batches: Any) -> Any:
    """What evaluate returns for a loader that can only be looped over."""
    return student.evaluate(linear_net(weights, []), Loader(*batches))


def traces(student: Any, weights: Weights, *batches: Any, training: bool = True) -> dict[str, Any]:
    """What evaluate returns, what it leaves of a network, and what this then makes of images."""
    model = linear_net(weights, []).train(training)
    result = student.evaluate(model, data_loader(*batches))
    state = state_of(model)
    return {"result": result, "state": state, "after": model(batches[0]).detach()}


def records(student: Any, weights: Weights, factors: Any, *batches: Any) -> dict[str, Any]:
    """What evaluate returns for a network that tells when it is recorded, and a step afterwards.

    The step is one of ours, on the same images: its weights tell whether the network can learn.
    """
    model = linear_net(weights, [])
    model.add_module("telling", Telling(factors))
    result = student.evaluate(model, data_loader(*batches))
    del model.telling
    x, y, _ = batches
    loss = torch.nn.functional.cross_entropy(model(x), y)
    if loss.requires_grad:
        model.zero_grad()
        loss.backward()
        torch.optim.SGD(model.parameters(), lr=1.0).step()
    return {"result": result, "state": state_of(model)}


TRACES, RECORDS = probe(traces, with_=HELPERS), probe(records, with_=HELPERS)


class Evaluated(msgspec.Struct, frozen=True):
    """What :func:`traces` and :func:`records` report."""

    state: dict[str, Any]
    result: Any = None
    after: Any = None


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

SHARES = [(3, 3, 3), (7, 4, 3), (5, 2, 1)]  # images, classes, size of a batch


@question("evaluate", weight=4)
def test_accuracy(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The accuracy is the share of right images, between 0 and 1."""
    for images, classes, size in SHARES:
        right, (weights, x, y) = draw_until_distinct(rng, images, classes, size)
        result = play(student, measured, weights, x, y, size)
        check_close(
            metric(result, "acc"),
            single(np.mean(right)),
            given=f"{len(x)} images in batches of {size}, {classes} classes",
            what="acc",
            hints=accuracy_mistakes(linear_logits(weights, x), y, size),
        )


def draw_until_distinct(
    rng: np.random.Generator, images: int, classes: int, size: int
) -> tuple[np.ndarray, tuple[Weights, Tensor, Tensor]]:
    """Which images are right, some but not all, and data on which no mistake gives their share."""
    while True:
        right = rng.permutation(images) < rng.integers(1, images)
        weights, x, y = data = draw_evaluation(rng, classes, right.tolist())
        by_column = argmax_over_images(linear_logits(weights, x), y, size)
        batches = np.mean([right[i : i + size].mean() for i in range(0, images, size)])
        unequal = images % size == 0 or abs(batches - right.mean()) > 0.05
        if unequal and not abs(by_column - right.mean()) <= 0.1:
            return right, data


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


RECORDED = (
    "Measure inside `with torch.no_grad():`. Without it each forward pass keeps its "
    "intermediate results in memory, for a backward pass that never comes."
)
STAYS_OFF = (
    "Measure inside `with torch.no_grad():`, which ends with its block, instead of switching "
    "gradients off for good."
)
TWICE = "The network should see each image once."


def measuring(training: bool = False, record: bool = False, times: int = 1) -> Any:
    """A right evaluate, or one with a mistake: in training mode, recorded, or done twice."""

    def evaluate(model: Any, loader: Any) -> dict[str, float]:
        before = model.training
        model.train(training)
        with torch.set_grad_enabled(record):
            for _ in range(times):
                parts = [(model(x), y) for x, y in loader]
        model.train(before)
        logits, y = (torch.cat(part) for part in zip(*parts, strict=True))
        return {"loss": cross_entropy(logits, y).item()}

    return reference(evaluate)


@question("evaluate", weight=3)
def test_evaluation_leaves_no_trace(student: StudentNotebook, rng: np.random.Generator) -> None:
    """It measures in evaluation mode and changes neither weights nor statistics."""
    data = (*draw_normalised(rng, 4), 2)
    report = play(student, TRACES, *data, _returns=Evaluated)
    check_loss(report.result, traces, data, Mistake("no-eval", NO_EVAL, measuring(training=True)))
    check_state(report.state, data[0], "after evaluate")


def check_loss(result: Any, scene: Any, data: Any, *wrong: Mistake) -> None:
    """The loss must be the one that a right evaluate gives in this scene.

    Each mistake is a wrong evaluate; it is played only where the loss is not the right one.
    """
    hints = [
        Mistake(row.name, row.sentence, partial(loss_of, scene, row.values[0], data))
        for row in wrong
    ]
    expected = loss_of(scene, measuring(), data)
    check_close(metric(result, "loss"), expected, given="4 images", what="loss", hints=hints)


def loss_of(scene: Any, our_own: Any, data: Any) -> np.ndarray:
    return single(scene(our_own, *data)["result"]["loss"])


def check_state(state: dict[str, Any], expected: Weights, given: str) -> None:
    for name, value in expected.items():
        check_close(state.get(name), value, given=given, what=name)


@question("evaluate", weight=3)
def test_evaluation_records_no_gradient(student: StudentNotebook, rng: np.random.Generator) -> None:
    """It sees each image once and records nothing for a backward pass."""
    weights, x, y = draw_evaluation(rng, 3, (rng.random(4) < 0.5).tolist())
    data = (weights, rng.uniform(1.5, 3, 2).tolist(), x, y, 2)
    report = play(student, RECORDS, *data, _returns=Evaluated)
    recorded = Mistake("no-no-grad", RECORDED, measuring(record=True))
    check_loss(report.result, records, data, recorded, Mistake("twice", TWICE, measuring(times=2)))
    unmoved = all(matching(report.state.get(name), value) for name, value in weights.items())
    check_true(
        not unmoved,
        "After evaluate no gradient is recorded any more, so the network cannot go on learning.",
        hint=STAYS_OFF,
        mistake="gradients-stay-off",
    )
    right = records(measuring(), *data)["state"]
    check_state(report.state, right, "after evaluate and one more step of SGD")


def matching(got: Any, expected: Tensor) -> bool:
    return works(check_close, got, expected)


@question("evaluate", weight=2)
def test_evaluation_restores_the_mode(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Afterwards the model is in the mode again in which it came."""
    for training in (True, False):
        data = (*draw_normalised(rng, 4), 2)
        report = play(student, TRACES, *data, training=training, _returns=Evaluated)
        no_eval = Mistake("no-eval", NO_EVAL, measuring(training=True))
        check_loss(report.result, traces, data, no_eval)
        right, other = (
            traces(measuring(), *data, training=m)["after"] for m in (training, not training)
        )
        check_true(
            not matching(report.after, other),
            f"The model came in {'training' if training else 'evaluation'} mode and left in the "
            "other one.",
            hint="Remember model.training at the start, and call model.train(that) at the end.",
            mistake="mode-not-restored",
        )
        check_close(report.after, right, given="after evaluate", what="the logits")
