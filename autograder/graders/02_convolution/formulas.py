"""How many places a kernel has along one side: the usual wrong formulas."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Side(NamedTuple):
    """A side of n pixels under a kernel of k weights, padded by ``pad`` pixels at both ends."""

    n: int
    k: int
    stride: int = 1
    pad: int = 0
    dilation: int = 1

    @property
    def span(self) -> int:
        """How many pixels lie between the first weight and the last, both counted."""
        return self.dilation * (self.k - 1) + 1


FORMULAS: Mapping[str, Callable[[Side], float]] = {
    "size-off-by-one": lambda s: (s.n + 2 * s.pad - s.span) // s.stride,
    "padding-counted-once": lambda s: (s.n + s.pad - s.span) // s.stride + 1,
    "padding-ignored": lambda s: (s.n - s.span) // s.stride + 1,
    "same-rule": lambda s: math.ceil(s.n / s.stride),
    "fraction-of-a-place": lambda s: (s.n + 2 * s.pad - s.span) / s.stride + 1,
    "padding-fixed": lambda s: (s.n + 2 * ((s.k - 1) // 2) - s.span) // s.stride + 1,
    "dilation-ignored": lambda s: (s.n + 2 * s.pad - s.k) // s.stride + 1,
    "dilation-times-k": lambda s: (s.n + 2 * s.pad - s.dilation * s.k) // s.stride + 1,
    "stride-ignored": lambda s: s.n + 2 * s.pad - s.span + 1,
    "size-rounded-up": lambda s: math.ceil((s.n + 2 * s.pad - s.span) / s.stride) + 1,
    "kernel-ignored": lambda s: (s.n + 2 * s.pad - 1) // s.stride + 1,
}
