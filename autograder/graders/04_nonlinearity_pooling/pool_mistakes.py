"""What the known mistakes make of a call of pool2d, and what its crashes mean."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder import Mistake, StudentError, fail

from .pooling import pooled
from .wording import for_case

RESHAPE = (
    "The window moves by `stride`, whatever k is. The reshape trick needs stride = k and sizes "
    "that k divides."
)


@dataclass(frozen=True)
class Call:
    """A call of pool2d: x (N, C, H, W), k and the other options by their names."""

    x: np.ndarray
    k: int
    options: dict[str, Any]

    def but(self, **changes: Any) -> np.ndarray:
        """The oracle's result where some options were others."""
        return pooled(self.x, self.k, **{**self.options, **changes})

    def sums(self) -> np.ndarray:
        """The averages before they are divided."""
        return self.but() * self.k * self.k

    def wrapped_sums(self) -> np.ndarray:
        """The sums as they overflow in the dtype of x."""
        return self.sums().round().astype(np.int64).astype(self.x.dtype)

    def padded_with_zeros(self) -> np.ndarray:
        """x with zeros around it, pooled without padding."""
        pad = self.options.get("pad", 0)
        x = np.pad(self.x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        return pooled(x, self.k, self.options.get("stride"))

    def over_channels(self, values: np.ndarray, keep: bool) -> np.ndarray:
        """The largest or the average channel of values (N, C, H, W)."""
        rule = np.max if self.mode == "max" else np.mean
        return np.asarray(rule(values, axis=1, keepdims=keep))

    @property
    def mode(self) -> str:
        return str(self.options.get("mode", "max"))


ONLY_MAX = [  # here and below: functions of the call
    Mistake(
        "max-from-zero",
        "Start the maximum from -inf, not from 0: all pixels of a window may be negative.",
        lambda call: np.maximum(call.but(), 0),
    ),
    Mistake(
        "max-pads-with-zero",
        "Max pooling pads with -inf: padding must never win, and a 0 beats negative pixels.",
        Call.padded_with_zeros,
    ),
]
ONLY_AVERAGE = [
    Mistake(
        "average-divisor",
        "count_include_pad decides what an average is divided by: k·k if it is True, the "
        "number of real pixels in the window if it is False.",
        lambda call: call.but(count_include_pad=not call.options.get("count_include_pad", True)),
    ),
    Mistake("sum-not-mean", "An average divides the sum.", Call.sums),
    Mistake(
        "divides-by-k",
        "A k×k window has k·k pixels: divide by k·k.",
        lambda call: call.but() * call.k,
    ),
    Mistake(
        "whole-numbers",
        "The averages were cut off to whole numbers: make the result an array of floats.",
        lambda call: np.trunc(call.but()),
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
        lambda call: call.over_channels(call.x, keep=False),
        lambda call: call.over_channels(call.x, keep=True),
        lambda call: call.over_channels(call.but(), keep=False),
        lambda call: call.over_channels(call.but(), keep=True),
    ),
    Mistake(
        "mode-ignored",
        "`mode` decides between the largest pixel and the average.",
        lambda call: call.but(mode="avg" if call.mode == "max" else "max"),
    ),
    Mistake(
        "square-assumed",
        "Height and width may differ: count the windows along each.",
        lambda call: call.but()[:, :, : call.but().shape[3], : call.but().shape[2]],
    ),
]


def pool_mistakes(x: np.ndarray, k: int, **options: Any) -> list[Mistake]:
    """What the known mistakes make of this call."""
    call = Call(x, k, options)
    if call.mode == "max":
        return for_case([*ONLY_MAX, *BOTH], call)
    sentence = (
        f"The sum of a window does not fit into {x.dtype.name}: turn x into floats before you add."
    )
    overflow = Mistake("overflow", sentence, lambda call: call.wrapped_sums() / (k * k))
    return for_case([*ONLY_AVERAGE, overflow, *BOTH], call)


def explain_crash(error: StudentError, k: int, pad: int) -> None:
    """Fail with what a crash of pool2d means, where that is known."""
    if "reshape" in error.message:
        fail(error.message, hint=RESHAPE, mistake="reshape-trick")
    if "infinity" in error.message:
        hint = "There is no -inf among whole numbers: turn x into floats before you pad."
        fail(error.message, hint=hint, mistake="int-padding")
    if "ValueError" in error.types and 2 * pad == k:
        fail(error.message, hint="pad may be k / 2: only more is refused.", mistake="half")
