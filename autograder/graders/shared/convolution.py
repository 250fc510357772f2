"""Oracles of several units: how often a kernel fits, and what a convolution gives."""

import functools
from typing import Any

import numpy as np
import torch
from torch.nn import functional


@functools.cache
def places(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> int:
    """How often a kernel of k pixels fits along a side of n pixels, counted one by one."""
    last = n + pad - 1
    return sum(start + dilation * (k - 1) <= last for start in range(-pad, last + 1, stride))


def correlate(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray | None = None,
    stride: int = 1,
    pad: int = 0,
    dilation: int = 1,
) -> np.ndarray:
    """PyTorch's convolution in float64: x (N, C, H, W), w (F, C, kh, kw), b (F,).

    Returns (N, F, H', W'). Source: torch.nn.functional.conv2d.
    """
    tensors = [None if a is None else torch.as_tensor(np.array(a, np.float64)) for a in (x, w, b)]
    image, kernel, bias = tensors
    assert image is not None
    assert kernel is not None
    y = functional.conv2d(image, kernel, bias, stride=stride, padding=pad, dilation=dilation)
    return y.numpy()


def flipped(w: np.ndarray) -> np.ndarray:
    """A kernel (..., kh, kw) turned by 180°."""
    return w[..., ::-1, ::-1]


def coarse(right: np.ndarray) -> dict[str, Any]:
    """Tolerances for ``check_close`` that float32 meets, where another check looks at the dtype."""
    return {"rtol": 1e-6, "atol": 2e-6 * max(1.0, float(np.abs(right).max(initial=0.0)))}
