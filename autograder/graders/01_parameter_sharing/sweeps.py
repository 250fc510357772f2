"""A kernel that is swept over an image, and the ways to miscount its positions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder import Mistake, StudentNotebook, works

from ..shared.convolution import places
from .counts import Count, counted
from .layers import draw_channels

NOT_SAVED = (
    "Sharing cuts weights, not multiplications: the kernel is multiplied out again at every "
    "position, so the MACs grow with the number of positions."
)
FITS = "Write down the pixels where the kernel starts (0, s, 2s, …) and count those where it fits."
LAST = "The last start that fits counts too. " + FITS
TWO_SIDES = "The zeros are put on both sides: each side of the image grows by 2·pad."
ALL_SIDES = "The zeros are put on all four sides: the image grows in height and in width."
NO_PAD = "The argument pad does not change your count."
NO_STRIDE = "The argument stride does not change your count."
TWO_WAYS = "The stride applies across and down."
NOT_SQUARE = "The image need not be square: h and w count separately."


@dataclass(frozen=True)
class Sweep:
    """An image of h×w pixels, channels, a kernel of k×k pixels, and how it moves."""

    h: int
    w: int
    c_in: int
    c_out: int
    k: int
    stride: int = 1
    pad: int = 0

    @property
    def kernel(self) -> int:
        """The weights of one shared kernel, all channels."""
        return self.k * self.k * self.c_in * self.c_out

    @property
    def positions(self) -> int:
        return self.fits((self.stride, self.pad), (self.stride, self.pad))

    def fits(self, down: tuple[int, int], across: tuple[int, int]) -> int:
        """The positions of a kernel that moves by (stride, pad) from top to bottom and across."""
        return places(self.h, self.k, *down) * places(self.w, self.k, *across)

    def counted(self, student: StudentNotebook, name: str) -> Count:
        """What the student's function ``name`` counts here; stride 1 and pad 0 are left out."""
        stride = {"stride": self.stride} if self.stride > 1 else {}
        pad = {"pad": self.pad} if self.pad else {}
        sizes = (self.h, self.w, self.c_in, self.c_out, self.k)
        return counted(student, name, *sizes, **stride, **pad)

    def mistaken_positions(self) -> list[Mistake]:
        """Known mistakes whose values are numbers of positions; the right one may be among them."""
        k, s, p = self.k, self.stride, self.pad
        own, no_pad, no_stride = (s, p), (s, 0), (1, p)
        one_sided = self.fits(own, no_pad), self.fits(no_pad, own)

        def sides(count: Callable[[int], int]) -> int:
            return count(self.h) * count(self.w)

        return [
            Mistake("pad-ignored", NO_PAD, self.fits(no_pad, no_pad)),
            Mistake("pad-once", TWO_SIDES, sides(lambda n: (n + p - k) // s + 1)),
            Mistake("stride-ignored", NO_STRIDE, self.fits(no_stride, no_stride)),
            Mistake("stride-across-only", TWO_WAYS, self.fits(no_stride, own)),
            Mistake("stride-down-only", TWO_WAYS, self.fits(own, no_stride)),
            Mistake("pad-on-two-sides", ALL_SIDES, *one_sided),
            Mistake("off-by-one", LAST, sides(lambda n: (n + 2 * p - k) // s)),
            Mistake("tail-not-dropped", FITS, sides(lambda n: -(-(n + 2 * p - k) // s) + 1)),
            Mistake("same-size-formula", FITS, sides(lambda n: -(-n // s))),
            Mistake("one-position-per-pixel", FITS, self.h * self.w),
            Mistake("height-for-width", NOT_SQUARE, places(self.h, k, s, p) ** 2),
            Mistake("width-for-height", NOT_SQUARE, places(self.w, k, s, p) ** 2),
        ]

    def miscounts(self) -> list[int]:
        """The wrong numbers of positions, of which there is more than one."""
        return [n for known in self.mistaken_positions() for n in known.values if n > 1]


# ------------------------------------------------------------------- sweeps to count

SweepCheck = Callable[[StudentNotebook, Sweep], object]


def square_sweep(
    rng: np.random.Generator, k: int, extra: int, stride: int = 1, pad: int = 0
) -> Sweep:
    """A square image that is ``extra`` pixels larger than the kernel."""
    return Sweep(k + extra, k + extra, *draw_channels(rng), k, stride, pad)


def strides(rng: np.random.Generator) -> list[Sweep]:
    """Squares that the kernel crosses in larger steps."""
    cases = [(1, 4, 2), (2, 5, 2), (3, 7, 3), (2, 9, 4)]  # (kernel, extra, stride)
    return [square_sweep(rng, *case) for case in cases]


def paddings(rng: np.random.Generator) -> list[Sweep]:
    """Squares with padding, at last one with a stride too."""
    strided = square_sweep(rng, 3, 6, stride=2, pad=3)
    cases = [(2, 1, 2), (3, 1, 3), (5, 0, 1), (2, 2, 1)]  # (kernel, extra, pad)
    return [*(square_sweep(rng, k, extra, pad=pad) for k, extra, pad in cases), strided]


def check_rectangles(student: StudentNotebook, rng: np.random.Generator, check: SweepCheck) -> None:
    """Check rectangles, at last those with moves that work on both squares of the same sides."""
    for h, w, k in ((4, 6, 3), (7, 4, 2), (3, 8, 3), (9, 5, 5)):
        check(student, Sweep(h, w, *draw_channels(rng), k))
    for h, w, *moves in ((5, 8, 3, 2, 0), (7, 4, 3, 1, 1), (9, 6, 2, 3, 1)):  # k, stride, pad
        channels = draw_channels(rng)
        squares = (Sweep(side, side, *channels, *moves) for side in (h, w))
        if all(works(check, student, square) for square in squares):
            check(student, Sweep(h, w, *channels, *moves))
