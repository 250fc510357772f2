"""Calls of conv2d_backward as values: what is right, and what the usual mistakes give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy import ndarray
from numpy.random import Generator
from torch.nn import functional

from autograder import Mistake, describe_call

from ..shared.convolution import flipped
from .convolutions import Convolution

PARTS = ("dx", "dw", "db")


@dataclass(frozen=True)
class Backward:
    """One call: dout (N, F, H', W'), x (N, C, H, W), w (F, C, kh, kw), and stride and pad."""

    dout: ndarray
    x: ndarray
    w: ndarray
    options: Mapping[str, int]

    @classmethod
    def draw(cls, rng: Generator, call: Convolution) -> Backward:
        """The way back from a call of conv2d, with random numbers for dout."""
        return cls(rng.normal(size=call.result().shape), call.x, call.w, call.options)

    @property
    def args(self) -> tuple[ndarray, ndarray, ndarray]:
        return self.dout, self.x, self.w

    def __str__(self) -> str:
        return describe_call("conv2d_backward", *self.args, **self.options)

    def gradients(self) -> dict[str, ndarray]:
        """dx and dw in the shapes of x and w, and db (F,), in float64.

        Source: PyTorch's autograd through torch.nn.functional.conv2d.
        """
        x, w = (torch.as_tensor(np.array(a, np.float64)).requires_grad_() for a in self.args[1:])
        b = torch.zeros(len(w), dtype=torch.float64, requires_grad=True)
        y = functional.conv2d(x, w, b, self.options.get("stride", 1), self.options.get("pad", 0))
        found = torch.autograd.grad(y, [x, w, b], torch.as_tensor(np.array(self.dout)))
        return {part: gradient.numpy() for part, gradient in zip(PARTS, found, strict=True)}


def padded(call: Backward) -> Backward:
    """The same call with zeros around x instead of padding."""
    pad = call.options.get("pad", 0)
    x = np.pad(call.x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return replace(call, x=x, options={**call.options, "pad": 0})


def overwritten(call: Backward) -> ndarray:
    """dx where each place, the filters summed, overwrites what earlier places wrote."""
    stride, pad = call.options.get("stride", 1), call.options.get("pad", 0)
    (kh, kw), (h, w) = call.w.shape[2:], call.x.shape[2:]
    dx = np.zeros(padded(call).x.shape)
    for i, j in np.ndindex(*call.dout.shape[2:]):
        window = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        dx[window] = np.einsum("nf,fckl->nckl", call.dout[:, :, i, j], call.w)
    return dx[:, :, pad : pad + h, pad : pad + w]


def last_filter(call: Backward) -> Backward:
    """Where each filter overwrites what the ones before it wrote, the last one is left."""
    return replace(call, dout=call.dout[:, -1:], w=call.w[-1:])


def last_place(call: Backward) -> Backward:
    """dout is 0 everywhere but at the last place."""
    dout = np.zeros_like(call.dout)
    dout[:, :, -1, -1] = call.dout[:, :, -1, -1]
    return replace(call, dout=dout)


NOT_AVERAGED = "Add the images of the batch up; do not average them."

MISTAKES = {  # of functions of the call
    "dx": [
        Mistake(
            "overwritten",
            "Windows overlap, so a pixel gets gradients from several places: use += instead of =.",
            lambda call: overwritten(last_filter(call)),
            overwritten,
        ),
        Mistake(
            "empty-slice",
            "A slice [p:-p] is empty when p is 0, because -0 is 0. Cut off by position instead.",
            lambda call: np.zeros((*call.x.shape[:2], 0, 0)),
        ),
        Mistake(
            "flipped-kernel",
            "The gradient of a pixel uses the weight that lay on it: do not flip here either.",
            lambda call: replace(call, w=flipped(call.w)).gradients()["dx"],
        ),
        Mistake(
            "padding-kept",
            "dx has the shape of x: cut the padding off again.",
            lambda call: padded(call).gradients()["dx"],
        ),
    ],
    "dw": [
        Mistake(
            "overwritten",
            "Each weight is used at every place: add up what they give, with += instead of =.",
            lambda call: last_place(call).gradients()["dw"],
        ),
        Mistake("mean-over-batch", NOT_AVERAGED, lambda call: call.gradients()["dw"] / len(call.x)),
    ],
    "db": [
        Mistake(
            "db-axes",
            "Sum dout over images, height and width.",
            lambda call: call.dout.sum(axis=0),
            lambda call: call.dout.sum(axis=(2, 3)),
            lambda call: call.dout.sum(),
        ),
        Mistake(
            "mean-over-batch",
            NOT_AVERAGED,
            lambda call: call.dout.sum(axis=(2, 3)).mean(axis=0),
        ),
    ],
}
