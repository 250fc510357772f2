"""Whether two plain values are the same: numbers up to rounding, everything else exactly."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_array(value: Any) -> np.ndarray | None:
    """The value as a numeric array, or None where it is not one."""
    return _as_array(value)


def _as_array(value: Any) -> np.ndarray | None:
    if type(value).__name__ == "Tensor":
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value)
    if isinstance(value, (bool, int, float, list, tuple)):
        try:
            array = np.asarray(value)
        except (ValueError, OverflowError):  # ragged, or an integer beyond 64 bits
            return None
        return array if array.dtype.kind in "biuf" else None
    return None


def _close(
    have: np.ndarray, want: np.ndarray, rtol: float | None, atol: float | None
) -> np.ndarray:
    single = any(a.dtype.kind == "f" and a.dtype.itemsize < 8 for a in (have, want))
    x, y = have.astype(np.float64), want.astype(np.float64)
    finite = np.abs(y[np.isfinite(y)])
    scale = max(1.0, float(finite.max())) if finite.size else 1.0
    rtol = (1e-4 if single else 1e-6) if rtol is None else rtol
    atol = (1e-4 if single else 1e-8) * scale if atol is None else atol
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(x - y) <= atol + rtol * np.abs(y)
    return near | (x == y) | (np.isnan(x) & np.isnan(y))


def _same(got: Any, expected: Any) -> bool:
    """Equality of plain values, computed here; arrays up to rounding."""
    if isinstance(got, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(map(_same, got, expected))
    if isinstance(got, dict) and isinstance(expected, dict):
        return got.keys() == expected.keys() and all(_same(got[k], expected[k]) for k in expected)
    a, b = _as_array(got), _as_array(expected)
    if a is not None and b is not None and a.dtype.kind in "biu" and b.dtype.kind in "biu":
        return bool(np.array_equal(a, b))  # whole numbers are counted, not measured
    if a is not None and b is not None:
        return a.shape == b.shape and bool(_close(a, b, None, None).all())
    return type(got) is type(expected) and bool(got == expected)


def _same_kind(got: Any, expected: Any) -> bool:
    """Whole numbers are ints, truth values are bools; a 0-d array counts as its number."""
    if isinstance(expected, (list, tuple)):
        return not isinstance(got, (list, tuple)) or all(map(_same_kind, got, expected))
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(_same_kind(got[k], expected[k]) for k in expected)
    array = _as_array(got)
    if array is None or array.ndim:
        return True
    kind = {bool: "b", int: "iu"}.get(type(expected))
    return kind is None or array.dtype.kind in kind
