"""Values and calls as the short text that a student reads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.sandbox_inside.codec import Opaque


def _type_name(value: Any) -> str:
    return value.type_name if isinstance(value, Opaque) else type(value).__name__


def show(value: Any) -> str:
    """A value as short text for a message."""
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}, which cannot be graded"
    if type(value).__name__ == "Tensor" or isinstance(value, np.ndarray):
        kind = "tensor" if type(value).__name__ == "Tensor" else "array"
        return f"an {kind}".replace("an t", "a t") + f" of shape {tuple(value.shape)}"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.6g}" if value != int(value) or abs(value) > 1e15 else repr(value)
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def describe_call(name: str, *args: Any, **kwargs: Any) -> str:
    """The call as a reader would write it, arrays by their shape."""
    parts = [_argument(value) for value in args]
    parts += [f"{key}={_argument(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def _argument(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{'×'.join(map(str, value.shape)) or 'scalar'} array"
    return show(value)
