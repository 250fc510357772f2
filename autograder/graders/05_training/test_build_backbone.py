"""build_backbone: shapes, size, raw logits, nonlinearities, gradients."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import torch

from autograder import (
    StudentNotebook,
    as_array,
    check_close,
    check_equal,
    check_true,
    describe_call,
    fail,
    once,
    probe,
    question,
    show,
    works,
)

from ..shared.scenes import TORCH
from .bends import FACTOR, Bends, bends, draw_colours, straight_pairs
from .locality import Meeting, draw_pixels, meeting
from .mistakes import SOFTMAX_TWICE
from .scenes import play

SMALL = (8, 16, 24, 32)  # 8 divides them all: some norms and convolutions work in groups


def look(student: Any, images: Any, seed: int, **options: Any) -> Any:
    """What ``observe(model, images)`` reports of a fresh backbone; its type if it is no network.

    The network is in evaluation mode, and nothing is recorded.
    """
    torch.manual_seed(seed)
    model = student.build_backbone(**options)
    if not isinstance(model, torch.nn.Module):
        return {"type": type(model).__name__}
    model.eval()
    images = images.to(next(model.parameters()).dtype)  # the notebook may have chosen float64
    with torch.no_grad():
        model(images)  # lazy layers get their weights
        for p in model.parameters():
            if not p.any():
                p.normal_(0, 0.1)  # a start at zero is a good one, but shows nothing yet
        return observe(model, images)


def observe(model: Any, images: Any) -> dict[str, Any]:
    """Stands for the function that a probe brings along."""
    raise NotImplementedError


def asking(what: Callable[[Any, Any], dict[str, Any]]) -> Any:
    """The probe that takes a look with the function ``what(model, images)``."""
    return probe(look, with_=[TORCH, what, f"observe = {what.__name__}"])


def size_of(model: Any, images: Any) -> dict[str, Any]:
    """The number of parameters."""
    return {"parameters": sum(p.numel() for p in model.parameters())}


def logits_of(model: Any, images: Any) -> dict[str, Any]:
    """The logits of all images together, and those of each image alone."""
    return {"logits": model(images), "alone": [model(image[None]) for image in images]}


def rescaled_logits(model: Any, images: Any) -> dict[str, Any]:
    """The logits, those of training mode, and those with weights a hundred times as large."""
    report = {"logits": model(images), "training": model.train()(images)}
    model.eval()
    weights = [p for p in model.parameters() if p.dim() > 1]
    for weight in weights:
        weight.mul_(100)
    report["rescaled"] = model(images)
    for weight in weights:
        weight.div_(100)  # the next call may well return this network again
    return report


def slopes_of(model: Any, images: Any) -> dict[str, Any]:
    """How many weights there are, and how many get a gradient."""
    torch.set_grad_enabled(True)  # whatever the notebook has left
    model.zero_grad()
    model(images).square().sum().backward()
    weights = [p for p in model.parameters() if p.dim() > 1]
    learning = sum(w.grad is not None and bool(w.grad.any()) for w in weights)
    return {"weights": len(weights), "learning": learning}


SIZE, LOGITS, RESCALED, SLOPES = map(asking, (size_of, logits_of, rescaled_logits, slopes_of))


def pixels_of(model: Any, images: Any) -> dict[str, Any]:
    """The logits of all images."""
    return {"logits": model(images)}


PIXELS = asking(pixels_of)


class Report(msgspec.Struct, frozen=True):
    """What :func:`look` reports: what its ``observe`` gives, or the type of what is no network."""

    type: str | None = None
    parameters: int = 0
    logits: Any = None
    alone: list[Any] = []
    training: Any = None
    rescaled: Any = None
    weights: int = 0
    learning: int = 0


@probe
def shares_parameters(student: Any, **options: Any) -> bool:
    """Whether two networks share parameters."""
    first, second = (student.build_backbone(**options) for _ in range(2))
    own = {id(p) for p in first.parameters()}
    return any(id(p) in own for p in second.parameters())


def ask(student: StudentNotebook, scene: Any, images: Any, seed: int = 0, **options: Any) -> Report:
    """The report of one probe; fails where ``build_backbone(**options)`` is no network."""
    x = torch.as_tensor(images).float()
    report: Report = play(student, scene, x, seed, **options, _returns=Report)
    if report.type is not None:
        given = describe_call("build_backbone", **options)
        fail(f"{given} should return an nn.Module, got {report.type[:40]}.")
    return report


def parameters(student: StudentNotebook, **options: Any) -> int:
    """The number of parameters of ``build_backbone(**options)``."""
    image = np.zeros((1, options.get("in_ch", 3), 32, 32))
    return ask(student, SIZE, image, **options).parameters


def where_pixels_meet(student: StudentNotebook, rng: np.random.Generator) -> Meeting:
    """How the pixels of drawn images interact in the logits, found out once for all checks."""

    def compute() -> Meeting:
        scene = draw_pixels(rng)
        report = ask(student, PIXELS, scene.images, int(rng.integers(1 << 30)), widths=SMALL)
        logits = as_array(report.logits)
        given = f"build_backbone(widths={SMALL})"
        check_logits(logits, (len(scene.images), 10), given)
        assert logits is not None  # else the line above has failed
        check_true(np.isfinite(logits).all(), "Some logits are not finite.")
        return meeting(logits, scene)

    return once(student, "where pixels meet", compute)


def require_convolutions(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Convolutions share their weights, and near pixels meet in them where far ones do not.

    Every check asks for it: what a network without convolutions reports is worth nothing.
    """
    if works(cost_of_a_channel, student):  # else in_ch is not used: test_backbone_shapes says so
        more = cost_of_a_channel(student)
        check_true(
            more < 2000,
            f"One more input channel costs {more:,} parameters.",
            hint="The first layer should be a convolution, which shares its weights across the "
            "image.",
        )
    check_true(
        where_pixels_meet(student, rng).local,
        "In this network pixels that lie side by side meet no more than pixels far apart.",
        hint="The first layers should be convolutions with kernels of more than one pixel, each "
        "with a nonlinearity.",
        mistake="not-local",
    )


