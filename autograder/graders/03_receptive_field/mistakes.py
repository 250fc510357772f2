"""Known mistakes as data: what wrong formulas give for a width, a jump and a start.

A field grows by what each layer adds, times the jump before it. The formulas are that sum with
something wrong in it; the first row that gives a student's number is the one that is named.
"""

import math
from collections.abc import Callable, Iterable
from itertools import accumulate, repeat
from operator import mul

from autograder import Mistake

from .fields import Layer


def mistakes_for(table: list[Mistake], layers: list[Layer], zero: float = 0) -> list[Mistake]:
    """The rows of a table, whose values are formulas, for these layers; ``zero`` is added."""
    return [
        Mistake(row.name, row.sentence, *(lambda f=f: f(layers) + zero for f in row.values))
        for row in table
    ]


# ------------------------------------------------------- what the formulas are made of


def spread(layer: Layer) -> int:
    """How many steps lie between the first and the last tap of a layer."""
    return layer.d * (layer.k - 1)


def total(
    layers: list[Layer],
    added: Callable[[Layer], float] = spread,
    jumps: Iterable[int] | None = None,
) -> float:
    """The sum over all layers of what one adds times the jump before it."""
    before = [1, *jumps_after(layers)] if jumps is None else jumps
    return sum(added(layer) * jump for layer, jump in zip(layers, before, strict=False))


def jumps_after(layers: list[Layer]) -> Iterable[int]:
    """The jump after each layer: the product of all strides up to its own."""
    return accumulate(strides(layers), mul)


def strides(layers: list[Layer]) -> list[int]:
    """The stride of each layer."""
    return [layer.s for layer in layers]


def shift(layer: Layer) -> float:
    """How many steps a layer moves the centre of the first unit to the right."""
    return spread(layer) / 2 - layer.p


def padding(layers: list[Layer]) -> int:
    """The padding of all layers, on one side."""
    return sum(layer.p for layer in layers)


def ones(layers: list[Layer], *kinds: str) -> int:
    """How many layers of these kinds look at a single position."""
    return sum(layer.k == 1 and layer.kind in kinds for layer in layers)


def without_pools(layers: list[Layer]) -> list[Layer]:
    """The net without its pooling."""
    return [layer for layer in layers if layer.kind != "pool"]


def pools_by_k(layers: list[Layer]) -> list[Layer]:
    """The net in which pooling strides by its own size, as PyTorch's does."""
    return [layer._replace(s=layer.k) if layer.kind == "pool" else layer for layer in layers]


# ------------------------------------------------------- the tables, the most special rows first

SKIPPED_POOL = "Pooling is a window too: 2×2 pooling is a layer with k=2, s=2. Do not leave it out."
OWN_STRIDE = (
    "The stride of a layer acts from the *next* layer on: multiply (k-1)·d by the jump before "
    "this layer, and only then the jump by the stride."
)
NO_JUMP = (
    "After a stride, later taps are `jump` pixels apart: multiply (k-1)·d by the jump before this "
    "layer."
)
LAST_STRIDE = "The jump is the product of *all* strides so far, not only of the last one."
NO_DILATION = "With dilation the effective kernel is d(k-1)+1 wide: its taps are d steps apart."
PADS = "Padding p moves the first unit p·jump pixels to the left: subtract it in every layer."

