"""What the author of a grader writes with: questions, comparisons, known mistakes, probes.

A check is a pytest function marked with :func:`question`. It calls the student's functions
through the ``student`` fixture and compares the values that come back, here, in the trusted
process. A comparison that fails raises :class:`CheckFailed` with the text that the student
reads; any other exception means that the check could not be judged.
"""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import numpy as np

from .inside.codec import Opaque

F = TypeVar("F", bound=Callable[..., Any])


class CheckFailed(AssertionError):
    """The student's answer is wrong; the text is for the student."""

    def __init__(self, message: str, hint: str = "", mistake: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.mistake = mistake

    @property
    def text(self) -> str:
        """The message and, as a paragraph of its own, the hint."""
        return f"{self.message}\n\n{self.hint}" if self.hint else self.message


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


@dataclass(frozen=True)
class Question:
    """What :func:`question` attaches to a check."""

    id: str
    weight: float = 1.0


def question(id: str, *, weight: float = 1.0) -> Callable[[F], F]:
    """Mark a pytest function as a check of the question with this ``grade_id``.

    The points of a question are shared among its checks by ``weight``. The first line of
    the function's docstring is the title that the student reads.
    """

    def mark(function: F) -> F:
        function.__autograder_question__ = Question(id, weight)  # type: ignore[attr-defined]
        return function

    return mark


@dataclass(frozen=True)
class Probe:
    """A function whose source is run in the student's kernel. It must hold no secret."""

    name: str
    source: str


def probe(function: Callable[..., Any]) -> Probe:
    """Turn a function into a probe: ``student.run(probe, ...)`` runs it beside the student's code.

    Its first parameter gives the student's names as attributes; it imports what it needs and
    returns plain observations. Its source reaches the student's kernel: keep expected values,
    hidden labels and verdicts out of it.
    """
    source = textwrap.dedent(inspect.getsource(function))
    lines = source.splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith("def "))
    return Probe(function.__name__, "".join(lines[start:]))


@dataclass(frozen=True)
class Rubric:
    """One aspect of a written answer, worth two points: what earns two, one and none."""

    aspect: str
    full: str
    partial: str
    none: str


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


def as_array(value: Any) -> np.ndarray | None:
    """The value as a numeric array, or None where it is not one."""
    return _as_array(value)


def _as_array(value: Any) -> np.ndarray | None:
    if type(value).__name__ == "Tensor":
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value)
    if isinstance(value, (bool, int, float, list, tuple)):
        try:
            array = np.asarray(value)
        except (ValueError, OverflowError):  # ragged, or an integer beyond 64 bits
            return None
        return array if array.dtype.kind in "biuf" else None
    return None


def _close(
    have: np.ndarray, want: np.ndarray, rtol: float | None, atol: float | None
) -> np.ndarray:
    single = any(a.dtype.kind == "f" and a.dtype.itemsize < 8 for a in (have, want))
    x, y = have.astype(np.float64), want.astype(np.float64)
    finite = np.abs(y[np.isfinite(y)])
    scale = max(1.0, float(finite.max())) if finite.size else 1.0
    rtol = (1e-4 if single else 1e-6) if rtol is None else rtol
    atol = (1e-4 if single else 1e-8) * scale if atol is None else atol
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(x - y) <= atol + rtol * np.abs(y)
    return near | (x == y) | (np.isnan(x) & np.isnan(y))


def _first_difference(have: np.ndarray, want: np.ndarray, bad: np.ndarray, what: str) -> str:
    if not bad.ndim:
        return f"{what} is {show(have.item())}, expected {show(want.item())}."
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    at = ", ".join(map(str, index))
    return (
        f"{what}[{at}] is {show(have[index].item())}, expected {show(want[index].item())} "
        f"({int(bad.sum())} of {bad.size} values differ)."
    )


def _same(got: Any, expected: Any) -> bool:
    """Equality of plain values, computed here; arrays up to rounding."""
    if isinstance(got, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(map(_same, got, expected))
    if isinstance(got, dict) and isinstance(expected, dict):
        return got.keys() == expected.keys() and all(_same(got[k], expected[k]) for k in expected)
    a, b = _as_array(got), _as_array(expected)
    if a is not None and b is not None and a.dtype.kind in "biu" and b.dtype.kind in "biu":
        return bool(np.array_equal(a, b))  # whole numbers are counted, not measured
    if a is not None and b is not None:
        return a.shape == b.shape and bool(_close(a, b, None, None).all())
    return type(got) is type(expected) and bool(got == expected)


def _same_kind(got: Any, expected: Any) -> bool:
    """Whole numbers are ints, truth values are bools; a 0-d array counts as its number."""
    if isinstance(expected, (list, tuple)):
        return not isinstance(got, (list, tuple)) or all(map(_same_kind, got, expected))
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(_same_kind(got[k], expected[k]) for k in expected)
    array = _as_array(got)
    if array is None or array.ndim:
        return True
    kind = {bool: "b", int: "iu"}.get(type(expected))
    return kind is None or array.dtype.kind in kind


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.lower().replace("-", " ").replace("_", " ").split())
    return value


def _place(given: str) -> str:
    return f"{given}: " if given else ""


def _type_name(value: Any) -> str:
    return value.type_name if isinstance(value, Opaque) else type(value).__name__


def show(value: Any) -> str:
    """A value as short text for a message."""
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}, which cannot be graded"
    if type(value).__name__ == "Tensor" or isinstance(value, np.ndarray):
        kind = "tensor" if type(value).__name__ == "Tensor" else "array"
        return f"an {kind}".replace("an t", "a t") + f" of shape {tuple(value.shape)}"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.6g}" if value != int(value) or abs(value) > 1e15 else repr(value)
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def describe_call(name: str, *args: Any, **kwargs: Any) -> str:
    """The call as a reader would write it, arrays by their shape."""
    parts = [_argument(value) for value in args]
    parts += [f"{key}={_argument(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def _argument(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{'×'.join(map(str, value.shape)) or 'scalar'} array"
    return show(value)
