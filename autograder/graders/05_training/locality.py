"""Which pixels meet inside a backbone, told from its logits alone.

Two pixels interact in the logits only if a nonlinear unit sees both: where none does,
f(x+a+b) - f(x+a) - f(x+b) + f(x) is 0. Neighbours meet in the first convolution, pixels nine
apart only where the map has shrunk on the way (four 3×3 convolutions see 9×9 pixels), and pixels
of opposite borders hardly ever. A dense network knows no distance. The images are shuffled, so
that the logits of other images are worth nothing.
"""

from dataclasses import dataclass

import numpy as np
import torch

SIDE, SIZE, PAIRS = 32, 4.0, 12  # pixels, by how much one changes, pairs of pixels for a distance
NEAR, APART, FAR = 1, 9, 26
PATCH = 5


@dataclass(frozen=True)
class Shuffled:
    """Images (N, 3, 32, 32) in the order in which they are asked, and where each one stands."""

    images: torch.Tensor
    places: np.ndarray


@dataclass(frozen=True)
class Meeting:
    """How strongly pixels interact at three distances, as shares of what each does alone.

    ``shift`` is what a patch does after a step of one pixel that it did not do before.
    """

    near: float
    apart: float
    far: float
    shift: float

    @property
    def local(self) -> bool:
        """Neighbours meet, and more than far ones: from 3 times on; in dense networks up to 2."""
        return self.near > 0.01 and self.near > 2.4 * self.far

    @property
    def shrinks(self) -> bool:
        """Pixels nine apart meet, which four 3×3 convolutions alone do not let them.

        A network of stride 1 with global pooling gives the same for a patch that is moved.
        """
        return self.apart > 2e-3 * self.near and self.shift > 2e-3


def draw_pixels(rng: np.random.Generator) -> Shuffled:
    """Noise with one pixel changed, another one, and both, and a patch before and after a step."""
    x = rng.normal(size=(3, SIDE, SIDE))
    images = [x]
    for distance in (NEAR, APART, FAR):
        for _ in range(PAIRS):
            a, b = (
                rng.choice([-SIZE, SIZE], (3, 1, 1)) * spot for spot in draw_spots(rng, distance)
            )
            images += [x + a, x + b, x + a + b]
    patch = np.zeros((3, SIDE, SIDE))
    start = (SIDE - PATCH) // 2
    patch[:, start : start + PATCH, start : start + PATCH] = rng.normal(0, 2, (3, PATCH, PATCH))
    images += [0 * patch, patch, np.roll(patch, 1, axis=int(rng.integers(1, 3)))]
    order = rng.permutation(len(images))
    return Shuffled(torch.from_numpy(np.stack(images)[order]).float(), np.argsort(order))


def draw_spots(rng: np.random.Generator, distance: int) -> np.ndarray:
    """Two images (2, 32, 32) with one pixel each, so far apart in a row or in a column."""
    along, across = rng.integers(1, SIDE - 1 - distance), rng.integers(1, SIDE - 1)
    spots = np.zeros((2, SIDE, SIDE))
    spots[0, along, across] = spots[1, along + distance, across] = 1
    return spots if rng.random() < 0.5 else spots.transpose(0, 2, 1)


def meeting(logits: np.ndarray, scene: Shuffled) -> Meeting:
    """What the logits (N, classes) of the shuffled images say."""
    z = logits.astype(float)[scene.places]
    plain, pairs, (empty, patch, moved) = z[0], z[1:-3], z[-3:]
    first, second, both = pairs.reshape(3, PAIRS, 3, -1).transpose(2, 0, 1, 3) - plain
    alone = np.abs(first).sum(-1) + np.abs(second).sum(-1)
    shares = np.abs(both - first - second).sum(-1) / np.maximum(alone, 1e-9)
    step = np.abs(moved - patch).sum() / max(np.abs(patch - empty).sum(), 1e-9)
    near, apart, far = (float(share) for share in shares.mean(axis=1))
    return Meeting(near, apart, far, float(step))
