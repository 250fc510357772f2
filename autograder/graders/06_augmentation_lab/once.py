"""What is looked at once and counts in several checks.

A check may excuse what has lost its points in another one. Were the student's code asked again
for that, it could answer wrongly where that excuses, and rightly where it counts.
"""

from collections.abc import Callable, Hashable
from typing import Any

from autograder import CheckFailed, StudentNotebook


def once(student: StudentNotebook, key: Hashable, look: Callable[..., Any], *args: Any) -> Any:
    """What ``look(*args)`` returns or fails with, asked once for each submission and key."""
    if key not in student.memory:
        student.memory[key] = _outcome(look, *args)
    outcome = student.memory[key]
    if isinstance(outcome, CheckFailed):
        raise outcome
    return outcome


def _outcome(look: Callable[..., Any], *args: Any) -> Any:
    try:
        return look(*args)
    except CheckFailed as failed:
        return failed
