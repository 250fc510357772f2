"""What a grader computes once for a submission and several of its checks use."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from autograder.checking.notebook import StudentNotebook
from autograder.errors import CheckFailed

T = TypeVar("T")


def once(student: StudentNotebook, key: Hashable, compute: Callable[[], T]) -> T:
    """What ``compute()`` gives, computed once for a submission and kept under ``key``.

    Where it fails the check (:class:`~autograder.checks.CheckFailed`: a wrong value, a crash,
    time used up), each later call fails in the same way without computing again. Any other
    exception is a fault of the grader and is not kept.
    """
    if key not in student.memory:
        try:
            student.memory[key] = compute()
        except CheckFailed as error:
            student.memory[key] = _Failure(error)
    kept = student.memory[key]
    if isinstance(kept, _Failure):
        raise kept.error
    result: T = kept
    return result


class _Failure:
    def __init__(self, error: CheckFailed) -> None:
        self.error = error
