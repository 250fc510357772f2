"""Hidden checks of ``conv2d_backward``: the gradients of a convolution."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from autograder import (
    StudentError,
    StudentNotebook,
    as_array,
    check_close,
    check_dtype,
    check_true,
    check_untouched,
    explained,
    question,
)

from ..shared.convolution import coarse
from ..shared.mistakes import for_case
from .backward_passes import MISTAKES, PARTS, Backward
from .convolutions import Case, Shape

RULE = (
    "Place (i, j) of the result used the pixels from (i * stride - pad, j * stride - pad) on. "
    "Its change goes to those pixels, to the weights and to the bias."
)


def parts_of(got: Any, given: str) -> dict[str, Any]:
    """dx, dw and db of a result, whichever way the three are packed."""
    if isinstance(got, dict):
        got = [got.get(part) for part in PARTS]
    message = f"{given}: the result should be three arrays, (dx, dw, db)."
    check_true(isinstance(got, (list, tuple)) and len(got) in (2, 3), message)
    return dict(zip(PARTS, [*got, None], strict=False))  # where db is missing, two still count


def check_parts(got: Any, parts: Sequence[str], call: Backward, given: str) -> None:
    """Compare some of dx, dw and db with the oracle."""
    found, oracle = parts_of(got, given), call.gradients()
    for part in parts:
        hints, right = for_case(MISTAKES[part], call), oracle[part]
        check_close(found[part], right, given=given, what=part, hints=hints, **coarse(right))


def check_backward(student: StudentNotebook, parts: Sequence[str], call: Backward) -> None:
    """Call the student's backward pass and compare some of its three results."""
    with explained(RULE):
        got = student.conv2d_backward(*call.args, **call.options)
        check_parts(got, parts, call, str(call))


SMALL = [((1, 1, 3, 3), (1, 1, 2, 2)), ((1, 1, 4, 5), (2, 1, 3, 2)), ((2, 3, 4, 5), (2, 3, 3, 2))]
Shapes = tuple[Shape, Shape]  # of x and w


@question("conv2d_backward", weight=1.5)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_input(student: StudentNotebook, rng: Generator, shapes: Shapes) -> None:
    """dx: each pixel collects the gradients of all places that use it."""
    check_backward(student, ["dx"], Backward.draw(rng, Case(*shapes).draw(rng)))


@question("conv2d_backward", weight=1)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_weights(student: StudentNotebook, rng: Generator, shapes: Shapes) -> None:
    """dw: each weight collects the gradients of all places and images."""
    check_backward(student, ["dw"], Backward.draw(rng, Case(*shapes).draw(rng)))


@question("conv2d_backward", weight=0.5)
@pytest.mark.parametrize("shapes", SMALL, ids=str)
def test_backward_to_bias(student: StudentNotebook, rng: Generator, shapes: Shapes) -> None:
    """db: each filter's bias collects all of its gradients."""
    check_backward(student, ["db"], Backward.draw(rng, Case(*shapes).draw(rng)))


@question("conv2d_backward", weight=1)
def test_backward_with_padding(student: StudentNotebook, rng: Generator) -> None:
    """With padding, dx has the shape of x and dw counts the padded image."""
    for case in (
        Case((1, 1, 4, 4), (1, 1, 3, 3), {"stride": 3, "pad": 1}),
        Case((1, 2, 4, 4), (3, 2, 2, 2), {"stride": 2, "pad": 2}),
    ):
        check_backward(student, ["dx", "dw"], Backward.draw(rng, case.draw_symmetric(rng)))


@question("conv2d_backward", weight=1)
def test_backward_with_stride(student: StudentNotebook, rng: Generator) -> None:
    """With a stride, pixels that no place uses get a gradient of zero."""
    for case in (
        Case((1, 1, 5, 5), (1, 1, 2, 2), {"stride": 2}),
        Case((1, 2, 6, 8), (2, 2, 2, 3), {"stride": 3}),
    ):
        check_backward(student, ["dx", "dw"], Backward.draw(rng, case.draw_symmetric(rng)))


BOTH = {"stride": 2, "pad": 1}


@question("conv2d_backward", weight=0.5)
def test_backward_together(student: StudentNotebook, rng: Generator) -> None:
    """Overlap, stride and padding together: the backward pass is the adjoint of the convolution."""
    for parts, case in (
        (["dx", "dw"], Case((1, 1, 4, 4), (1, 1, 3, 3), BOTH)),
        (["dx", "dw"], Case((1, 2, 3, 4), (2, 2, 3, 3), {"pad": 1})),
        (["dx", "dw", "db"], Case((2, 2, 6, 5), (2, 2, 3, 2), BOTH)),
    ):
        check_backward(student, parts, Backward.draw(rng, case.draw(rng)))
    check_adjoint(student, rng)


def check_adjoint(student: StudentNotebook, rng: Generator) -> None:
    """The sum of dx times x is that of dout times the result, and so is that of dw times w."""
    forward = Case((2, 3, 6, 7), (2, 3, 3, 3), BOTH).draw(rng)
    call = Backward.draw(rng, forward)
    found = parts_of(student.conv2d_backward(*call.args, **call.options), str(call))
    right = (call.dout * forward.result()).sum()
    for name, argument in (("dx", call.x), ("dw", call.w)):
        gradient = as_array(found[name])
        product = found[name] if gradient is None else (gradient * argument).sum()
        what = f"the sum of {name} times {name[1]}, which is that of dout times the result,"
        check_close(product, right, given=str(call), what=what)


@question("conv2d_backward", weight=0.5)
def test_backward_leaves_arguments_alone(student: StudentNotebook, rng: Generator) -> None:
    """dout, x and w stay as they were, and the results are new arrays of floating point."""
    for x, w in [((1, 2, 4, 4), (2, 2, 2, 2)), ((1, 1, 1, 1), (1, 1, 1, 1))]:
        check_left_alone(student, Backward.draw(rng, Case(x, w, BOTH).draw_symmetric(rng)))
    check_gradients_of_whole_numbers(student, rng)


def check_left_alone(student: StudentNotebook, call: Backward) -> None:
    """The call changes no argument and returns new arrays of float64."""
    trace, given = student.trace("conv2d_backward", *call.args, **call.options), str(call)
    check_parts(trace.value, ["dx", "dw"], call, given)
    check_untouched(trace, given, {"dout": call.dout, "x": call.x, "w": call.w})
    for part in ("dx", "dw"):
        check_dtype(parts_of(trace.value, given)[part], np.float64, given=given, what=part)


def check_gradients_of_whole_numbers(student: StudentNotebook, rng: Generator) -> None:
    """They are not cut to whole numbers; a library that refuses whole numbers may do so."""
    drawn = Backward.draw(rng, Case((1, 1, 4, 4), (1, 1, 2, 2), BOTH).draw(rng))
    x, w = rng.integers(-9, 9, size=drawn.x.shape), np.array([[[[2, -1], [-1, 2]]]])
    call = replace(drawn, x=x, w=w)
    try:
        got = student.conv2d_backward(*call.args, **call.options)
    except StudentError:
        return
    with explained("Gradients are not whole: an array made by zeros_like(x) would cut them off."):
        check_parts(got, ["dx", "dw"], call, "conv2d_backward with x and w of whole numbers")
