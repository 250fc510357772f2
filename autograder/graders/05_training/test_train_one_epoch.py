"""train_one_epoch: the new weights, the returned loss, the mode, each image once, loss_fn."""

import itertools
from collections.abc import Callable, Iterable
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
    as_array,
    check_close,
    check_equal,
    check_true,
    fail,
    probe,
    question,
    show,
)

from ..shared.mistakes import for_case
from ..shared.scenes import Loader, reference
from . import scenes
from .mistakes import ERASED, MEAN_NOT_SUM, SOFTMAX_TWICE, mean_loss_mistakes, single
from .scenes import Net, data_loader, draw_images, drawn_norm, play, state_of

Weights = dict[str, Tensor]


def draw_training(rng: np.random.Generator, images: int) -> tuple[Weights, Tensor, Tensor]:
    """Weights of the scenes' network, images and labels."""
    weights = {
        "hidden.weight": rng.normal(0, 0.6, (5, 6)),
        "hidden.bias": rng.normal(0, 0.6, 5),
        "head.weight": rng.normal(0, 0.8, (4, 5)),
        "head.bias": rng.normal(0, 0.8, 4),
    }
    x = draw_images(rng, images)
    tensors = {name: torch.from_numpy(value).float() for name, value in weights.items()}
    return tensors, x, torch.from_numpy(rng.integers(4, size=images))


def logits_of(weights: Weights, x: Tensor) -> Tensor:
    """What the network makes of images: (N, 4)."""
    hidden = torch.tanh(x.flatten(1) @ weights["hidden.weight"].T + weights["hidden.bias"])
    return hidden @ weights["head.weight"].T + weights["head.bias"]


def split_weights(weights: Weights, vector: Tensor) -> Weights:
    """One long vector as weights of the shapes of ``weights``."""
    parts = torch.split(vector, [weights[name].numel() for name in weights])
    return {name: part.view_as(weights[name]) for name, part in zip(weights, parts, strict=True)}


# ------------------------------------------------------------------ scenes


class Dropped(torch.nn.Module):
    """Dropout whose masks are given, one (features,) for each forward pass in training mode."""

    def __init__(self, masks: Any) -> None:
        super().__init__()
        self.masks, self.passes = masks, 0

    def forward(self, z: Any) -> Any:
        if not self.training:
            return z
        self.passes += 1
        return z * self.masks[(self.passes - 1) % len(self.masks)]


class Trail(torch.nn.Module):
    """Passes images (N, 6) on, and keeps a number for each feature that depends on their order."""

    def __init__(self) -> None:
        super().__init__()
        self.trail = torch.zeros(6)

    def forward(self, images: Any) -> Any:
        for image in images.detach():
            self.trail = self.trail / 2 + image
        return images


class Orders:
    """A sampler with an order of the images for each epoch, then with the natural one."""

    def __init__(self, orders: Iterable[Iterable[int]], images: int) -> None:
        self.orders, self.images = iter(orders), images

    def __iter__(self) -> Any:
        return iter(next(self.orders, range(self.images)))

    def __len__(self) -> int:
        return self.images


def small_net(weights: Weights, seen: list[Any], *between: Any) -> Any:
    """Linear, the layers ``between``, tanh, linear."""
    layers: dict[str, Any] = {"hidden": torch.nn.Linear(6, 5, dtype=torch.float32)}
    layers |= {layer.__class__.__name__.lower(): layer for layer in (*between, torch.nn.Tanh())}
    return Net(weights, seen, **layers, head=torch.nn.Linear(5, 4, dtype=torch.float32))


def sgd(model: Any, lr: float = 0.5, momentum: float = 0.0) -> Any:
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)


def vector_of(model: Any) -> Any:
    """All parameters as one long vector."""
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def new_weights(student: Any, weights: Weights, *batches: Any, **options: Any) -> Any:
    """The weights, as one long vector, after an epoch on x and y in batches of a size."""
    model = small_net(weights, [])
    student.train_one_epoch(model, data_loader(*batches), sgd(model, **options))
    return vector_of(model)


