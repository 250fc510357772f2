"""What a check is marked with: its question, its probes, the rubrics of written answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class QuestionMark:
    """What :func:`question` attaches to a check."""

    id: str
    weight: float = 1.0


def question(id: str, *, weight: float = 1.0) -> Callable[[F], F]:
    """Mark a pytest function as a check of the question with this ``grade_id``.

    The points of a question are shared among its checks by ``weight``. The first line of
    the function's docstring is the title that the student reads.

    Raises ValueError for a name that is no text, and a weight that is no positive number.
    """
    if not isinstance(id, str) or not id:
        raise ValueError('write @question("NAME") with the grade_id of a check cell')
    plain = isinstance(weight, (int, float)) and not isinstance(weight, bool)
    if not plain or not 0 < weight < math.inf:
        raise ValueError(f"the weight of a check is a positive number, not {weight!r}")

    def mark(function: F) -> F:
        function.__autograder_question__ = QuestionMark(id, weight)  # type: ignore[attr-defined]
        return function

    return mark


@dataclass(frozen=True)
class Probe:
    """A function whose source is run in the student's kernel. It must hold no secret."""

    name: str
    source: str


@dataclass(frozen=True)
class Rubric:
    """One aspect of a written answer, worth two points: what earns two, one and none."""

    aspect: str
    full: str
    partial: str
    none: str
