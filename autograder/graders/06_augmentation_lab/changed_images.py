"""What the questions on changed images share: images to ask with, and the rules of all transforms.

Images are arrays or tensors (N, C, H, W). No check compares with one random stream: a transform
is judged by its distribution.
"""

import random
from typing import Any

import numpy as np
import torch

from autograder import (
    StudentNotebook,
    Untouched,
    as_array,
    check_close,
    check_true,
    check_untouched,
    fail,
    probe,
    show,
)

SIGMAS = 5  # a fair count is farther off less than once in 10**6
KEPT = Untouched(
    changed="{name} after {given}: {difference}",
    changed_mistake="",
    shared="the result of {given} after {name} was overwritten (it shares memory with {name}): "
    "{difference}",
    shared_mistake="",
)


def tensor(array: np.ndarray) -> torch.Tensor:
    """A tensor with memory of its own: the caller keeps comparing with the array."""
    return torch.from_numpy(np.array(array))


def distinct_images(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Images of this shape, float32, in which every pixel has a value of its own, above 0."""
    size = int(np.prod(shape))
    return ((rng.permutation(size) + 1) / size).reshape(shape).astype(np.float32)


def named(function: str, shape: tuple[int, ...], argument: str = "") -> str:
    """A call as a message names it: ``random_crop(6×2×4×6 images, pad=1)``."""
    images = f"{'×'.join(map(str, shape))} images"
    return f"{function}({images}, {argument})" if argument else f"{function}({images})"


def images_like(x: np.ndarray, got: Any, call: str) -> np.ndarray:
    """The student's result as an array; fails unless it has the shape of x."""
    result = as_array(got)
    if result is None:
        fail(f"{call} should return a tensor, got {show(got)}.")
    message = f"{call}: the result has shape {result.shape}, expected {x.shape}."
    check_true(result.shape == x.shape, message)
    return result


def window_of(
    image: np.ndarray,
    result: np.ndarray,
    pad: int,
    modes: tuple[str, ...] = ("constant", "reflect"),
) -> tuple[int, int] | None:
    """The offset at which the result is a window of the image with a border, or None.

    Both are (C, H, W); ``modes`` are those of ``numpy.pad``, which makes the borders.
    """
    for mode in modes:
        border = [(0, 0), (pad, pad), (pad, pad)]
        padded = np.pad(image, border, mode=mode)  # type: ignore[call-overload]
        windows = np.lib.stride_tricks.sliding_window_view(padded, image.shape[1:], axis=(1, 2))
        near = np.abs(windows - result[:, None, None]).max(axis=(0, 3, 4)) < 1e-5
        if near.any():
            top, left = np.argwhere(near)[0]
            return int(top), int(left)
    return None


# ----------------------------------------------------------------- the rules of all transforms


def check_acts(student: StudentNotebook, name: str, x: np.ndarray, argument: float) -> None:
    """At least one of ten calls changes something, and shows nothing but pixels of x."""
    for _ in range(10):  # one draw for a whole batch may well be the one that changes nothing
        result = images_like(x, student.call(name, tensor(x), argument), name)
        acts = not np.allclose(result, x)
        if acts:
            break
    old_pixels = np.isin(result, np.append(x, 0)).all()
    check_true(old_pixels, f"{name}(x, {argument}) makes new pixel values.")
    check_true(acts, f"{name}(x, {argument}) leaves all images as they are.")


def check_new_draws(first: np.ndarray, second: np.ndarray, call: str) -> None:
    """Two results of the same call differ."""
    check_true(
        not np.allclose(first, second),
        f"Two calls of {call} give the same result.",
        hint="A function that sets its own seed draws the same numbers every time.",
        mistake="fixed-seed",
    )


def check_leaves_alone(student: StudentNotebook, name: str, x: np.ndarray, argument: float) -> None:
    """The argument stays as it was, the result shares no memory with it and has its dtype."""
    call = f"{name}(x, {argument})"
    for dtype in (np.float32, np.float64):
        given = x.astype(dtype)
        seen = student.trace(name, tensor(given), argument)
        result = images_like(given, seen.value, call)
        message = f"{call}: x is {given.dtype.name}, the result {result.dtype.name}."
        check_true(result.dtype == dtype, message)
        check_untouched(seen, call, {"x": given}, KEPT)


def check_repeats(student: StudentNotebook, name: str, x: np.ndarray, argument: float) -> None:
    """The same seeds give the same result."""
    seed = int(x.size)
    got = student.run(twice_with_one_seed, name, tensor(x), argument, seed)
    first, second = (images_like(x, result, name) for result in got)
    own = all(np.isin(r, np.append(i, 0)).all() for r, i in zip(first, x, strict=True))
    own = bool(own and np.count_nonzero(first) > first.size / 3)
    check_true(own, f"{name}(x, {argument}) shows pixels of another image.")
    check_close(
        second,
        first,
        given=f"{name} called twice with the same seeds and a generator with the same seed",
        what="the second result",
    )


@probe(with_=["import random", "import numpy as np", "import torch"])
def twice_with_one_seed(
    student: Any, name: str, x: torch.Tensor, argument: float, seed: int
) -> list[Any]:
    """Two results of the function of this name, with all generators seeded alike before each."""
    results = []
    for _ in range(2):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(seed)
        results.append(getattr(student, name)(x.clone(), argument, generator=generator))
    return results
