"""The student's notebook as a grader sees it: functions to call and variables to read.

Everything that comes back is a plain value, decoded here. What the student's code does
wrong (it raises, takes too long, dies) is a :class:`~autograder.errors.CheckFailed` with a
sentence for the student; a grader may catch it, and need not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec
import numpy as np

from autograder.checking.messages import describe_call
from autograder.checking.questions import Probe
from autograder.errors import CheckFailed, KernelDied, NotDefined, OtherId, StudentError
from autograder.sandbox_inside.server import NOT_GIVEN

T = TypeVar("T")


class Transport(Protocol):
    """Carries one request to the student's kernel and its reply back."""

    def request(self, message: dict[str, Any], cpu_s: float | None) -> Any: ...


class Raised(msgspec.Struct, frozen=True):
    """What the kernel says of an exception of the student's code."""

    types: list[str] = []
    text: str = ""
    where: str = ""


class Reply(msgspec.Struct, frozen=True):
    """What a kernel answers: a value, an exception, or that there is no such name.

    The values are whatever the student's process sent; the rest is of these types, or the reply
    is the student's failure.
    """

    value: Any = msgspec.UNSET
    error: Raised | None = None
    missing: str | None = None
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    after: Any = None


class Several(msgspec.Struct, frozen=True):
    """The value of a reply to many calls at once: each result, and who raised instead."""

    values: list[Any]
    errors: dict[int, Raised]


@dataclass(frozen=True)
class Trace:
    """A call and what it left behind.

    ``value`` is the result, ``args`` and ``kwargs`` the arguments after the call, and
    ``after`` the result once more, read after every argument had been overwritten: where
    it differs from ``value``, the result shares memory with an argument.
    """

    value: Any
    args: list[Any]
    kwargs: dict[str, Any]
    after: Any


@dataclass(frozen=True)
class Outcome:
    """What one call of many gave: reading ``value`` returns it, or raises what the call raised."""

    name: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    reply: Reply

    @property
    def given(self) -> str:
        return describe_call(self.name, *self.args, **self.kwargs)

    @property
    def value(self) -> Any:
        return _value_of(self.reply, lambda: self.given)


class StudentNotebook:
    """One executed notebook. ``student.conv2d(x, w)`` calls the student's ``conv2d``."""

    def __init__(
        self, transport: Transport, student_id: str = "", cell_errors: dict[str, str] | None = None
    ) -> None:
        self._transport = transport
        self._cell_errors = cell_errors or {}
        self.id = student_id
        self.memory: dict[Any, Any] = {}  # a grader's own, as long as this submission is judged

    def personal_id(self) -> str:
        """The id that this notebook's personal questions are drawn for.

        It is the id under which the notebook was handed in, or, where that is not known, the
        one that stands in it. Raises OtherId where the two differ.
        """
        filled_in = self.value("STUDENT_ID")
        name = filled_in if type(filled_in) is str else ""
        if self.id and name.strip().lower() != self.id.strip().lower():
            raise OtherId(
                f"The numbers of this question are drawn from your student id. Your notebook says "
                f"STUDENT_ID = {name[:40]!r}, but it was handed in by {self.id!r}.",
                "Set STUDENT_ID to your own id, run the notebook again and answer with the "
                "numbers that it then shows. Your instructor has been told.",
                OtherId.NAME,
            )
        return self.id or name

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            return self.call(name, *args, **kwargs)

        return call

    def call(self, _name: str, *args: Any, _cpu_s: float | None = None, **kwargs: Any) -> Any:
        """Call a function by its name and return its value."""
        message = {"op": "call", "name": _name, "args": list(args), "kwargs": kwargs}
        return self._ask(message, describe_call(_name, *args, **kwargs), _cpu_s).value

    def each(
        self,
        name: str,
        calls: Iterable[tuple[Sequence[Any], Mapping[str, Any]]],
        *,
        cpu_s: float | None = None,
    ) -> list[Outcome]:
        """Call a function for each pair ``(args, kwargs)``, all in one round trip.

        Far cheaper than as many calls where a check tries hundreds of small inputs. The time
        limit holds for all of them together. A call that raises does not stop the others.
        """
        pairs = [(list(args), dict(kwargs)) for args, kwargs in calls]
        message = {"op": "each", "name": name, **_packed(pairs)}
        several = observed(self._ask(message, name, cpu_s).value, Several)
        if len(several.values) != len(pairs):
            raise KernelDied(UNREADABLE)
        replies = [
            Reply(value, error=several.errors.get(i)) for i, value in enumerate(several.values)
        ]
        return [
            Outcome(name, args, kwargs, reply)
            for (args, kwargs), reply in zip(pairs, replies, strict=True)
        ]

    def trace(self, _name: str, *args: Any, _cpu_s: float | None = None, **kwargs: Any) -> Trace:
        """Call a function and also see what became of its arguments."""
        message = {"op": "trace", "name": _name, "args": list(args), "kwargs": kwargs}
        reply = self._ask(message, describe_call(_name, *args, **kwargs), _cpu_s)
        if len(reply.args) != len(args) or reply.kwargs.keys() != kwargs.keys():
            raise KernelDied(UNREADABLE)
        return Trace(reply.value, reply.args, reply.kwargs, reply.after)

    def value(self, name: str) -> Any:
        """The value of a variable that the notebook left."""
        return self._ask({"op": "get", "name": name}, name, None).value

    def run(
        self,
        probe: Probe,
        *args: Any,
        _cpu_s: float | None = None,
        _returns: Any = Any,
        **kwargs: Any,
    ) -> Any:
        """Run a probe in the student's kernel and return what it observed.

        What it reports is a claim of a process that the student controls. ``_returns`` names the
        type that the check relies on (see :func:`observed`).
        """
        message = {
            "op": "run",
            "name": probe.name,
            "source": probe.source,
            "args": list(args),
            "kwargs": kwargs,
        }
        return observed(self._ask(message, "your code", _cpu_s).value, _returns)

    def _ask(self, message: dict[str, Any], given: str, cpu_s: float | None) -> Reply:
        reply = observed(self._transport.request(message, cpu_s), Reply)
        if reply.missing is not None:
            raise NotDefined(self._why_missing(message["name"]))
        _value_of(reply, lambda: given)
        return reply

    def _why_missing(self, name: str) -> str:
        said = f"There is no {name} after your notebook has run."
        for source, error in self._cell_errors.items():
            if name in source:
                return f"{said} The cell that should define it stopped with {error}"
        if self._cell_errors:
            return f"{said} {next(iter(self._cell_errors.values()))}"
        return f"{said} Is the cell that defines it still there, and is the name spelled so?"


