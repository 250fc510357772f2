"""What the known mistakes make of a call of pool2d, as functions of the call."""

import numpy as np

from autograder import Mistake

from .pooling import Pooling
from .wording import for_case

RESHAPE = (
    "The window moves by `stride`, whatever k is. The reshape trick needs stride = k and sizes "
    "that k divides."
)


def padded_with_zeros(call: Pooling) -> np.ndarray:
    """The result where the padding is made of zeros that may win."""
    x = np.pad(call.x, [(0, 0), (0, 0), (call.pad, call.pad), (call.pad, call.pad)])
    return call.but(x=x, pad=0)


def overflown(call: Pooling) -> np.ndarray:
    """The averages of sums that are kept in the dtype of x."""
    sums = (call.result() * call.k**2).round().astype(np.int64)
    return sums.astype(call.x.dtype) / call.k**2


def over_channels(call: Pooling, values: np.ndarray) -> np.ndarray:
    """values (N, C, H, W) pooled over their channels to (N, H, W)."""
    return np.asarray(values.max(axis=1) if call.mode == "max" else values.mean(axis=1))


ONLY_MAX = [
    Mistake(
        "max-from-zero",
        "Start the maximum from -inf, not from 0: all pixels of a window may be negative.",
        lambda call: np.maximum(call.result(), 0),
    ),
    Mistake(
        "max-pads-with-zero",
        "Max pooling pads with -inf: padding must never win, and a 0 beats negative pixels.",
        padded_with_zeros,
    ),
]
ONLY_AVERAGE = [
    Mistake(
        "average-divisor",
        "count_include_pad decides what an average is divided by: k·k if it is True, the "
        "number of real pixels in the window if it is False.",
        lambda call: call.but(count_include_pad=not call.count_include_pad),
    ),
    Mistake(
        "sum-not-mean", "An average divides the sum.", lambda call: call.result() * call.k * call.k
    ),
    Mistake(
        "divides-by-k",
        "A k×k window has k·k pixels: divide by k·k.",
        lambda call: call.result() * call.k,
    ),
    Mistake(
        "whole-numbers",
        "The averages were cut off to whole numbers: make the result an array of floats.",
        lambda call: np.trunc(call.result()),
    ),
]
BOTH = [
    Mistake("stride-ignored", RESHAPE, lambda call: call.but(stride=call.k)),
    Mistake(
        "stride-one", "The window moves by `stride`; None means k.", lambda call: call.but(stride=1)
    ),
    Mistake("pad-ignored", "`pad` is never used here.", lambda call: call.but(pad=0)),
    Mistake(
        "tail-kept",
        "Only windows that fit count: round down. The rest at the end is dropped.",
        lambda call: call.but(ceil=True),
        lambda call: call.but(ceil=True, count_include_pad=False),
    ),
    Mistake(
        "over-channels",
        "Every channel is pooled by itself: pooling keeps the number of channels.",
        lambda call: over_channels(call, call.x),
        lambda call: over_channels(call, call.x)[:, None],
        lambda call: over_channels(call, call.result()),
        lambda call: over_channels(call, call.result())[:, None],
    ),
    Mistake(
        "mode-ignored",
        "`mode` decides between the largest pixel and the average.",
        lambda call: call.but(mode="avg" if call.mode == "max" else "max"),
    ),
    Mistake(
        "square-assumed",
        "Height and width may differ: count the windows along each.",
        lambda call: call.result()[:, :, : call.result().shape[3], : call.result().shape[2]],
    ),
]


def pool_mistakes(call: Pooling) -> list[Mistake]:
    """What the known mistakes make of this call."""
    if call.mode == "max":
        return for_case([*ONLY_MAX, *BOTH], call)
    kind = call.x.dtype.name
    said = f"The sum of a window does not fit into {kind}: turn x into floats before you add."
    return for_case([*ONLY_AVERAGE, Mistake("overflow", said, overflown), *BOTH], call)
