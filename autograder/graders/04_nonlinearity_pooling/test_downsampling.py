"""What pooling after pooling leaves of a small object, and what it saves in memory."""

import math

import numpy as np
import pytest

from autograder import (
    Mistake,
    StudentNotebook,
    check_close,
    check_equal,
    describe_call,
    number_or_fail,
    question,
)

from .pooling import MODES, Pooling
from .wording import for_case

Layers = list[tuple[int, int]]  # channels and stride of each

WRONG_REST = {  # functions of the contrast and the object's side as a part of a last window's
    "max": [
        Mistake(
            "dark-kept",
            "Max pooling keeps the largest value: beside the 0 around it, a dark object is erased.",
            lambda contrast, part: contrast,
        )
    ],
    "avg": [
        Mistake(
            "not-squared",
            "A window is a square: size counts twice.",
            lambda contrast, part: contrast * min(1, part),
        ),
        Mistake(
            "not-clipped",
            "A window that the object fills gives its contrast, and no more.",
            lambda contrast, part: contrast * part**2,
        ),
        Mistake(
            "all-or-nothing",
            "A window gives the share that the object fills.",
            lambda contrast, part: 0.0,
        ),
    ],
}


def what_is_left(size: int, contrast: float, strides: list[int], mode: str) -> float:
    """The top left pixel of an image with such an object, pooled step by step."""
    total = math.prod(strides)
    side = -(-size // total) * total
    image = np.zeros((1, 1, side, side))
    image[..., :size, :size] = contrast
    for stride in strides:
        image = Pooling(image, stride, mode=mode).result()
    return float(image[0, 0, 0, 0])


def check_survives(
    student: StudentNotebook, size: int, contrast: float, strides: list[int], mode: str
) -> None:
    """Compare what the student's survives says is left."""
    given = describe_call("survives", size, contrast, strides, mode)
    got = number_or_fail(student.survives(size, contrast, strides, mode), given)
    hints = for_case(WRONG_REST[mode], contrast, size / math.prod(strides))
    check_close(got, what_is_left(size, contrast, strides, mode), given=given, hints=hints)


BRIGHT: list[tuple[int, float, list[int]]] = [  # size, contrast, strides
    (1, 9.0, [3]),
    (2, 1.0, [2, 2, 2]),
    (3, 2.0, [2, 2]),
    (5, 4.0, [2, 2]),
    (3, 6.0, [3, 2]),
    (2, 5.0, []),
]
DARK = [(1, [2]), (2, [2]), (2, [2, 2]), (3, [2, 2]), (5, [2, 2])]  # size, strides


@question("downsampling", weight=0.6)
@pytest.mark.parametrize("mode", MODES)
def test_bright_object(student: StudentNotebook, mode: str) -> None:
    """What is left of a bright object."""
    for size, contrast, strides in BRIGHT:
        check_survives(student, size, contrast, strides, mode)


@question("downsampling", weight=0.4)
@pytest.mark.parametrize("mode", MODES)
def test_dark_object(student: StudentNotebook, mode: str) -> None:
    """What is left of a dark object."""
    for size, strides in DARK:
        check_survives(student, size, -8.0, strides, mode)


FIGURE_1 = [(32, 1), (64, 1), (64, 2), (128, 1), (128, 2), (256, 1)]
STACKS = [  # C, H, W of the image, and the layers
    ((1, 4, 4), [(2, 1)]),
    ((3, 8, 6), [(5, 2)]),
    ((3, 9, 7), [(4, 2), (5, 2)]),
    ((3, 32, 32), FIGURE_1),
    ((3, 224, 160), [(64, 2), *FIGURE_1]),
]


def output_sizes(shape: tuple[int, int, int], layers: Layers) -> list[int]:
    """How many numbers each layer's output holds."""
    _, height, width = shape
    sizes = []
    for channels, stride in layers:
        height, width = height // stride, width // stride
        sizes.append(channels * height * width)
    return sizes


def byte_mistakes(shape: tuple[int, int, int], layers: Layers) -> list[Mistake]:
    """What other ways to count the memory of all outputs give."""
    sizes = output_sizes(shape, layers)
    same_size = output_sizes(shape, [(channels, 1) for channels, _ in layers])
    with_input = 4 * (sum(sizes) + math.prod(shape))
    return [
        Mistake("numbers", "Count bytes: a float32 number takes 4.", sum(sizes)),
        Mistake("with-input", "The input image does not count.", with_input),
        Mistake("last-only", "Every layer's output is kept, not only the last.", 4 * sizes[-1]),
        Mistake("largest-only", "All outputs are kept, not only the largest.", 4 * max(sizes)),
        Mistake("stride-ignored", "A stride makes the output smaller.", 4 * sum(same_size)),
        Mistake("float64", "A float32 number takes 4 bytes, not 8.", 8 * sum(sizes)),
    ]


@question("downsampling", weight=1)
@pytest.mark.parametrize(("shape", "layers"), STACKS, ids=str)
def test_activation_bytes(
    student: StudentNotebook, shape: tuple[int, int, int], layers: Layers
) -> None:
    """The memory of all outputs together, for the net of Figure 1 too."""
    got = student.activation_bytes(shape, layers)
    given = describe_call("activation_bytes", shape, layers)
    expected = 4 * sum(output_sizes(shape, layers))
    check_equal(got, expected, given=given, hints=byte_mistakes(shape, layers))