def cost_of_a_channel(student: StudentNotebook) -> int:
    """The parameters that a fourth input channel costs, found out once for all checks."""

    def compute() -> int:
        three, four = (parameters(student, widths=SMALL, in_ch=channels) for channels in (3, 4))
        return four - three

    return once(student, "cost of a channel", compute)


# ------------------------------------------------------------------ checks

SHAPES: list[tuple[int, dict[str, Any]]] = [  # a number of images, and arguments
    (1, {"widths": SMALL}),
    (2, {"widths": SMALL, "in_ch": 1, "num_classes": 7}),
    (3, {"widths": (24, 8, 40, 16), "in_ch": 2, "num_classes": 2}),
    (2, {}),
]


@question("build_backbone", weight=4)
def test_backbone_shapes(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Images of 32×32 pixels become logits, one for each class, whatever the arguments."""
    for images, options in SHAPES:
        x = rng.normal(size=(images, options.get("in_ch", 3), 32, 32))
        logits = ask(student, LOGITS, x, **options).logits
        expected = (images, options.get("num_classes", 10))
        check_logits(logits, expected, describe_call("build_backbone", **options))
    check_networks_of_their_own(student)
    require_convolutions(student, rng)
    check_true(
        where_pixels_meet(student, rng).shrinks,
        "Height and width do not shrink on the way: pixels nine apart never meet in a unit, or a "
        "step of one pixel changes nothing.",
        hint="Halve them twice, by pooling or by strides, before the last convolution.",
        mistake="never-shrinks",
    )


def check_logits(logits: Any, expected: tuple[int, int], given: str) -> None:
    shape = getattr(as_array(logits), "shape", None)
    check_true(
        shape == expected,
        f"{given}: {expected[0]} images give logits of shape {shape}, expected {expected}.",
    )


def check_networks_of_their_own(student: StudentNotebook) -> None:
    check_true(
        not play(student, shares_parameters, widths=SMALL, _returns=bool),
        f"build_backbone(widths={SMALL}), called twice, gives networks that share their "
        "parameters.",
        hint="Each call builds a new network: training one must not change the other.",
        mistake="shared-network",
    )


@question("build_backbone", weight=2)
def test_backbone_size(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The network has 300,000 to 1,500,000 parameters, and fewer with small widths."""
    count = parameters(student)
    check_true(
        300_000 <= count <= 1_500_000,
        f"build_backbone() has {count:,} parameters, expected 300,000 to 1,500,000.",
        hint="A head that is linear on 8×8×256 numbers has 163,850. A larger one needs pooling "
        "first; a much smaller network misses a layer.",
    )
    small = parameters(student, widths=SMALL)
    check_true(
        3 * small < count,
        f"With widths={SMALL} it has {small:,} parameters, by default {count:,}.",
        hint="Use widths for the output channels of the four convolutions.",
    )
    for index in range(4):
        check_width_counts(student, index, small)
    require_convolutions(student, rng)


def check_width_counts(student: StudentNotebook, index: int, small: int) -> None:
    """A larger ``widths[index]`` must give more than the ``small`` number of parameters."""
    more = tuple(width + 8 * (place == index) for place, width in enumerate(SMALL))
    larger = parameters(student, widths=more)
    check_true(
        larger > small,
        f"With widths={more} it has {larger:,} parameters, as with widths={SMALL}.",
        hint=f"widths[{index}] is not used: there are four convolutions, with widths[0] to "
        "widths[3] output channels.",
        mistake="width-not-used",
    )


@question("build_backbone", weight=2)
def test_backbone_returns_raw_logits(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The outputs are raw logits: no softmax and no ReLU at the end."""
    x = rng.normal(size=(2, 3, 32, 32))
    seeds = rng.integers(1 << 30, size=3).tolist()
    reports = [ask(student, RESCALED, x, seed, widths=SMALL) for seed in seeds]
    plain, training, rescaled = (
        np.array([logits_in(getattr(report, kind)) for report in reports])
        for kind in ("logits", "training", "rescaled")
    )
    logits = np.stack([plain, training])
    check_true(np.isfinite(logits).all(), "Some logits are not finite.")
    check_no_softmax(plain, "")
    check_no_softmax(training, " in training mode")
    check_true(
        logits.min() < 0,
        f"None of {logits.size} outputs is negative.",
        hint="No ReLU (or sigmoid) on the logits: the output layer stays linear. A class whose "
        "score would be negative gets 0 and no gradient: it dies.",
        mistake="relu-on-logits",
    )
    check_true(
        np.abs(rescaled).max() > 1.5,
        "The outputs never leave the range from -1 to 1, however large the weights are.",
        hint="Logits are scores without limits: the output layer stays linear.",
        mistake="squashed-logits",
    )
    require_convolutions(student, rng)


def logits_in(report: Any) -> np.ndarray:
    """Logits of two images (2, 10)."""
    logits = as_array(report)
    check_logits(logits, (2, 10), f"build_backbone(widths={SMALL})")
    assert logits is not None
    return logits


def check_no_softmax(outputs: np.ndarray, where: str) -> None:
    check_true(
        not (np.allclose(outputs.sum(-1), 1, atol=1e-3) and outputs.min() >= 0),
        f"The outputs of each image{where} add up to 1 and none is negative: they are "
        "probabilities.",
        hint="No softmax at the end of the network. " + SOFTMAX_TWICE,
        mistake="softmax-in-model",
    )


@question("build_backbone", weight=2)
def test_backbone_is_not_linear(student: StudentNotebook, rng: np.random.Generator) -> None:
    """There is a nonlinearity after each convolution."""
    seed = int(rng.integers(1 << 30))
    parameters(student, widths=SMALL)  # it says so if this is no network
    colours = draw_colours(rng)
    report: Bends = play(student, bends, colours, seed, FACTOR, widths=SMALL, _returns=Bends)
    pairs, groups = straight_pairs(report)
    if pairs and groups < 3:
        fail(
            "Your network behaves like a linear one (max pooling aside).",
            hint="A stack of convolutions without nonlinearities can only do what one linear layer "
            "can: put a ReLU (or GELU, ...) after each convolution.",
            mistake="no-nonlinearity",
        )
    # Four convolutions and the head are five groups. A layer may be made of several weights.
    convs = [i for i, dims in enumerate(report.dims) if dims == 4]
    straight = [pair for pair in pairs if len(convs) == 4 and set(pair) & set(convs)]
    if straight or (pairs and groups < 5):
        first, second = (report.names[i] for i in (straight or pairs)[0])
        fail(
            f"Between the layers with the weights {show(first)} and {show(second)} there is no "
            "nonlinearity.",
            hint="Without a ReLU (or GELU, ...) in between, two layers can only do what one layer "
            "can; pooling does not change that. Each of the four convolutions needs one behind it.",
            mistake="one-nonlinearity-missing",
        )
    require_convolutions(student, rng)


@question("build_backbone", weight=1)
def test_backbone_sees_each_image_alone(student: StudentNotebook, rng: np.random.Generator) -> None:
    """In evaluation mode the logits of an image do not depend on the rest of the batch."""
    report = ask(student, LOGITS, rng.normal(size=(3, 3, 32, 32)), widths=SMALL)
    together = as_array(report.logits)
    given = f"build_backbone(widths={SMALL})"
    check_logits(together, (3, 10), given)
    assert together is not None  # else the line above has failed
    check_equal(len(report.alone), 3, given="the number of images")
    for index, alone in enumerate(report.alone):
        expected = together[index : index + 1]
        given = f"image {index} of 3, given alone"
        check_close(alone, expected, given=given, what="its logits")
    require_convolutions(student, rng)


@question("build_backbone", weight=1)
def test_backbone_can_learn(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The gradient reaches the parameters."""
    report = ask(student, SLOPES, rng.normal(size=(2, 3, 32, 32)), widths=SMALL)
    learning, count = report.learning, report.weights
    check_true(
        learning > 0.8 * count,
        f"Only {learning} of {count} weight tensors get a gradient.",
        hint="No detach() and no torch.no_grad() inside the model, and no frozen layer.",
    )
    require_convolutions(student, rng)
