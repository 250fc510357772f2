"""The student's notebook as a grader sees it: functions to call and variables to read.

Everything that comes back is a plain value, decoded here. What the student's code does
wrong (it raises, takes too long, dies) is a :class:`~autograder.checks.CheckFailed` with a
sentence for the student; a grader may catch it, and need not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from autograder.checking.messages import describe_call
from autograder.checking.questions import Probe
from autograder.errors import CheckFailed, KernelDied, NotDefined, OtherId, StudentError
from autograder.sandbox_inside.server import NOT_GIVEN


class Transport(Protocol):
    """Carries one request to the student's kernel and its reply back."""

    def request(self, message: dict[str, Any], cpu_s: float | None) -> Any: ...


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
    reply: Any

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
        return self._ask(message, describe_call(_name, *args, **kwargs), _cpu_s)["value"]

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
        reply = self._ask({"op": "each", "name": name, **_packed(pairs)}, name, cpu_s)["value"]
        match reply:
            case {"values": list(values), "errors": dict(errors)} if len(values) == len(pairs):
                pass
            case _:
                raise KernelDied(UNREADABLE)
        replies = ({"value": value} for value in values)
        return [
            Outcome(name, args, kwargs, {"error": errors[i]} if i in errors else reply)
            for i, ((args, kwargs), reply) in enumerate(zip(pairs, replies, strict=True))
        ]

    def trace(self, _name: str, *args: Any, _cpu_s: float | None = None, **kwargs: Any) -> Trace:
        """Call a function and also see what became of its arguments."""
        message = {"op": "trace", "name": _name, "args": list(args), "kwargs": kwargs}
        reply = self._ask(message, describe_call(_name, *args, **kwargs), _cpu_s)
        return Trace(
            reply["value"], reply.get("args", []), reply.get("kwargs", {}), reply.get("after")
        )

    def value(self, name: str) -> Any:
        """The value of a variable that the notebook left."""
        return self._ask({"op": "get", "name": name}, name, None)["value"]

    def run(self, probe: Probe, *args: Any, _cpu_s: float | None = None, **kwargs: Any) -> Any:
        """Run a probe in the student's kernel and return what it observed."""
        message = {
            "op": "run",
            "name": probe.name,
            "source": probe.source,
            "args": list(args),
            "kwargs": kwargs,
        }
        return self._ask(message, "your code", _cpu_s)["value"]

    def _ask(self, message: dict[str, Any], given: str, cpu_s: float | None) -> dict[str, Any]:
        reply = self._transport.request(message, cpu_s)
        if type(reply) is dict and "missing" in reply:
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


def _value_of(reply: Any, given: Callable[[], str]) -> Any:
    """The value in a reply; raises StudentError for what the student's code raised."""
    if type(reply) is dict and "value" in reply:
        return reply["value"]
    if type(reply) is dict and type(reply.get("error")) is dict:
        raise _student_error(reply["error"], given())
    raise KernelDied(UNREADABLE)


def _student_error(error: dict[str, Any], given: str) -> StudentError:
    types = tuple(t for t in error.get("types", ()) if type(t) is str)
    kind, text = (types or ("an error",))[0], str(error.get("text", ""))[:500]
    if kind == "NotImplementedError" and not text:  # a library says which operation is missing
        return StudentError(
            "Not written yet: replace the line `raise NotImplementedError()` by your answer.",
            types,
        )
    message = f"{given} stopped with {kind}" + (f": {text}" if text else "")
    where = str(error.get("where", ""))[:300]
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
