"""What grading computes, as frozen values: checks, questions, the evaluation of a notebook.

Results come first; every table, page and file is rendered from them afterwards.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Status(StrEnum):
    """The three outcomes of a check."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # could not be judged: the grader's fault or the machine's, not the student's


@dataclass(frozen=True)
class CheckResult:
    """One property of one answer: what was looked at, and what came of it.

    ``message`` is for the student: the fact, then, after a blank line, the hint.
    ``mistake`` names the known mistake that reproduces the student's value, if one does.
    ``detail`` is for the instructor alone: where the grader itself broke.
    """

    question: str
    title: str
    status: Status
    weight: float = 1.0
    message: str = ""
    mistake: str = ""
    detail: str = ""


@dataclass(frozen=True)
class QuestionResult:
    """A question with its checks. ``max_score`` is 0 for a bonus question."""

    id: str
    score: float
    max_score: float
    needs_manual_grade: bool
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """The judgement on one submitted notebook.

    ``judged`` is False when the notebook could not be judged at all; ``reason`` then says why.
    ``notices`` are facts that the instructor should see (duplicated cells, another id,
    limits hit). ``notebook`` is the executed notebook, as nbformat's JSON text.
    """

    unit: str
    questions: tuple[QuestionResult, ...]
    student_id: str = ""
    judged: bool = True
    reason: str = ""
    notices: tuple[str, ...] = ()
    notebook: str = field(default="", repr=False)
    usage: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Points earned by code, bonus included."""
        return sum(question.score for question in self.questions)

    @property
    def max_score(self) -> float:
        """Points of the unit, those graded by hand included."""
        return sum(question.max_score for question in self.questions)

    @property
    def needs_manual_grade(self) -> bool:
        return any(question.needs_manual_grade for question in self.questions)

    @property
    def certain(self) -> bool:
        """Whether a repetition would give the same: nothing of ours went wrong."""
        broken = any(c.status is Status.ERROR for q in self.questions for c in q.checks)
        return self.judged and not broken

    @property
    def fault(self) -> str:
        """Why it is not certain, in a few words; nothing where it is."""
        if not self.judged:
            return self.reason
        broken = [c for q in self.questions for c in q.checks if c.status is Status.ERROR]
        return f"the check {broken[0].title!r} could not be judged" if broken else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the notebook."""
        values = dataclasses.asdict(self)
        del values["notebook"]
        return {**values, "score": self.score, "max_score": self.max_score}

    @classmethod
    def from_dict(cls, values: dict[str, Any], notebook: str = "") -> Evaluation:
        """The inverse of :meth:`to_dict`."""
        names = {f.name for f in dataclasses.fields(cls)} - {"questions", "notebook", "notices"}
        questions = tuple(
            QuestionResult(**{**q, "checks": tuple(_check(c) for c in q["checks"])})
            for q in values["questions"]
        )
        return cls(
            questions=questions,
            notices=tuple(values["notices"]),
            notebook=notebook,
            **{name: values[name] for name in names},
        )


def _check(values: dict[str, Any]) -> CheckResult:
    return CheckResult(**{**values, "status": Status(values["status"])})


def points_earned(checks: tuple[CheckResult, ...], points: float) -> float:
    """Share a question's points among its checks by weight. No check earns nothing."""
    total = sum(Fraction(check.weight) for check in checks)
    passed = sum(Fraction(c.weight) for c in checks if c.status is Status.PASSED)
    return float(Fraction(points) * passed / total) if total else 0.0