def new_weights_for_margin(student: Any, weights: Weights, *batches: Any) -> Any:
    """The weights after an epoch with another loss function."""
    model = small_net(weights, [])
    loss_fn = torch.nn.functional.multi_margin_loss
    student.train_one_epoch(model, data_loader(*batches), sgd(model), loss_fn)
    return vector_of(model)


def returned_loss(student: Any, weights: Weights, *batches: Any, **options: Any) -> Any:
    """What an epoch returns, for a loader that can only be looped over."""
    model = small_net(weights, [])
    return student.train_one_epoch(model, Loader(*batches), sgd(model, **options))


def modes(
    student: Any, training: bool, lr: float, weights: Weights, masks: Any, *batches: Any
) -> dict[str, Any]:
    """The weights and statistics that an epoch leaves, with dropout and batch normalisation.

    The network comes in training mode or not.
    """
    norm = torch.nn.BatchNorm1d(5, dtype=torch.float32)
    model = small_net(weights, [], Dropped(masks), norm).train(training)
    student.train_one_epoch(model, data_loader(*batches), sgd(model, lr=lr))
    return state_of(model)


def images_seen(
    student: Any, orders: list[list[int]], weights: Weights, x: Any, *more: Any
) -> list[dict[str, Any]]:
    """For each epoch the numbers of the images, as the network sees them, and their trail."""
    seen: list[Any] = []
    epochs = []
    hidden, head = torch.nn.Linear(6, 5), torch.nn.Linear(5, 4)
    trail = Trail()
    model = Net(weights, seen, trail=trail, hidden=hidden.float(), head=head.float())
    opt, loader = sgd(model), data_loader(x, *more, sampler=Orders(orders, len(x)))
    for _ in orders:
        student.train_one_epoch(model, loader, opt)
        ids = [number for look in seen for number in look]
        epochs.append({"ids": ids, "trail": trail.trail})
        seen.clear()
    return epochs


HELPERS = (*scenes.HELPERS, Dropped, Trail, Orders, small_net, sgd, vector_of)
NEW_WEIGHTS = probe(new_weights, with_=HELPERS)
NEW_WEIGHTS_FOR_MARGIN = probe(new_weights_for_margin, with_=HELPERS)
RETURNED_LOSS = probe(returned_loss, with_=HELPERS)
MODES = probe(modes, with_=HELPERS)
IMAGES_SEEN = probe(images_seen, with_=HELPERS)

# ------------------------------------------------------------------ loops


def of_probabilities(logits: Tensor, y: Tensor) -> Tensor:
    return cross_entropy(logits.softmax(1), y)


def summed(logits: Tensor, y: Tensor) -> Tensor:
    return cross_entropy(logits, y, reduction="sum")


def loop(
    *turn: str,
    loss_fn: Callable[..., Tensor] = cross_entropy,
    batches: Callable[[Any], Any] = iter,
    mode: Callable[[Any], Any] = torch.nn.Module.train,
    at_end: Callable[[Any], Any] = lambda opt: None,
) -> Callable[..., float]:
    """A training loop: the right one, or one in which a part is replaced by a mistake.

    ``turn`` says in which order each batch does ``zero_grad``, ``backward`` and ``step``;
    ``at_end`` is done with the optimizer after the last one. Returns the mean loss per image.
    """

    def train_one_epoch(model: Any, loader: Any, opt: Any, loss_fn: Any = loss_fn) -> float:
        mode(model)
        total, images = 0.0, 0
        for x, y in batches(loader):
            loss = loss_fn(model(x), y)
            for method in turn or RIGHT_TURN:
                getattr(loss if method == "backward" else opt, method)()
            total, images = total + loss.item() * len(y), images + len(y)
        at_end(opt)
        return total / images

    return train_one_epoch


RIGHT_TURN = ("zero_grad", "backward", "step")


def weights_by(our_loop: Callable[..., float]) -> Callable[..., Any]:
    """``new_weights`` with a loop of our own in the place of the student's."""
    return partial(new_weights, reference(our_loop))


