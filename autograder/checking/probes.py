"""Probes: functions of a grader that run beside the student's code, with what they need."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, overload

from autograder.checking.questions import Probe

Helper = Callable[..., Any] | str
FIRST = "from __future__ import annotations\n"  # the names in annotations are the grader's


@overload
def probe(function: Callable[..., Any], /, *, with_: Sequence[Helper] = ()) -> Probe: ...
@overload
def probe(*, with_: Sequence[Helper]) -> Callable[[Callable[..., Any]], Probe]: ...
def probe(
    function: Callable[..., Any] | None = None, /, *, with_: Sequence[Helper] = ()
) -> Probe | Callable[[Callable[..., Any]], Probe]:
    """Turn a function into a probe: ``student.run(probe, ...)`` runs it beside the student's code.

    Its first parameter gives the student's names as attributes; it imports what it needs and
    returns plain observations. ``with_`` names the functions and classes of the grader that it
    uses, and lines of source such as ``"import numpy as np"``; they are run before it, in this
    order. Annotations are not evaluated there. All of this source reaches the student's kernel:
    keep expected values, hidden labels and verdicts out of it.

    Raises OSError where the source of a function or class cannot be found.
    """

    def make(function: Callable[..., Any]) -> Probe:
        parts = [FIRST, *map(_source_of_helper, with_), _source_of(function)]
        return Probe(function.__name__, "\n".join(parts))

    return make if function is None else make(function)


def _source_of(function: Callable[..., Any]) -> str:
    """The source of a function without its decorators."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith("def "))
    return "".join(lines[start:])


def _source_of_helper(helper: Helper) -> str:
    """The source of a helper, decorators included; a text is source already."""
    return helper if isinstance(helper, str) else textwrap.dedent(inspect.getsource(helper))
