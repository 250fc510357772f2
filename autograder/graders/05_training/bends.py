"""Finds out between which layers of a backbone nothing bends, whatever it is made of.

Each kernel keeps its middle only, so that plain maps stay plain and pooling does nothing. All
weights are positive and there are no biases, so that ReLU lets everything through. Then one
weight is multiplied by a factor and another divided by it: if nothing bends between the two, the
logits stay.
"""

import itertools
from typing import Any

import msgspec
import numpy as np
import torch

from autograder import as_array, fail, probe

from ..shared.scenes import TORCH

IMAGES, CLASSES = 5, 10
FACTOR = -1024.0  # a power of two: no rounding. Negative for ReLU, large for tanh
Pair = tuple[int, int]


class Bends(msgspec.Struct, frozen=True):
    """What :func:`traded` reports; each entry belongs to one of the weights."""

    names: list[str]
    dims: list[int]
    before: Any
    alone: list[list[Any]]
    traded: list[list[Any]]

    def __post_init__(self) -> None:
        count = len(self.names)
        lengths = [len(self.dims), len(self.alone), len(self.traded)]
        complete = all(len(three) == 3 for three in self.alone)
        if lengths != [count] * 3 or not complete:
            raise ValueError("an entry for each weight is needed")
        if any(len(others) != count - 1 for others in self.traded):
            raise ValueError("an entry for each pair of weights is needed")


def make_plain(model: Any) -> None:
    """Give a network positive weights, kernels of one pixel, and no biases."""
    for name, p in model.named_parameters():
        if p.dim() < 2:
            p.abs_().clamp_(min=0.1) if name.endswith("weight") else p.zero_()
            continue
        p.copy_(torch.rand(p.shape) + 0.5)
        if p.dim() == 4:
            middle = torch.zeros_like(p)
            middle[..., p.shape[2] // 2, p.shape[3] // 2] = 1
            p.mul_(middle)
        p.div_(p.flatten(1).sum(1).mean())


def traded(model: Any, images: Any, factor: float) -> dict[str, Any]:
    """The logits of a plain network with each weight changed alone, and with each pair traded."""
    weights = [p for p in model.parameters() if p.dim() > 1]
    kept = [p.clone() for p in weights]
    every = range(len(weights))

    def logits(*changes: tuple[int, float]) -> Any:
        for index, by in changes:
            weights[index].mul_(by)
        seen = model(images)
        for index, _ in changes:
            weights[index].copy_(kept[index])
        return seen

    return {
        "names": [name for name, p in model.named_parameters() if p.dim() > 1],
        "dims": [p.dim() for p in weights],
        "before": logits(),
        "alone": [[logits((i, by)) for by in (0, -1, factor)] for i in every],
        "traded": [[logits((i, factor), (j, 1 / factor)) for j in every if j != i] for i in every],
    }


@probe(with_=[TORCH, make_plain, traded])
def bends(student: Any, images: Any, seed: int, factor: float, **options: Any) -> Any:
    """Report what a backbone makes of plain images when two of its weights trade a factor."""
    torch.manual_seed(seed)
    model = student.build_backbone(**options).eval()
    images = images.to(next(model.parameters()).dtype)
    with torch.no_grad():
        model(images)  # lazy layers get their weights
        start = [p.clone() for p in model.parameters()]
        make_plain(model)
        report = traded(model, images, factor)
        for p, value in zip(model.parameters(), start, strict=True):
            p.copy_(value)  # the next call may well return this network again
    return report


def draw_colours(rng: np.random.Generator) -> torch.Tensor:
    """Five plain images (5, 3, 32, 32) with which a bend shows."""
    colours = torch.from_numpy(rng.uniform(0.1, 0.8, (5, 3, 1, 1))).float()
    colours[:2] += 2  # beyond the straight part of tanh; of the others, it is the darker ones
    return colours.expand(5, 3, 32, 32).contiguous()


def straight_pairs(report: Bends) -> tuple[list[Pair], int]:
    """The pairs of weights between which nothing bends, and the number of groups they make.

    Weights that do not count, or that a norm scales back, are in no pair.
    """
    before = centred(report.before)

    def same(logits: Any) -> bool:
        return np.allclose(centred(logits), before, rtol=0, atol=0.02 * np.abs(before).max())

    def trade(i: int, j: int) -> bool:
        return same(report.traded[i][j - (j > i)])

    counts = [i for i, (erased, *_) in enumerate(report.alone) if not same(erased)]
    tells = [i for i in counts if not any(map(same, report.alone[i][1:]))]
    pairs = [(i, j) for i, j in itertools.combinations(tells, 2) if trade(i, j) and trade(j, i)]
    return pairs, groups_of(counts, pairs)


def groups_of(items: list[int], pairs: list[Pair]) -> int:
    """Into how many groups the items fall when each pair is in one."""
    groups = {i: i for i in items}
    for i, j in pairs:
        groups = {k: groups[i] if group == groups[j] else group for k, group in groups.items()}
    return len(set(groups.values()))


def centred(logits: Any) -> np.ndarray:
    """The differences between the images: what a bias adds to all of them does not count."""
    z = as_array(logits)
    if z is None or z.shape != (IMAGES, CLASSES):
        fail(f"The logits of {IMAGES} images should have the shape ({IMAGES}, {CLASSES}).")
    z = z.astype(float)
    return z - z.mean(axis=0)
