"""cross_entropy: the loss and its gradient, extreme logits, labels that are refused.

Logits z have the shape (N, C), labels y the shape (N,).
"""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from autograder import (
    CheckFailed,
    Mistake,
    StudentNotebook,
    Untouched,
    as_array,
    check_close,
    check_dtype,
    check_raises,
    check_true,
    check_untouched,
    describe_call,
    fail,
    question,
    show,
)

from .mistakes import MEAN_NOT_SUM, SOFTMAX_TWICE, single

# ------------------------------------------------------------------ data, oracle, mistakes


def draw_logits(
    rng: np.random.Generator, images: int, classes: int, dtype: Any = np.int64
) -> tuple[np.ndarray, np.ndarray]:
    """Random logits (images, classes), and labels (images,) of this dtype."""
    return rng.normal(0, 2, (images, classes)), rng.integers(classes, size=images).astype(dtype)


def torch_cross_entropy(z: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean loss and its gradient (N, C). Source: torch.nn.functional.cross_entropy."""
    logits = torch.tensor(z, requires_grad=True)
    loss = cross_entropy(logits, torch.from_numpy(y.astype(np.int64)))
    loss.backward()
    assert logits.grad is not None
    return loss.item(), logits.grad.numpy()


def softmax(z: np.ndarray, axis: int = 1) -> np.ndarray:
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def chances(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The probability (N,) of the right class of each image, from p (N, C)."""
    return p[np.arange(len(y)), y]


def losses(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The loss (N,) of each image."""
    with np.errstate(divide="ignore"):
        return -np.log(chances(p, y))


def difference(z: np.ndarray, y: np.ndarray, axis: int = 1) -> np.ndarray:
    """Softmax minus the one-hot labels: N times the gradient."""
    return softmax(z, axis) - np.eye(z.shape[1])[y]


ROWS_ADD_UP = "The classes stand on axis 1: softmax adds up to 1 in each row, not in each column."


def loss_mistakes(z: np.ndarray, y: np.ndarray) -> list[Mistake]:
    """What known mistakes give for the loss."""
    p = softmax(z)
    loss = losses(p, y).mean()
    column = (
        "y has the shape (N,). As a column (N, 1) it picks every label for every row: N² "
        "numbers instead of N."
    )
    classes = "The loss is a mean over the N images: divide by N, not by the number of classes too."
    log = "Take the natural logarithm, np.log."
    return [
        Mistake("sum-not-mean", MEAN_NOT_SUM, losses(p, y).sum()),
        Mistake("softmax-over-images", ROWS_ADD_UP, losses(softmax(z, axis=0), y).mean()),
        Mistake("softmax-twice", SOFTMAX_TWICE, losses(softmax(p), y).mean()),
        Mistake("labels-as-column", column, losses(p, y[:, None]).mean()),
        Mistake("divided-by-classes", classes, loss / z.shape[1]),
        Mistake("other-log", log, loss / np.log(2), loss / np.log(10)),
        Mistake("sign", "The loss is minus the logarithm: never negative.", -loss),
        Mistake("no-log", "The loss is the logarithm of p, not p itself.", -chances(p, y).mean()),
    ]


def gradient_mistakes(z: np.ndarray, y: np.ndarray) -> list[Mistake]:
    """What known mistakes give for the gradient."""
    delta = difference(z, y)
    summed = MEAN_NOT_SUM + " So the gradient is divided by N too."
    onehot = "Subtract the one-hot label: the gradient is p minus one-hot; its rows add up to 0."
    classes = "The loss is a mean over the N images: divide by N, not by the number of classes."
    sign = "The gradient is p minus one-hot, not the other way."
    return [
        Mistake("sum-not-mean", summed, delta),
        Mistake("no-onehot", onehot, softmax(z) / len(z)),
        Mistake("sign", sign, -delta / len(z)),
        Mistake("softmax-over-images", ROWS_ADD_UP, difference(z, y, axis=0) / len(z)),
        Mistake("divided-by-classes", classes, delta / z.shape[1]),
    ]


# ------------------------------------------------------------------ loss and gradient


def loss_and_gradient(result: Any) -> tuple[Any, Any]:
    """The two parts of the answer; a lone number counts as the loss."""
    if isinstance(result, dict) and len(result) == 2:
        result = tuple(result.values())
    if isinstance(result, (tuple, list)) and len(result) == 2:
        if [getattr(as_array(part), "ndim", 0) for part in result] == [2, 0]:
            fail("cross_entropy returns the gradient first: return (loss, dlogits).")
        return result[0], result[1]
    array = as_array(result)
    if array is not None and array.ndim == 0:
        return result, None
    return fail(f"cross_entropy should return (loss, dlogits), got {show(result)}.")


def check_loss(student: StudentNotebook, z: np.ndarray, y: np.ndarray) -> None:
    given = describe_call("cross_entropy", z, y)
    loss, _ = loss_and_gradient(student.cross_entropy(z, y))
    expected, _ = torch_cross_entropy(z, y)
    hints = loss_mistakes(z, y)
    check_close(loss, expected, given=given, what="the loss", hints=hints)


@question("cross_entropy", weight=3)
@pytest.mark.parametrize("classes", [2, 5])
def test_loss_of_one_image(
    student: StudentNotebook, rng: np.random.Generator, classes: int
) -> None:
    """The loss of one image is right."""
    check_loss(student, *draw_logits(rng, 1, classes))


@question("cross_entropy", weight=3)
def test_loss_is_a_mean(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The loss of a batch is the mean over its images."""
    for images, classes, dtype in ((2, 3, np.int64), (3, 3, np.int32), (7, 4, np.uint8)):
        z, y = draw_logits(rng, images, classes, dtype)
        check_loss(student, z, y)
        check_loss(student, np.concatenate([z, z]), np.concatenate([y, y]))


@question("cross_entropy", weight=4)
def test_gradient(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The gradient with respect to the logits is right."""
    for images, classes, dtype in ((1, 3, np.int64), (3, 4, np.int64), (5, 5, np.uint8)):
        z, y = draw_logits(rng, images, classes, dtype)
        _, gradient = loss_and_gradient(student.cross_entropy(z, y))
        given = describe_call("cross_entropy", z, y)
        check_true(gradient is not None, f"{given} returns no gradient.")
        _, expected = torch_cross_entropy(z, y)
        hints = gradient_mistakes(z, y)
        check_close(gradient, expected, given=given, what="dlogits", hints=hints)


# ------------------------------------------------------------------ extreme logits

EXTREME = [  # logits of one image and its class
    ([1e4, -1e4], 0),
    ([1e4, -1e4], 1),
    ([-1e4, -1e4, -1e4], 2),
    ([1e4 + 1, 1e4, 1e4 - 2], 1),
    ([-3e4, 5.0, 1e4], 0),
]
OVERFLOW = (
    "e^z is too large for a computer here (overflow): subtract the largest logit of each row first."
)
LOG_OF_ZERO = (
    "p became 0, and log(0) has no value: compute log p without p, with the log-sum-exp form."
)
EPSILON = (
    "A small number added inside the logarithm hides log(0), but gives a wrong loss. "
    "Compute log p with the log-sum-exp form, without p."
)
OWN_SHIFT = "Subtract from each row its own largest logit (axis=1, keepdims=True)."


@question("cross_entropy", weight=3)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_logits(student: StudentNotebook, dtype: Any) -> None:
    """Loss and gradient are right for very large and very small logits."""
    for row, label in EXTREME:
        check_extreme(student, np.array([row], dtype), np.array([label]))
    check_each_row_shifted(student, dtype)


def check_extreme(student: StudentNotebook, z: np.ndarray, y: np.ndarray) -> None:
    """Loss and gradient of one image: finite, and the loss right."""
    given = f"cross_entropy(np.array({z.tolist()}), np.array({y.tolist()}))"
    loss, gradient = loss_and_gradient(student.cross_entropy(z, y))
    check_finite(loss, given)
    expected, _ = torch_cross_entropy(z, y)
    too_small = Mistake("log-of-zero", EPSILON, lambda: loss if loss < 0.5 * expected else math.nan)
    # float32 keeps four decimals of a number near 10,000
    atol = 3e-3 if z.dtype == np.float32 else None
    check_close(loss, expected, given=given, what="the loss", hints=[too_small], atol=atol)
    message = f"{given}: the gradient is not finite."
    check_true(is_finite(gradient), message, hint=OVERFLOW, mistake="overflow")


def check_finite(loss: Any, given: str) -> None:
    number = as_array(loss)
    if number is None or number.ndim:
        return
    message = f"{given}: the loss is nan."
    check_true(not np.isnan(number), message, hint=OVERFLOW, mistake="overflow")
    message = f"{given}: the loss is {show(number.item())}."
    check_true(np.isfinite(number), message, hint=LOG_OF_ZERO, mistake="log-of-zero")


def is_finite(value: Any) -> bool:
    """Whether all numbers are finite; what is no array is judged elsewhere."""
    array = as_array(value)
    return array is None or bool(np.isfinite(array).all())


def check_each_row_shifted(student: StudentNotebook, dtype: Any) -> None:
    """One shift for all rows would leave nothing of a row whose logits are much smaller."""
    z, y = np.array([[1e4, 1e4 + 1], [-1e4, -1e4 + 2]], dtype), np.array([0, 1])
    parts = loss_and_gradient(student.cross_entropy(z, y))
    message = (
        f"cross_entropy(np.array({z.tolist()}), np.array([0, 1])): not all numbers are finite."
    )
    check_true(all(map(is_finite, parts)), message, hint=OWN_SHIFT, mistake="one-shift-for-all")


# ------------------------------------------------------------------ arguments

NOT_INDICES = (
    "y holds class indices: integers of the shape (N,), neither a column (N, 1) nor one-hot "
    "rows. numpy would broadcast them to wrong numbers without a word."
)
NO_CLASS = "Class indices go from 0 to C-1. A negative index counts from the end in numpy."
LEFT_ALONE = Untouched(
    "{given} changed its arguments.",
    "`z -= ...` works on the array of the caller: write `z = z - ...`.",
    "changes-arguments",
    shared="",
)


def check_refuses(student: StudentNotebook, y: np.ndarray, words: str, hint: str) -> None:
    """``y`` must be refused with a ValueError for 3 images and classes, and a right one not."""
    z = np.zeros((3, 3))
    loss, _ = loss_and_gradient(student.cross_entropy(z, np.arange(3)))
    number = as_array(loss)
    good = number is not None and number.ndim == 0 and number > 0
    check_true(good, f"cross_entropy with right labels gives no loss above 0, but {show(loss)}.")
    try:
        check_raises(lambda: student.cross_entropy(z, y), given=f"cross_entropy with {words}")
    except CheckFailed as error:
        if "but it stopped with" in error.message:
            hint += " Look at y before you use it, and `raise ValueError(...)` yourself."
        fail(error.message, hint=hint, mistake="bad-labels-accepted")


@question("cross_entropy", weight=1)
def test_refuses_labels_of_another_shape(student: StudentNotebook) -> None:
    """Labels that are not N class indices are refused."""
    check_refuses(student, np.array([[0], [1], [2]]), "y of the shape (3, 1)", NOT_INDICES)
    check_refuses(student, np.eye(3), "one-hot rows as y", NOT_INDICES)
    check_refuses(student, np.array([0, 1]), "2 labels for 3 images", NOT_INDICES)
    check_refuses(student, np.array([0.5, 1.0, 2.0]), "a label 0.5", NOT_INDICES)


@question("cross_entropy", weight=1)
def test_refuses_unknown_classes(student: StudentNotebook) -> None:
    """Labels of classes that are not there are refused."""
    check_refuses(student, np.array([0, 1, 3]), "a label 3 for 3 classes", NO_CLASS)
    check_refuses(student, np.array([0, -1, 2]), "a label -1", NO_CLASS)


@question("cross_entropy", weight=1)
def test_dtype_and_arguments(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The dtype follows the logits, and the arguments stay as they are."""
    for dtype in (np.float64, np.float32, np.int64):
        z, y = draw_logits(rng, 1, 3)
        z = np.round(z).clip(-4, 4).astype(dtype)
        given = describe_call("cross_entropy", z, y)
        trace = student.trace("cross_entropy", z, y)
        result = np.result_type(dtype, np.float32)
        loss, gradient = loss_and_gradient(trace.value)
        expected, _ = torch_cross_entropy(z.astype(result), y)
        check_close(loss, single(expected), given=given, what="the loss")
        check_dtype(gradient, result, given=f"{given} with {np.dtype(dtype).name} logits")
        check_untouched(trace, given, {"z": z, "y": y}, LEFT_ALONE)