RIGHT = reference(loop())
FROZEN = reference(loop(mode=torch.nn.Module.eval))

LOOP_MISTAKES: tuple[Mistake, ...] = (  # of the weights that new_weights gives for a loop
    Mistake("softmax-twice", SOFTMAX_TWICE, weights_by(loop(loss_fn=of_probabilities))),
    Mistake(
        "no-zero-grad",
        "Without zero_grad() the gradients of earlier batches are added to the new one: wipe them "
        "out once for each batch.",
        weights_by(loop("backward", "step")),
    ),
    Mistake(
        "zero-grad-after-backward",
        "The weights did not change: each batch needs backward() and then opt.step(). " + ERASED,
        weights_by(loop("backward", "zero_grad", "step")),
    ),
    Mistake("sum-not-mean", MEAN_NOT_SUM, weights_by(loop(loss_fn=summed))),
    Mistake(
        "first-batch-only",
        "Only the first batch was used: is there a return inside the loop?",
        weights_by(loop(batches=lambda loader: itertools.islice(loader, 1))),
    ),
    Mistake(
        "two-epochs",
        "The loop went through the loader twice: one epoch is once through it.",
        weights_by(loop(batches=lambda loader: itertools.chain(loader, loader))),
    ),
    Mistake(
        "one-step-an-epoch",
        "The optimizer steps once for each batch, not once for the epoch.",
        weights_by(loop("backward", at_end=torch.optim.SGD.step)),
        weights_by(loop("zero_grad", "backward", at_end=torch.optim.SGD.step)),
    ),
)

# ------------------------------------------------------------------ the new weights


def check_weights(student: StudentNotebook, *data: Any, **options: Any) -> None:
    """The weights after training must be those that our loop leaves."""
    got = play(student, NEW_WEIGHTS, *data, **options)
    expected = new_weights(RIGHT, *data, **options)
    hints = for_case(LOOP_MISTAKES, *data, **options)
    _, x, _, size = data
    given = f"{len(x)} image(s) in batches of {size}, SGD"
    check_close(got, expected, given=given, what="the new weights", hints=hints)


@question("train_one_epoch", weight=4)
def test_step_on_one_image(student: StudentNotebook, rng: np.random.Generator) -> None:
    """One image, one step: the weights are those of one step of SGD."""
    check_weights(student, *draw_training(rng, 1), 1)


