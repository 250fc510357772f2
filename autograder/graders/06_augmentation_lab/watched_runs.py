"""Scenes in which the student's ``run`` trains networks that note what happens to them.

All of this but ``within_budget`` is sent to the student's kernel: it holds no secret.
"""

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from autograder import StudentNotebook, TimedOut, fail, probe

from ..shared.scenes import TORCH

BUDGET_S = 10  # CPU seconds for the training in one check; the solution needs less than 1


class Log:
    """What the networks of one run saw, said and learnt from."""

    def __init__(self) -> None:
        self.networks: list[Any] = []
        self.passes: list[dict[str, Any]] = []
        self.steps: list[Any] = []

    def before_step(self, *_: Any) -> None:
        grad = self.networks[-1].body[1].weight.grad if self.networks else None
        self.steps.append(None if grad is None else grad.detach().float().clone())

    def forward(self, network: Any, x: Any, logits: Any) -> None:
        note = {"x": x.detach().clone(), "logits": logits.detach().float().clone()}
        note |= {"grad": None, "network": network.number, "step": len(self.steps)}
        note |= {"weight": network.copy("weight"), "bias": network.copy("bias")}
        self.passes.append(note)
        if logits.requires_grad:
            logits.register_hook(lambda grad: note.update(grad=grad.float().clone()))


class Watched(torch.nn.Module):
    """A linear network for images of a shape, which notes all that it does in a log.

    Its answers are those of its weights and, besides, ``term`` (10, pixels) times the images:
    numbers that are drawn for this one run, so that no other run's log could be of it.
    """

    log: Log  # of the class: whoever copies a network does not copy its log
    term: Any

    def __init__(self, shape: Any) -> None:
        super().__init__()
        pixels = int(torch.tensor(shape).prod())
        self.body: Any = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(pixels, 10))
        self.log.networks.append(self)
        self.number = len(self.log.networks)

    def copy(self, name: str) -> Any:
        return getattr(self.body[1], name).detach().float().clone()

    def forward(self, x: Any) -> Any:
        logits = self.body(x) + torch.nn.functional.linear(x.flatten(1), self.term.to(x))
        self.log.forward(self, x, logits)
        return logits


def rolling() -> Callable[[Any], Any]:
    """A transform that rolls all rows of its images to the right, farther with each call."""
    calls = itertools.count(1)
    return lambda x: torch.roll(x, 1 + next(calls) % (x.shape[-1] - 1), dims=-1)


def watched_run(
    student: Any, augment: bool, seed: int, term: Any, **options: Any
) -> dict[str, Any]:
    """Run with a network that notes what it sees, what it says, and what it learns from."""
    log, Watched.term = Log(), term
    Watched.log = log
    hook = register_optimizer_step_pre_hook(log.before_step)
    try:
        history = student.run(augment, seed, make_model=Watched, **options)
    finally:
        hook.remove()
    return {"history": history, "passes": log.passes, "steps": log.steps}


KIT: list[Any] = [
    "import itertools",
    TORCH,
    "from torch.optim.optimizer import register_optimizer_step_pre_hook",
    Log,
    Watched,
    rolling,
    watched_run,
]


@probe(with_=KIT)
def rolled_run(student: Any, augment: bool, seed: int, **options: Any) -> dict[str, Any]:
    """A run whose transform rolls the images."""
    seen = watched_run(student, augment, seed, transform=rolling(), **options)
    return seen | {"after": options["data"][0][0]}


@probe(with_=KIT)
def still_run(student: Any, augment: bool, seed: int, **options: Any) -> dict[str, Any]:
    """A run whose transform changes nothing."""
    return watched_run(student, augment, seed, transform=lambda x: x.clone(), **options)


@probe(with_=KIT)
def run_on_own_digits(student: Any, augment: bool, seed: int, term: Any) -> dict[str, Any]:
    """One epoch on the notebook's own digits, which the transform rolls."""
    options = {"data": None, "epochs": 1, "lr": 1e-3, "batch_size": 32}
    return watched_run(student, augment, seed, term, transform=rolling(), **options)


def within_budget(student: StudentNotebook, *args: Any, **options: Any) -> Any:
    """Run a probe that trains. Once a budget is used up, no check waits for this student again."""
    if "budget spent" not in student.memory:
        try:
            return student.run(*args, _cpu_s=BUDGET_S, **options)
        except TimedOut:
            student.memory["budget spent"] = True
    return fail(
        f"The training budget of a check is {BUDGET_S} CPU seconds, and run used it up on a "
        "handful of images.",
        hint="Does run use the epochs, the data and the make_model that it is given?",
        mistake="out-of-budget",
    )