def _packed(pairs: Sequence[tuple[list[Any], dict[str, Any]]]) -> dict[str, Any]:
    """The calls of a batch as a message: one table where all arguments are whole numbers."""
    places = max((len(args) for args, _ in pairs), default=0)
    names = sorted({name for _, kwargs in pairs for name in kwargs})
    rows = [
        [*args, *[NOT_GIVEN] * (places - len(args)), *(kwargs.get(n, NOT_GIVEN) for n in names)]
        for args, kwargs in pairs
    ]
    if all(type(value) is int and NOT_GIVEN <= value < -NOT_GIVEN for row in rows for value in row):
        return {"table": np.array(rows, dtype=np.int64), "places": places, "names": names}
    return {"calls": list(map(list, pairs))}


UNREADABLE = "Your notebook answered the grader with something unreadable."


def observed(value: Any, shape: type[T]) -> T:
    """A value of the student's process as this type; fails the check where it is of another.

    ``shape`` is a type of Python, of numpy or of the library of tensors, or a ``msgspec.Struct`` of
    such types, which then is made from a dict. Lists and tuples stand for each other; numbers are
    not converted.
    """
    try:
        return msgspec.convert(value, shape)
    except Exception:  # besides ValidationError what an array says when it is read as a dict
        raise KernelDied(UNREADABLE) from None


def _value_of(reply: Reply, given: Callable[[], str]) -> Any:
    """The value in a reply; raises StudentError for what the student's code raised."""
    if reply.error is not None:
        raise _student_error(reply.error, given())
    if reply.value is msgspec.UNSET:
        raise KernelDied(UNREADABLE)
    return reply.value


def _student_error(error: Raised, given: str) -> StudentError:
    types = tuple(error.types)
    kind, text = (types or ("an error",))[0], error.text[:500]
    if kind == "NotImplementedError" and not text:  # a library says which operation is missing
        return StudentError(
            "Not written yet: replace the line `raise NotImplementedError()` by your answer.",
            types,
        )
    message = f"{given} stopped with {kind}" + (f": {text}" if text else "")
    where = error.where[:300]
    return StudentError(message.rstrip(".") + "." + (f" (At {where})" if where else ""), types)


def check_raises(call: Callable[[], Any], expected: str = "ValueError", *, given: str = "") -> None:
    """Fail unless the student's code refuses its argument with this exception or a subclass.

    The text of the exception does not matter. ``call`` is a function without arguments.
    """
    place = f"{given} " if given else "This call "
    try:
        call()
    except StudentError as error:
        if expected in error.types:
            return
        if "NotImplementedError" in error.types:
            raise
        kind = (error.types or ("another error",))[0]
        message = f"{place}should be refused with {expected}, but it stopped with {kind}."
        raise CheckFailed(message) from None
    raise CheckFailed(f"{place}should be refused with {expected}, but it returned a value.")
