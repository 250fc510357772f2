"""Linear layers in a row are one linear layer."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from autograder import (
    Mistake,
    StudentError,
    StudentNotebook,
    as_array,
    check_close,
    check_untouched,
    fail,
    question,
    show,
)

from .wording import COPY, for_case

Widths = tuple[int, ...]
Arrays = list[np.ndarray]

BIAS = "Biases travel through the later weights: b = W2 b1 + b2."
ORDER = "The last layer stands on the left: W = W2 W1, because x is a column that W1 meets first."


@dataclass(frozen=True)
class Layers:
    """Linear layers in a row: the weights (n_out, n_in) and the biases (n_out,) of each."""

    weights: Arrays
    biases: Arrays
    given: str  # how messages name them

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """The inputs in the rows of x, one layer after the other."""
        for w, b in zip(self.weights, self.biases, strict=True):
            x = x @ w.T + b
        return x

    def single(self) -> tuple[np.ndarray, np.ndarray]:
        """w and b of the single layer, read off from its outputs for 0 and for unit vectors."""
        n_in = self.weights[0].shape[1]
        b = self.outputs(np.zeros((1, n_in)))[0]
        return (self.outputs(np.eye(n_in)) - b).T, b


def drawn(rng: Generator, widths: Widths) -> Layers:
    """Layers of small whole numbers, so that messages are easy to follow."""
    sizes = list(zip(widths[1:], widths[:-1], strict=True))
    weights = [rng.integers(-4, 5, size).astype(float) for size in sizes]
    biases = [rng.integers(1, 6, n_out).astype(float) for n_out, _ in sizes]
    return Layers(weights, biases, f"collapse_linear, widths {widths}")


def reversed_bias(weights: Arrays, biases: Arrays) -> np.ndarray:
    """The bias where the layers are taken from the last to the first."""
    later = zip(weights[-2::-1], biases[:0:-1], strict=True)
    return reduce(lambda b, layer: layer[0] @ layer[1] + b, later, biases[0])


WRONG_WEIGHTS = [  # functions of the weights
    Mistake("order-reversed", ORDER, lambda w: reduce(np.matmul, w)),
    Mistake("last-only", "The other layers count too: multiply all matrices.", lambda w: w[-1]),
    Mistake("sum", "Layers in a row multiply; they are not added.", sum),
    Mistake(
        "elementwise",
        "This is the element-wise product `*`. Layers multiply as matrices: `@`.",
        lambda w: reduce(np.multiply, w),
    ),
]
WRONG_BIAS = [  # functions of the weights and the biases
    Mistake("no-bias", BIAS, lambda w, b: 0.0, lambda w, b: np.zeros_like(b[-1])),
    Mistake("last-bias-only", BIAS, lambda w, b: b[-1]),
    Mistake("biases-added", BIAS, lambda w, b: reduce(np.add, b)),
    Mistake("bias-through-all", BIAS, lambda w, b: reduce(np.matmul, w[::-1]) @ b[0] + b[-1]),
    Mistake("order-reversed", f"{ORDER} {BIAS}", reversed_bias),
]


@contextlib.contextmanager
def without_the_lists(given: str) -> Iterator[None]:
    """Name a call that stops by ``given``: its lists are long to read."""
    try:
        yield
    except StudentError as error:
        _, stopped, why = error.message.partition(" stopped with ")
        sizes = any(word in why for word in ("matmul", "shape", "dimension"))
        hint = f"Look at the shapes. {ORDER} {BIAS}" if sizes else error.hint
        fail(f"{given}{stopped}{why}" if stopped else error.message, hint=hint)


def read_layer(got: Any) -> tuple[Any, Any]:
    """w and b, from a pair or a dict; weights that stand alone have no bias."""
    if isinstance(got, dict):
        by_name = {str(name).lower()[:1]: value for name, value in got.items()}
        return by_name.get("w"), by_name.get("b")
    if isinstance(got, (list, tuple)) and len(got) == 2 and is_matrix(got[0]):
        return got[0], got[1]
    if is_matrix(got):
        return got, None
    return fail(f"collapse_linear should return the pair (w, b), got {show(got)}.")


def is_matrix(value: Any) -> bool:
    """Whether it is a numeric array of two axes."""
    array = as_array(value)
    return array is not None and array.ndim == 2


def as_weights(w: Any, expected: np.ndarray) -> Any:
    """w as (n_out, n_in); weights for row vectors, which are transposed, say the same."""
    array = as_array(w)
    if array is None or array.shape != expected.T.shape:
        return w
    is_turned = array.shape != expected.shape or np.allclose(array.T, expected)
    return array.T if is_turned else array


def as_bias(b: Any) -> Any:
    """b as a vector, also where it came as one row or one column."""
    array = as_array(b)
    return array.reshape(-1) if array is not None and array.ndim == 2 and 1 in array.shape else b


def check_weights(w: Any, layers: Layers) -> Any:
    """Compare w with the weights of the single layer; returns it as (n_out, n_in)."""
    right, _ = layers.single()
    w, hints = as_weights(w, right), for_case(WRONG_WEIGHTS, layers.weights)
    check_close(w, right, given=layers.given, hints=hints, what="w")
    return as_array(w)


def check_bias(b: Any, layers: Layers) -> Any:
    """Compare b with the bias of the single layer; returns it as (n_out,)."""
    if b is None:
        said = f"{layers.given}: there is no bias; return the pair (w, b)."
        fail(said, hint=BIAS, mistake="no-bias")
    b, hints = as_bias(b), for_case(WRONG_BIAS, layers.weights, layers.biases)
    check_close(b, layers.single()[1], given=layers.given, hints=hints, what="b")
    return as_array(b)


def collapsed(student: StudentNotebook, layers: Layers) -> tuple[Any, Any]:
    """The student's w and b, as they came; b is None where there is none."""
    with without_the_lists(layers.given):
        return read_layer(student.collapse_linear(layers.weights, layers.biases))