@question("train_one_epoch", weight=4)
def test_steps_on_several_batches(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Each batch makes one step on its own mean gradient."""
    check_weights(student, *draw_training(rng, 2), 2)
    check_weights(student, *draw_training(rng, 3), 2)
    check_weights(student, *draw_training(rng, 8), 3, momentum=0.9, lr=0.2)


# ------------------------------------------------------------------ the returned loss


@question("train_one_epoch", weight=4)
def test_loss_of_the_epoch(student: StudentNotebook, rng: np.random.Generator) -> None:
    """It returns the mean loss per image, with an unequal last batch."""
    weights, x, y = draw_training(rng, 2)
    after_step = Mistake(
        "loss-after-step",
        "The loss of a batch is the one from before its step.",
        lambda: loss_after_step(weights, x, y),
    )
    check_epoch_loss(student, "2 images in one batch", [after_step], weights, x, y, 2)

    weights, x, y = draw_training(rng, 8)
    logits = logits_of(weights, x)
    y = torch.cat([logits[:6].argmax(1), logits[6:].argmin(1)])  # the last batch is the worst
    given = "8 images in batches of 3, learning rate 0"
    check_epoch_loss(student, given, [], weights, x, y, 3, lr=0.0)


def loss_after_step(weights: Weights, x: Tensor, y: Tensor) -> np.ndarray:
    moved = new_weights(RIGHT, weights, x, y, len(x))
    logits = logits_of(split_weights(weights, moved), x)
    return single(cross_entropy(logits, y))


def check_epoch_loss(
    student: StudentNotebook, given: str, hints: list[Mistake], *data: Any, **options: Any
) -> None:
    """The returned loss must be that of our loop."""
    got = play(student, RETURNED_LOSS, *data, **options)
    if getattr(as_array(got), "ndim", 1):
        fail(
            f"train_one_epoch should return one number, got {show(got)}.",
            hint="The mean loss per image of the whole epoch is one number. Is there a `return` "
            "after the loop?",
            mistake="no-single-loss",
        )
    expected = single(returned_loss(RIGHT, *data, **options))
    weights, x, y, size = data
    hints = [*hints, *mean_loss_mistakes(logits_of(weights, x), y, size)]
    check_close(got, expected, given=given, what="the returned loss", hints=hints)


# ------------------------------------------------------------------ mode, images, loss_fn


NO_TRAIN = (
    "Call model.train() first: in evaluation mode dropout does nothing, and batch normalisation "
    "keeps frozen statistics."
)


class Seen(msgspec.Struct, frozen=True):
    """What :func:`images_seen` reports of an epoch."""

    ids: list[int]
    trail: Any


@question("train_one_epoch", weight=2)
def test_training_mode(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The network is in training mode in each forward pass, in whatever mode it came."""
    for training, lr in ((False, 0.0), (True, 0.0), (False, 0.5)):
        weights, *data = draw_training(rng, 8)
        masks = torch.from_numpy(rng.choice([0.0, 2.0], (4, 5))).float()
        masks[:, rng.integers(5)] = 2.0  # something is left of each image
        scene = (training, lr, weights | drawn_norm(rng, "batchnorm1d", 5), masks, *data, 4)
        state = play(student, MODES, *scene, _returns=dict[str, Any])
        check_trained_in_training_mode(state, *scene)


def check_trained_in_training_mode(state: dict[str, Any], *scene: Any) -> None:
    """By the numbers: the running statistics are those of training mode, and so are the weights.

    Where the loop has another mistake its weights are wrong in both modes; with a learning rate of
    0 this does not matter.
    """
    right, frozen = modes(RIGHT, *scene), modes(FROZEN, *scene)
    training, lr = scene[:2]
    given = f"the model came in {'training' if training else 'evaluation'} mode"
    for name, value in right.items() if lr == 0 else ():
        mistake = Mistake("no-train-mode", NO_TRAIN, frozen[name])
        what = f"after the epoch its {name}"
        check_close(state.get(name), value, given=given, what=what, hints=[mistake])
    stays = all(Mistake("", "", value).explains(state.get(name)) for name, value in frozen.items())
    message = f"{given}, and was not in training mode in each forward pass."
    check_true(not stays, message, hint=NO_TRAIN, mistake="no-train-mode")


@question("train_one_epoch", weight=1)
def test_each_image_once(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Each image is seen once in an epoch, in the loader's order, also in the second epoch."""
    weights, x, y = draw_training(rng, 5)
    order = rng.permutation(5).tolist()
    scene = ([order, order[::-1]], weights, x, y, 2)
    epochs = play(student, IMAGES_SEEN, *scene, _returns=list[Seen])
    right = images_seen(RIGHT, *scene)
    check_equal(len(epochs), len(right), given="the number of epochs")
    for seen, expected in zip(epochs, right, strict=True):
        check_equal(seen.ids, expected["ids"], given="the images that the network saw")
        check_close(seen.trail, expected["trail"], what="what a layer keeps of the images")


@question("train_one_epoch", weight=1)
def test_given_loss_function(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The loss function that is given is the one that is used."""
    data = (*draw_training(rng, 4), 4)
    ignored = Mistake(
        "ignores-loss-fn",
        "This is what F.cross_entropy gives: call loss_fn.",
        lambda: new_weights(RIGHT, *data),
    )
    check_close(
        play(student, NEW_WEIGHTS_FOR_MARGIN, *data),
        new_weights_for_margin(RIGHT, *data),
        given="loss_fn=F.multi_margin_loss",
        what="the new weights",
        hints=[ignored],
    )
