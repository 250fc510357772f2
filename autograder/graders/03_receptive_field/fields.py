"""The oracle of the unit: what a unit of a net sees, followed layer by layer, without a formula.

Pixel 0 is centred at 0.0. The functions read one axis; a net has the same layers for both.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Layer(NamedTuple):
    """One layer along one axis: kernel size, stride, padding, dilation, and what it is."""

    k: int
    s: int = 1
    p: int = 0
    d: int = 1
    kind: str = "conv"


def spell_out(layers: Iterable[Any]) -> list[Layer]:
    """Layers in the notation of the notebook (tuples or dicts), with every default filled in."""
    return [Layer(**layer) if isinstance(layer, dict) else Layer(*layer) for layer in layers]


def reached(layers: list[Layer], unit: int = 0) -> set[int]:
    """The pixels from which a path leads to this unit, followed tap by tap."""
    positions = {unit}
    for k, s, p, d, _ in reversed(layers):
        positions = {place * s - p + tap * d for place in positions for tap in range(k)}
    return positions


def ends(layers: list[Layer], unit: int = 0) -> tuple[int, int]:
    """The first and the last pixel that are :func:`reached`: from first tap to last tap."""
    low = high = unit
    for k, s, p, d, _ in reversed(layers):
        low, high = low * s - p, high * s - p + d * (k - 1)
    return low, high


def width_of(layers: list[Layer]) -> int:
    """The width of the receptive field in pixels, gaps included."""
    low, high = ends(layers)
    return high - low + 1


def jump_of(layers: list[Layer]) -> int:
    """How many pixels lie between the fields of neighbouring units."""
    return ends(layers, 1)[0] - ends(layers, 0)[0]


def start_of(layers: list[Layer]) -> float:
    """The centre of the first unit's field."""
    return sum(ends(layers)) / 2