TWO_SQUARE_LAYERS = pytest.mark.parametrize("widths", [(2, 2, 2), (4, 4, 4)], ids=str)


@question("collapse_linear")
@TWO_SQUARE_LAYERS
def test_weights_of_square_layers(student: StudentNotebook, rng: Generator, widths: Widths) -> None:
    """The matrices of two layers become one."""
    layers = drawn(rng, widths)
    check_weights(collapsed(student, layers)[0], layers)


@question("collapse_linear")
@TWO_SQUARE_LAYERS
def test_biases_of_square_layers(student: StudentNotebook, rng: Generator, widths: Widths) -> None:
    """The biases of two layers become one."""
    layers = drawn(rng, widths)
    check_bias(collapsed(student, layers)[1], layers)


@question("collapse_linear")
@pytest.mark.parametrize("widths", [(3, 2), (4, 1, 3), (2, 5, 3, 4), (5, 4, 2, 3, 4, 2)], ids=str)
def test_same_outputs_at_any_depth(
    student: StudentNotebook, rng: Generator, widths: Widths
) -> None:
    """One layer, five layers or a narrow layer in between: the same outputs for every input."""
    layers = drawn(rng, widths)
    arguments = {"weights": layers.weights, "biases": layers.biases}
    with without_the_lists(layers.given):
        seen = student.trace("collapse_linear", *arguments.values())
    w, b = read_layer(seen.value)
    w, b = check_weights(w, layers), check_bias(b, layers)
    x = rng.normal(size=(6, widths[0]))
    got, expected = x @ w.T + b, layers.outputs(x)
    check_close(got, expected, given=layers.given, what="x @ w.T + b", rtol=1e-3, atol=1e-2)
    check_untouched(seen, "collapse_linear", arguments, COPY)
