"""Nets for measured_rf: as plain data, in words, axis by axis, and built beside the student's code.

A layer is a dict with its ``kind`` and with the pairs (rows, columns) k, s, p and d; a
convolution also has its ``weight`` (F, C, kh, kw) and its ``bias`` (F,).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.random import Generator

from autograder import StudentNotebook, probe

from .fields import Layer, width_of

Pair = tuple[int, int]
Size = int | Pair
Spec = dict[str, Any]


# ------------------------------------------------------- layers


def pair(value: Size) -> Pair:
    """A size for rows and columns."""
    return value if isinstance(value, tuple) else (value, value)


def layer(kind: str, k: Size, s: Size = 1, p: Size = 0, d: Size = 1) -> Spec:
    """A layer of any kind, without parameters."""
    return {"kind": kind, "k": pair(k), "s": pair(s), "p": pair(p), "d": pair(d)}


RELU = layer("relu", 1)


def with_weight(weight: np.ndarray, bias: float = 0.0, **sizes: Size) -> Spec:
    """A convolution with this weight (F, C, kh, kw), and the same bias for all F channels."""
    spec = layer("conv", weight.shape[2:], **sizes)
    return {**spec, "weight": weight, "bias": np.full(len(weight), bias)}


def conv(rng: Generator, k: Size, c_in: int = 1, c_out: int = 1, **options: Any) -> Spec:
    """A convolution with random weights of either sign, none of them near 0."""
    shape = (c_out, c_in, *pair(k))
    weight = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    return with_weight(weight, **options)


# ------------------------------------------------------- where theory sees too much

WIDE = 9  # the side of the kernels that only see part of what they could
DEAD = -1000.0  # a bias with which a ReLU is off for every image


def draw_part(rng: Generator, square: bool) -> tuple[np.ndarray, Pair]:
    """A kernel (1, 1, 9, 9) that is 0 outside a drawn rectangle, and the size of the rectangle."""
    (top, left), size = rng.integers(0, 2, 2), rng.integers(2, 9, 2)
    size = size[:1].repeat(2) if square else size
    weight = np.zeros((1, 1, WIDE, WIDE))
    rows, columns = slice(top, top + size[0]), slice(left, left + size[1])
    weight[0, 0, rows, columns] = conv(rng, (size[0], size[1]))["weight"][0, 0]
    return weight, (int(size[0]), int(size[1]))


def with_zeros(rng: Generator, square: bool = True) -> tuple[list[Spec], Pair]:
    """A convolution of which most weights are 0, and its field."""
    weight, size = draw_part(rng, square)
    return [with_weight(weight)], size


def cut_off(rng: Generator, square: bool = True) -> tuple[list[Spec], Pair]:
    """A channel that sees all of 9×9, whose weight in the next layer is 0; another one counts."""
    weight, size = draw_part(rng, square)
    both = np.concatenate([conv(rng, WIDE)["weight"], weight])
    mix = rng.choice([-1.0, 1.0]) * np.array([0.0, 1.0]).reshape(1, 2, 1, 1)
    return [with_weight(both), with_weight(mix)], size


def dead_relu(rng: Generator, square: bool = True) -> tuple[list[Spec], Pair]:
    """A channel that sees all of 9×9 and is always below 0, before a ReLU; another one counts."""
    weight, size = draw_part(rng, square)
    first = with_weight(np.concatenate([conv(rng, WIDE)["weight"], abs(weight)]))
    mix = with_weight(np.array([1.0, 1.5]).reshape(1, 2, 1, 1))
    return [{**first, "bias": np.array([DEAD, 0.0])}, RELU, mix], size


# ------------------------------------------------------- a net


@dataclass(frozen=True)
class Net:
    """A net to be measured with images of the size ``in_hw`` (H, W) and ``c_in`` channels."""

    layers: list[Spec]
    in_hw: Pair
    c_in: int = 1
    measured: Pair | None = None  # where the weights make it smaller than the theory's

    @property
    def axes(self) -> tuple[list[Layer], list[Layer]]:
        """The layers along the rows, and along the columns."""
        rows, columns = (
            [Layer(*(spec[size][axis] for size in "kspd")) for spec in self.layers]
            for axis in (0, 1)
        )
        return rows, columns

    @property
    def field(self) -> Pair:
        """The field (rf_h, rf_w) that the weights leave."""
        return self.measured or self.theory

    @property
    def theory(self) -> Pair:
        """The field (rf_h, rf_w) of such layers, by the oracle of this unit."""
        rows, columns = self.axes
        return width_of(rows), width_of(columns)

    @property
    def call(self) -> str:
        """The call as a reader would write it."""
        net = ", ".join(map(in_words, self.layers))
        return f"measured_rf({net}; in_hw={self.in_hw}, c_in={self.c_in})"


def in_words(spec: Spec) -> str:
    """A layer as a reader would write it: ``conv 3×3 stride 2 (1→4 channels)``."""
    if spec["kind"] == "relu":
        return "ReLU"
    text = f"{spec['kind']} {'×'.join(map(str, spec['k']))}"
    for key, name, usual in (("s", "stride", 1), ("p", "padding", 0), ("d", "dilation", 1)):
        if spec[key] != pair(usual):
            a, b = spec[key]
            text += f" {name} {a}" if a == b else f" {name} {a},{b}"
    if spec["kind"] == "conv":
        text += f" ({spec['weight'].shape[1]}→{len(spec['weight'])} channels)"
    return text


# ------------------------------------------------------- beside the student's code


class InDouble(torch.nn.Sequential):
    """Computes in float64, so that an image gives the same bits alone and in a batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x.double()
        for module in self:
            weights = {name: p.double() for name, p in module.named_parameters()}
            y = torch.func.functional_call(module, weights, (y,))
        return y.to(x.dtype)


def module_of(spec: Spec) -> torch.nn.Module:
    """A layer as a module of the student's default dtype."""
    if spec["kind"] == "relu":
        return torch.nn.ReLU()
    sizes = {"stride": spec["s"], "padding": spec["p"], "dilation": spec["d"]}
    if spec["kind"] == "pool":
        return torch.nn.MaxPool2d(spec["k"], **sizes)
    weight, bias = (torch.tensor(spec[n]).to(torch.get_default_dtype()) for n in ("weight", "bias"))
    conv = torch.nn.Conv2d(weight.shape[1], weight.shape[0], spec["k"], **sizes)
    conv.load_state_dict({"weight": weight, "bias": bias})
    return conv


@probe(with_=["import torch", InDouble, module_of])
def measure(student: StudentNotebook, layers: list[Spec], in_hw: Pair, c_in: int) -> dict[str, Any]:
    """The student's field of a net, and the weights of its convolutions after the call."""
    net = InDouble(*map(module_of, layers))
    options = {} if c_in == 1 else {"c_in": c_in}
    with torch.enable_grad():
        field = student.measured_rf(net, in_hw, **options)
    return {"field": field, "weights": [m.weight.data for m in net if hasattr(m, "weight")]}
