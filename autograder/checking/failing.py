"""Around checks that fail: explain a failure, and judge a whole only where its parts work."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from autograder.checking.comparisons import Mistake, fail, matching_mistake
from autograder.errors import CheckFailed, StudentError


def works(check: Callable[..., Any], *args: Any, **options: Any) -> bool:
    """Whether a check passes: a combination is judged only where each part works alone.

    What breaks in the check itself (any other exception) is raised on.
    """
    try:
        check(*args, **options)
    except CheckFailed:
        return False
    return True


def fail_knowing(message: str, got: Any, hints: Iterable[Mistake], *, hint: str = "") -> NoReturn:
    """Fail with this message and the sentence of the known mistake that gives ``got``.

    ``hint`` is said where no known mistake does.
    """
    known = matching_mistake(got, hints)
    if known:
        fail(message, hint=known.sentence, mistake=known.name)
    fail(message, hint=hint)


@contextlib.contextmanager
def explained(rule: str) -> Iterator[None]:
    """Give a failure inside that has no explanation of its own the rule that it breaks.

    That is a wrong value, or an exception of the student's code; not an answer that is missing,
    nor a call that ran out of time.
    """
    try:
        yield
    except CheckFailed as error:
        wrong_value = type(error) is CheckFailed
        crashed = isinstance(error, StudentError) and "NotImplementedError" not in error.types
        if not error.hint and (wrong_value or crashed):
            error.hint = rule
        raise
