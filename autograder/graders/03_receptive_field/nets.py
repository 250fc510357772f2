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


# ------------------------------------------------------- a net


@dataclass(frozen=True)
class Net:
    """A net to be measured with images of the size ``in_hw`` (H, W) and ``c_in`` channels."""

    layers: list[Spec]
    in_hw: Pair
    c_in: int = 1

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
        """The field (rf_h, rf_w), by the oracle of this unit."""
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
