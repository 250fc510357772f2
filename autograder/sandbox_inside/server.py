"""Answers the grader's calls from the kernel's main thread.

The executor runs ``serve(path)`` as the last request to the kernel, so the calls see
exactly the state that the notebook left: its variables, its random generators, the
modes of its libraries. Everything here runs beside the student's code and is
believed by nobody.
"""

from __future__ import annotations

import contextlib
import functools
import io
import socket
import traceback
import types
from collections.abc import Iterable
from typing import Any

from . import codec, frames

NOT_GIVEN = -(1 << 63)  # stands in a table where a call leaves an argument out
MAX_TEXT = 4_000  # characters of an exception's text; a reader needs no more


class Names:
    """The variables of the notebook as attributes; a missing one says so."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.__dict__["_namespace"] = namespace

    def __getattr__(self, name: str) -> Any:
        try:
            return self._namespace[name]
        except KeyError:
            raise NameError(f"name {name!r} is not defined") from None


class _Discard(io.TextIOBase):
    """Prints during a grader's call go nowhere: they are not part of the notebook."""

    def write(self, text: str) -> int:
        return len(text)


def serve(path: str, namespace: dict[str, Any], tensors: str = "") -> None:
    """Connect to the grader's socket at ``path`` and answer until it closes."""
    codec.use_tensors(tensors)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        while True:
            try:
                request = frames.receive(sock)
            except KeyboardInterrupt:  # the interrupt of a call that had just ended
                continue
            except (EOFError, OSError):
                return
            reply = _answer(request, namespace)
            try:
                frames.send(sock, reply)
            except codec.CodecError as error:
                frames.send(sock, {"error": _describe(error)})


def _answer(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    quiet = _Discard()
    try:
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            return _OPERATIONS[request["op"]](request, namespace)
    except BaseException as error:  # KeyboardInterrupt is the time limit, SystemExit the student's
        return {"error": _describe(error)}


def _get(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    name = request["name"]
    return {"value": namespace[name]} if name in namespace else {"missing": name}


def _call(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    name = request["name"]
    if name not in namespace:
        return {"missing": name}
    args, kwargs = request["args"], request["kwargs"]
    return {"value": namespace[name](*args, **kwargs)}


def _each(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """Call one function many times; each result or exception stands alone."""
    if request["name"] not in namespace:
        return {"missing": request["name"]}
    function = namespace[request["name"]]
    values, errors = [], {}
    for number, (args, kwargs) in enumerate(_calls(request)):
        try:
            values.append(function(*args, **kwargs))
        except Exception as error:
            values.append(None)
            errors[number] = _describe(error)
    return {"value": {"values": values, "errors": errors}}


def _calls(request: dict[str, Any]) -> Iterable[tuple[list[Any], dict[str, Any]]]:
    """The arguments of each call: given one by one, or as a table of whole numbers."""
    if "calls" in request:
        yield from request["calls"]
        return
    places, names = request["places"], request["names"]
    for row in request["table"].tolist():
        args = [value for value in row[:places] if value != NOT_GIVEN]
        given = zip(names, row[places:], strict=True)
        yield args, {name: value for name, value in given if value != NOT_GIVEN}


def _trace(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """Call, then report the arguments, and the result again after they are overwritten."""
    reply = _call(request, namespace)
    if "missing" in reply:
        return reply
    args, kwargs = request["args"], request["kwargs"]
    before = codec.unpack(*_frozen([reply["value"], args, kwargs]))
    for value in [*args, *kwargs.values()]:
        _overwrite(value)
    return {"value": before[0], "args": before[1], "kwargs": before[2], "after": reply["value"]}


def _frozen(value: Any) -> tuple[bytes, list[bytearray]]:
    header, buffers = codec.pack(value)
    return header, [bytearray(buffer) for buffer in buffers]


def _overwrite(value: Any) -> None:
    if type(value).__name__ == "ndarray":
        value.fill(77)
    elif type(value).__name__ == "Tensor":
        value.detach().fill_(77)


def _run(request: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """Run a probe: a function of the grader's that builds objects and reports observations."""
    scope: dict[str, Any] = {"__name__": "probe"}
    exec(_compiled(request["source"], f"<probe {request['name']}>"), scope)
    probe = scope[request["name"]]
    return {"value": probe(Names(namespace), *request["args"], **request["kwargs"])}


@functools.lru_cache(maxsize=32)
def _compiled(source: str, filename: str) -> types.CodeType:
    return compile(source, filename, "exec")


def _describe(error: BaseException) -> dict[str, Any]:
    """An exception as plain values: the names of its classes, its text, where it came from."""
    try:
        text = str(error)[:MAX_TEXT]
    except BaseException:  # a hostile __str__
        text = ""
    kinds = [str(kind.__name__)[:200] for kind in type(error).__mro__][:20]
    frames = traceback.extract_tb(error.__traceback__)[-20:]
    # Only frames of the notebook: IPython names its cells <ipython-input-…> or …/ipykernel_….
    own = [f for f in frames if "ipython-input" in f.filename or "ipykernel_" in f.filename]
    where = f"line {own[-1].lineno}: {own[-1].line}" if own else ""
    return {"types": kinds, "text": text, "where": where[:500]}


_OPERATIONS = {"get": _get, "call": _call, "each": _each, "trace": _trace, "run": _run}
