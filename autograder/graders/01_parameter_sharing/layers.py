"""Convolutional layers: how many weights they have, and channels that are drawn for them."""

import numpy as np
from torch import nn


def conv_weights(c_in: int, c_out: int, k: int | tuple[int, int], groups: int = 1) -> int:
    """The number of weights, without biases, of the layer that PyTorch makes.

    ``k`` is the side of the kernel or (height, width). Source: torch.nn.Conv2d.
    """
    return nn.Conv2d(c_in, c_out, k, groups=groups, device="meta").weight.numel()


def draw_channels(rng: np.random.Generator) -> tuple[int, int]:
    """Two different numbers of channels, 2 to 12."""
    c_in, c_out = (int(c) for c in rng.permutation(np.arange(2, 13))[:2])
    return c_in, c_out
