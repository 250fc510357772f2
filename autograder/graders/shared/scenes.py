"""What scenes of the training unit share; all but ``reference`` may go along with a probe."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

TORCH = "import torch"  # the first line that goes along with a probe whose helpers use torch


class Loader:
    """A loader that can be looped over, and nothing else: x (N, ...) and y (N,) in batches.

    Students read its name where their code asks for more.
    """

    def __init__(self, x: Any, y: Any, size: int) -> None:
        self._x, self._y, self._size = x, y, size

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        for start in range(0, len(self._x), self._size):
            end = start + self._size
            yield self._x[start:end], self._y[start:end]


def image_numbers(images: Any) -> list[int]:
    """The numbers of images (N, C, H, W) whose first pixel is their number divided by 100."""
    return [round(float(number) * 100) for number in images[:, 0, 0, 0]]


def reference(our_function: Callable[..., Any]) -> SimpleNamespace:
    """Our own function in the place of the student's, for a scene that is played here."""
    return SimpleNamespace(**{our_function.__name__: our_function})
