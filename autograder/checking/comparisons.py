"""What the author of a grader writes with: questions, comparisons, known mistakes, probes.

A check is a pytest function marked with :func:`question`. It calls the student's functions
through the ``student`` fixture and compares the values that come back, here, in the trusted
process. A comparison that fails raises :class:`CheckFailed` with the text that the student
reads; any other exception means that the check could not be judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from autograder.checking.messages import _type_name, show
from autograder.checking.values import _as_array, _close, _same, _same_kind
from autograder.errors import CheckFailed


@dataclass(frozen=True, init=False)
class Mistake:
    """A known mistake: its short name, the sentence for the student, and the wrong values.

    Each of ``values`` is a wrong value or a function without arguments that computes it; it is
    only called after a comparison failed. A value that cannot be computed for the case at hand
    (it raises) does not match, and the others still may.
    """

    name: str
    sentence: str
    values: tuple[Any, ...]

    def __init__(self, name: str, sentence: str, *values: Any) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "values", values)

    def explains(self, got: Any) -> bool:
        """Whether one of the values is exactly what the student's code gave."""
        return any(_gives(value, got) for value in self.values)


def _gives(value: Any, got: Any) -> bool:
    try:
        wrong = value() if callable(value) else value
    except Exception:  # the wrong formula has no value here: it is not this mistake
        return False
    return _same(got, wrong)


# ----------------------------------------------------------------- comparisons


def fail(message: str, *, hint: str = "", mistake: str = "") -> NoReturn:
    """Fail the check with this message."""
    raise CheckFailed(message, hint, mistake)


def check_true(condition: Any, message: str, *, hint: str = "", mistake: str = "") -> None:
    """Fail with ``message`` unless ``condition`` (computed here, on plain values) is true."""
    if not bool(condition):
        fail(message, hint=hint, mistake=mistake)


def check_equal(
    got: Any,
    expected: Any,
    *,
    given: str = "",
    hints: Iterable[Mistake] = (),
    reveal: bool = True,
) -> None:
    """Compare exactly: numbers, strings, and tuples, lists and dicts of them.

    A list equals a tuple with the same items; an ``int`` must be whole (3.0 is not 3) and
    is not a ``bool``. ``given`` names the input ("conv_out_size(7, 3)"). With ``reveal=False``
    the expected value stays hidden, as it must where it is the answer to a question.
    """
    if _same(got, expected) and _same_kind(got, expected):
        return
    message = f"{_place(given)}got {show(got)}"
    if reveal:
        message += f", expected {show(expected)}"
    if _same(got, expected):
        fail(f"{message} (the type is {_type_name(got)}, it should be {_type_name(expected)}).")
    _fail_with(message + ".", got, hints)


def check_close(
    got: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    given: str = "",
    hints: Iterable[Mistake] = (),
    what: str = "the result",
) -> None:
    """Compare numbers, arrays or tensors up to rounding: shape first, then values.

    Without ``rtol`` and ``atol`` the tolerance follows the coarser dtype of the two: for
    float64 rtol 1e-6 and atol 1e-8 times the scale of ``expected``, for float32 1e-4 and
    1e-4 times the scale. NaN equals nothing that is not NaN. The message names one index.
    """
    want = _as_array(expected)
    assert want is not None, "the grader's expected value is not numeric"
    have = _as_array(got)
    place = _place(given)
    if have is None:
        fail(f"{place}{what} should be an array of numbers, got {show(got)}.")
    if have.shape != want.shape:
        message = f"{place}{what} has shape {have.shape}, expected {want.shape}."
        _fail_with(message, got, hints)
    bad = ~_close(have, want, rtol, atol)
    if bad.any():
        _fail_with(place + _first_difference(have, want, bad, what), got, hints)


def check_dtype(got: Any, expected: Any, *, given: str = "", what: str = "the result") -> None:
    """Compare the dtype of an array or tensor with a numpy dtype."""
    have = _as_array(got)
    if have is None or have.dtype != np.dtype(expected):
        name = have.dtype.name if have is not None else _type_name(got)
        fail(f"{_place(given)}{what} has dtype {name}, expected {np.dtype(expected).name}.")


def check_choice(
    got: Any, expected: Any, *, sentences: dict[Any, str], given: str = "", what: str = "answer"
) -> None:
    """Compare one chosen option with the key, and say why a wrong option is wrong.

    ``sentences`` maps each wrong option to the sentence that the student reads. Case, spaces
    and hyphens around a text do not count. The key is never shown.
    """
    choice = _normal(got)
    if choice == _normal(expected):
        return
    said = {_normal(option): sentence for option, sentence in sentences.items()}
    if got is None or got == "":
        fail(f"{_place(given)}no {what} is chosen yet.")
    hint = said.get(choice, "") if isinstance(choice, (str, int, bool)) else ""
    fail(f"{_place(given)}{show(got)} is not the right {what}.", hint=hint)


def matching_mistake(got: Any, hints: Iterable[Mistake]) -> Mistake | None:
    """The first known mistake that gives exactly this value."""
    return next((hint for hint in hints if hint.explains(got)), None)


def _fail_with(message: str, got: Any, hints: Iterable[Mistake]) -> None:
    known = matching_mistake(got, hints)
    if known:
        fail(message, hint=known.sentence, mistake=known.name)
    fail(message)


# ----------------------------------------------------------------- values


def _first_difference(have: np.ndarray, want: np.ndarray, bad: np.ndarray, what: str) -> str:
    if not bad.ndim:
        return f"{what} is {show(have.item())}, expected {show(want.item())}."
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    at = ", ".join(map(str, index))
    return (
        f"{what}[{at}] is {show(have[index].item())}, expected {show(want[index].item())} "
        f"({int(bad.sum())} of {bad.size} values differ)."
    )


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.lower().replace("-", " ").replace("_", " ").split())
    return value


def _place(given: str) -> str:
    return f"{given}: " if given else ""
