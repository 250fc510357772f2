"""Whether a call left its arguments as they were and returned memory of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checking.comparisons import check_close, fail
from autograder.checking.messages import show
from autograder.checking.notebook import Trace
from autograder.checking.values import as_array
from autograder.errors import CheckFailed


@dataclass(frozen=True)
class Untouched:
    """What is said where an argument was changed, or where the result shares its memory.

    In the two messages ``{given}`` is the call, ``{name}`` the argument (of shared memory: all
    arguments), ``{before}`` and ``{after}`` its values, and ``{difference}`` the first number
    that differs, as :func:`~autograder.checks.check_close` puts it. Without a ``shared``
    message, shared memory is not looked for.
    """

    changed: str = "{given}: your function changed its argument {name}. Work on a copy."
    changed_hint: str = ""
    changed_mistake: str = "argument-modified"
    shared: str = (
        "{given}: when an argument is overwritten later, your result changes with it. "
        "Return a new array, not a view of an argument."
    )
    shared_hint: str = ""
    shared_mistake: str = "memory-shared"


def check_untouched(
    trace: Trace, given: str, arguments: Mapping[str, Any], says: Untouched = Untouched()
) -> None:
    """Fail where the call of ``trace`` changed an argument or returned a view of one.

    ``arguments`` are the values before the call by their names, those without keyword first and
    in their order; an argument that the call does not show is passed over. Lists, tuples and
    dicts are compared to the last item, arrays and tensors by shape and by every number (NaN
    equals NaN); nothing is rounded.
    """
    after = dict(zip(arguments, trace.args, strict=False)) | dict(trace.kwargs)
    for name, before in arguments.items():
        if name in after and not unchanged(before, after[name]):
            message = _filled(says.changed, given, name, before, after[name])
            fail(message, hint=says.changed_hint, mistake=says.changed_mistake)
    if says.shared and not unchanged(trace.value, trace.after):
        names = " and ".join(arguments)
        message = _filled(says.shared, given, names, trace.value, trace.after, "the result")
        fail(message, hint=says.shared_hint, mistake=says.shared_mistake)


def unchanged(before: Any, after: Any) -> bool:
    """Whether two values are the same to the last item; a list equals a tuple."""
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        same_keys = list(before) == list(after)
        return same_keys and all(map(unchanged, before.values(), after.values()))
    a, b = as_array(before), as_array(after)
    if a is not None and b is not None:
        return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())
    return bool(before is after or (type(before) is type(after) and before == after))


def _filled(
    template: str, given: str, name: str, before: Any, after: Any, differing: str = ""
) -> str:
    """The message; ``differing`` is the word for what differs, where it is not the argument."""
    wanted = "{difference}" in template
    difference = _difference(differing or name, before, after) if wanted else ""
    return template.format(
        given=given, name=name, before=show(before), after=show(after), difference=difference
    )


def _difference(name: str, before: Any, after: Any) -> str:
    """The sentence of a comparison; the values themselves where they are not arrays."""
    a, b = as_array(before), as_array(after)
    if a is not None and b is not None:
        try:
            check_close(b, np.asarray(a), what=name, rtol=0, atol=0)
        except CheckFailed as error:
            return error.message
    return f"{name} is {show(after)}, expected {show(before)}."
