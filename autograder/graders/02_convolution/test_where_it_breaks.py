"""Hidden checks of ``where_it_breaks``: a label for each layer, and an example for each label."""

from collections.abc import Callable, Sequence

import numpy as np

from autograder import Choice, StudentNotebook, answer_sheet, cases, question

WEIGHTS = np.array([1.0, 2.0, -1.0])
DENSE = np.array([[1.0, 0, 2, 0, 0, 1, 0], [0, 1, 0, 3, 1, 0, 0]])

Rows = Callable[[np.ndarray], np.ndarray]


def conv_row(row: np.ndarray, pad: int = 0, stride: int = 1) -> np.ndarray:
    """A row (n,) under the kernel (1, 2, -1)."""
    return np.correlate(np.pad(row, pad), WEIGHTS, "valid")[::stride]


def pool_row(row: np.ndarray) -> np.ndarray:
    """The maximum of each pair of pixels."""
    return row[: len(row) // 2 * 2].reshape(-1, 2).max(axis=1)


NEITHER = (
    "For this answer there must be an image whose output neither stays nor just "
    "moves. Try to write one down, and watch the outputs that the table names."
)
MEANINGS = {
    "equivariant": "Equivariant means: the old output, moved by a whole number of "
    "places (or turned), and nothing else.",
    "invariant": "Invariant means: the output stays exactly as it was.",
}


def labelled(label: str, example: str) -> Choice:
    """The choice of a label; the example shows what the output does where it is missed."""
    sentences = {
        name: f"{meaning} But look at an example. {example}" for name, meaning in MEANINGS.items()
    } | {"neither": NEITHER}
    return Choice(label, {name: text for name, text in sentences.items() if name != label})


def row_example(layer: Rows, before: Sequence[float], after: Sequence[float]) -> str:
    """What a layer makes of a row, and of the moved row."""
    x, y = np.array(before, float), np.array(after, float)
    return (
        f"The row {digits(x)} gives {digits(layer(x))}; "
        f"after the move it is {digits(y)} and gives {digits(layer(y))}."
    )


def digits(row: np.ndarray) -> str:
    return "(" + ", ".join(f"{value:g}" for value in row) + ")"


ROW, ROW1, ROW2 = (0, 0, 3, 1, 0, 0, 0, 0), (0, 0, 0, 3, 1, 0, 0, 0), (0, 0, 0, 0, 3, 1, 0, 0)
FULL, FULL1 = (5, 1, 4, 2, 3), (7, 5, 1, 4, 2)  # a photograph that fills its row
TURN, TURN1 = (0, 3, 1, 0, 0, 0, 2), (2, 0, 3, 1, 0, 0, 0)
ROWS: dict[str, tuple[str, Rows, Sequence[float], Sequence[float]]] = {
    "conv_no_padding": ("equivariant", conv_row, ROW, ROW1),
    "conv_zero_padding_inside": ("equivariant", lambda row: conv_row(row, pad=1), ROW, ROW1),
    "conv_zero_padding_border": ("neither", lambda row: conv_row(row, pad=1), FULL, FULL1),
    "conv_circular": ("equivariant", lambda row: conv_row(np.pad(row, 1, "wrap")), TURN, TURN1),
    "conv_stride2_shift1": ("neither", lambda row: conv_row(row, stride=2), ROW, ROW1),
    "conv_stride2_shift2": ("equivariant", lambda row: conv_row(row, stride=2), ROW, ROW2),
    "max_pool2_shift1": ("neither", pool_row, ROW, ROW1),
    "max_pool2_shift2": ("equivariant", pool_row, ROW, ROW2),
    "global_average": ("invariant", lambda row: row.mean(keepdims=True), ROW, ROW1),
    "flatten_linear": ("neither", lambda row: DENSE @ row, TURN, TURN1),
}
TABLE = {
    name: labelled(label, row_example(layer, before, after))
    for name, (label, layer, before, after) in ROWS.items()
}
TABLE["conv_turned"] = labelled(
    "neither",
    "The kernel with -1 in its left column, 1 in its right column and 0 between answers to an "
    "image whose left half is black and whose right half is white. After a turn by 90° the upper "
    "or lower half is white, and the result is 0 everywhere.",
)


# The layers of one check do not all have the same label, so one label for all earns nothing.


@question("where_it_breaks")
@cases(
    "layers",
    {
        "Convolutions of stride 1: what the border does.": (
            "conv_no_padding",
            "conv_zero_padding_inside",
            "conv_zero_padding_border",
            "conv_circular",
        ),
        "A convolution of stride 2.": ("conv_stride2_shift1", "conv_stride2_shift2"),
        "Max pooling.": ("max_pool2_shift1", "max_pool2_shift2"),
        "The global average, the dense layer, and an image that is turned.": (
            "global_average",
            "flatten_linear",
            "conv_turned",
        ),
    },
)
def test_breaks(student: StudentNotebook, layers: Sequence[str]) -> None:
    no_dict = "breaks should be a dict from layers to labels."
    answers = answer_sheet(student, "breaks", not_a_dict=no_dict)
    for layer in layers:
        TABLE[layer].check(answers.get(layer), f"breaks[{layer!r}]")