WIDTHS = [
    Mistake("pooling-skipped", SKIPPED_POOL, lambda net: 1 + total(without_pools(net))),
    Mistake(
        "pool-strides-by-k",
        "Where s is missing it is 1, for pooling as for every other layer. (PyTorch's pooling "
        "takes k instead.)",
        lambda net: 1 + total(pools_by_k(net)),
    ),
    Mistake(
        "1x1-adds",
        "A layer of width 1 (a 1×1 convolution, a ReLU, a batch norm) adds k-1 = 0 pixels: it "
        "looks at a single position of the layer below.",
        lambda net: 1 + total(net) + ones(net, "conv", "relu"),
        lambda net: 1 + total(net) + ones(net, "relu"),
        lambda net: 1 + total(net) + ones(net, "conv"),
        lambda net: 1 + total(net, lambda layer: max(spread(layer), 1)),
    ),
    Mistake("own-stride-first", OWN_STRIDE, lambda net: 1 + total(net, jumps=jumps_after(net))),
    Mistake("jump-ignored", NO_JUMP, lambda net: 1 + total(net, jumps=repeat(1))),
    Mistake("last-stride-only", LAST_STRIDE, lambda net: 1 + total(net, jumps=[1, *strides(net)])),
    Mistake("dilation-forgotten", NO_DILATION, lambda net: 1 + total(net, lambda x: x.k - 1)),
    Mistake(
        "dilation-times-k",
        NO_DILATION,
        lambda net: 1 + total(net, lambda layer: layer.d * layer.k - 1),
        lambda net: 1 + total(net, lambda layer: layer.k - 1 + layer.d - 1),
    ),
    Mistake(
        "no-first-pixel",
        "Start from 1: before any layer, a unit is a pixel and sees itself.",
        lambda net: total(net),
    ),
    Mistake(
        "kernels-summed",
        "Each layer adds k-1, not k: neighbouring windows overlap. Do not sum the kernel sizes.",
        lambda net: sum(layer.k for layer in net),
        lambda net: 1 + sum(layer.k for layer in net),
        lambda net: 1 + total(net, lambda layer: spread(layer) + 1),
        lambda net: total(net, lambda layer: layer.k * layer.d),
    ),
    Mistake(
        "kernels-multiplied",
        "Layers add, not multiply: each one adds only what sticks out of the field so far.",
        lambda net: math.prod(layer.k for layer in net),
        lambda net: math.prod(spread(layer) + 1 for layer in net),
    ),
    Mistake(
        "padding-counted",
        "Padding moves a field, it does not change its width.",
        lambda net: 1 + total(net) + 2 * padding(net),
        lambda net: 1 + total(net) - 2 * padding(net),
    ),
    Mistake(
        "area",
        "Give the side of the field in pixels, not its area.",
        lambda net: (1 + total(net)) ** 2,
    ),
    Mistake(
        "one-layer-short",
        "That is the field of a net with one layer less: count every layer.",
        lambda net: 1 + total(net[:-1]),
        lambda net: 1 + total(net[1:]),
    ),
]

JUMPS = [
    Mistake("pooling-skipped", SKIPPED_POOL, lambda net: math.prod(strides(without_pools(net)))),
    Mistake("last-stride-only", LAST_STRIDE, lambda net: net[-1].s),
    Mistake(
        "strides-added",
        "Strides multiply: two layers of stride 2 make a jump of 4.",
        lambda net: sum(strides(net)),
    ),
]

STARTS = [  # where pixel 0 is centred at 0.0
    Mistake("own-stride-first", OWN_STRIDE, lambda net: total(net, shift, jumps_after(net))),
    Mistake("jump-ignored", NO_JUMP, lambda net: total(net, shift, repeat(1))),
    Mistake(
        "start-is-edge",
        "The start is the *centre* of the first unit's field, not its left edge: half of d(k-1) "
        "steps to the right of its first tap.",
        lambda net: total(net, lambda layer: -layer.p),
    ),
    Mistake("padding-ignored", PADS, lambda net: total(net) / 2),
    Mistake("padding-wrong-way", PADS, lambda net: total(net, lambda x: spread(x) / 2 + x.p)),
    Mistake("padding-no-jump", PADS, lambda net: total(net) / 2 - padding(net)),
    Mistake("no-dilation", NO_DILATION, lambda net: total(net, lambda x: (x.k - 1) / 2 - x.p)),
    Mistake("d-times-k", NO_DILATION, lambda net: total(net, lambda x: (x.d * x.k - 1) / 2 - x.p)),
    Mistake(
        "centre-rounded",
        "The centre may lie between two pixels: divide by 2 with /, not with //.",
        lambda net: total(net, lambda layer: spread(layer) // 2 - layer.p),
    ),
]
