"""What the usual wrong convolutions give."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from autograder import Mistake

from ..shared.convolution import flipped
from .convolutions import Convolution
from .formulas import FORMULAS


def padded(call: Convolution, before: int, after: int, mode: Any = "constant") -> ndarray:
    """The result where x is padded in another way, before and after its rows and columns."""
    sides = ((0, 0), (0, 0), (before, after), (before, after))
    return call.result(x=np.pad(call.x, sides, mode), pad=0)


def padded_by_half_a_kernel(call: Convolution) -> ndarray:
    sides = ((0, 0), (0, 0), *((side.k // 2, side.k // 2) for side in (call.rows, call.columns)))
    return call.result(x=np.pad(call.x, sides), pad=0)


def span_too_wide(call: Convolution) -> ndarray:
    """Only the places that a kernel which spans dilation * k pixels would have."""
    rows, columns = (int(FORMULAS["dilation-times-k"](s)) for s in (call.rows, call.columns))
    return call.result()[:, :, :rows, :columns]


def one_channel(call: Convolution, c: int = 0) -> ndarray:
    return call.result(x=call.x[:, c : c + 1], w=call.w[:, c : c + 1])


def channels_apart(call: Convolution) -> ndarray:
    return np.concatenate([one_channel(call, c) for c in range(call.x.shape[1])], axis=1)


def mean_over_channels(call: Convolution) -> ndarray:
    bias = 0 if call.b is None else call.b[:, None, None]
    return call.result(b=None) / call.x.shape[1] + bias


def square_kernel(call: Convolution) -> ndarray:
    return call.result(w=call.w[..., : call.rows.k])


def without_last_column(call: Convolution) -> ndarray:
    """The only row stays."""
    rows = -1 if call.result().shape[2] > 1 else None
    return call.result()[:, :, :rows, :-1]


WRONG: Mapping[str, Sequence[Callable[[Convolution], ndarray]]] = {
    "flipped-kernel": [lambda call: call.result(w=flipped(call.w))],
    "padding-on-one-side": [
        lambda call: padded(call, 2 * call.rows.pad, 0),
        lambda call: padded(call, 0, 2 * call.rows.pad),
    ],
    "padding-counted-once": [lambda call: padded(call, call.rows.pad, 0)],
    "padding-ignored": [lambda call: call.result(pad=0)],
    "padding-fixed": [padded_by_half_a_kernel],
    "stride-ignored": [lambda call: call.result(stride=1)],
    "stride-fixed": [lambda call: call.result(stride=2)],
    "stride-on-one-axis": [
        lambda call: call.result(stride=1)[:, :, :: call.rows.stride, :],
        lambda call: call.result(stride=1)[:, :, :, :: call.rows.stride],
    ],
    "dilation-ignored": [lambda call: call.result(dilation=1)],
    "dilation-times-k": [span_too_wide],
    "channels-not-summed": [one_channel, channels_apart],
    "bias-per-channel": [lambda call: call.result(b=call.b * call.x.shape[1])],
    "mean-over-channels": [mean_over_channels],
    "only-first-image": [lambda call: np.repeat(call.result()[:1], len(call.x), axis=0)],
    "bias-ignored": [lambda call: call.result(b=None)],
    "bias-on-wrong-axis": [lambda call: call.result(b=None) + call.b],
    "axes-swapped": [lambda call: call.result().transpose(0, 1, 3, 2)],
    "size-off-by-one": [lambda call: call.result()[:, :, :-1, :-1], without_last_column],
    "products-not-multiplied-out": [lambda call: call.result() / call.w[0, 0].size],
    "transposed-kernel": [lambda call: call.result(w=call.w.transpose(0, 1, 3, 2))],
    "height-for-width": [lambda call: call.result()[:, :, :, : call.result().shape[2]]],
    "square-kernel": [
        square_kernel,
        lambda call: square_kernel(call)[..., : call.result().shape[3]],
    ],
    "padding-with-edge": [
        lambda call: padded(call, call.rows.pad, call.rows.pad, "edge"),
        lambda call: padded(call, call.rows.pad, call.rows.pad, "reflect"),
    ],
    "relu-applied": [lambda call: np.maximum(call.result(), 0)],
    "input-normalised": [lambda call: call.result(x=call.x - call.x.mean())],
}

SENTENCES = {
    "flipped-kernel": "Deep-learning libraries do not flip the kernel: lay it on the image as it "
    "is.",
    "padding-on-one-side": "Padding goes on both sides; your result is shifted.",
    "padding-counted-once": "Padding goes on all four sides; yours is only on two.",
    "padding-ignored": "Your result does not depend on pad.",
    "padding-fixed": "Your result equals pad = k // 2 whatever pad it is given.",
    "stride-ignored": "Your result does not depend on stride.",
    "stride-fixed": "Your stride is 2, whatever it should be.",
    "stride-on-one-axis": "The stride holds for both axes, height and width.",
    "dilation-ignored": "Your result does not depend on dilation.",
    "dilation-times-k": "A dilated kernel spans dilation * (k - 1) + 1 pixels, not dilation * k.",
    "channels-not-summed": "Each filter has weights for every input channel: add the products of "
    "all channels.",
    "bias-per-channel": "Add the bias once for each output number, not once for each input "
    "channel.",
    "mean-over-channels": "Add the products of all channels; do not average them.",
    "only-first-image": "The images of a batch are convolved one by one: yours all look like the "
    "first.",
    "bias-ignored": "Your result does not contain the bias.",
    "bias-on-wrong-axis": "The bias belongs to the filters: give it the shape (1, F, 1, 1) before "
    "you add it.",
    "axes-swapped": "The axes of the result are images, filters, height, width.",
    "size-off-by-one": "The last place at which the kernel fits counts too.",
    "products-not-multiplied-out": "Your result is the mean of the products; it should be their "
    "sum.",
    "transposed-kernel": "Your kernel lies on its side: its first axis goes down the rows.",
    "height-for-width": "Height and width differ: your result is right only for square images.",
    "square-kernel": "kh and kw differ: your result is right only for square kernels.",
    "padding-with-edge": "Padding adds zeros; you repeat or mirror pixels of the image.",
    "relu-applied": "Negative numbers became 0: a ReLU is a layer of its own, not part of the "
    "convolution.",
    "input-normalised": "Your function subtracts the mean of x. Take the inputs as they are given.",
}
MISTAKES = [Mistake(name, SENTENCES[name], *functions) for name, functions in WRONG.items()]
