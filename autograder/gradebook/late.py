"""Deadlines, extensions and late penalties, all kept in nbgrader's gradebook.

:class:`LatePenalty` is the policy, a plug-in that ``nbgrader autograde`` and ``autograder grade``
both ask. A penalty depends on the score, the deadline and the extension, so it is computed anew
by :func:`penalise` when one of them changes, for instance when written answers have been graded.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SAWarning
from traitlets import Float
from traitlets.config import Config

from autograder.errors import CourseError

DAY_S = 86_400.0


class LatePenalty(LateSubmissionPlugin):
    """A share of the score for each day begun, after a grace period and up to a cap.

    Extensions are in the deadline already when nbgrader asks. With ``per_day`` at 0, nbgrader's
    own ``LateSubmissionPlugin.penalty_method`` decides.
    """

    grace_minutes = Float(0.0, min=0.0, help="lateness that costs nothing").tag(config=True)
    per_day = Float(
        0.0, min=0.0, max=1.0, help="share of the score lost for each day begun"
    ).tag(config=True)  # fmt: skip
    cap = Float(1.0, min=0.0, max=1.0, help="the largest share that can be lost").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points lost. Days are counted from the deadline, not from the end of the grace."""
        if total_seconds_late <= self.grace_minutes * 60:
            return None
        if not self.per_day:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        days = math.ceil(total_seconds_late / DAY_S)
        return float(score) * min(self.cap, self.per_day * days)


@dataclass(frozen=True)
class Late:
    """A late submission: seconds after the student's own deadline, points lost before and now."""

    student_id: str
    unit: str
    seconds: float
    before: float
    penalty: float

    @property
    def changed(self) -> bool:
        return not math.isclose(self.before, self.penalty, abs_tol=1e-9)


def penalise(gradebook: Gradebook, config: Config, unit: str) -> list[Late]:
    """Compute the penalties of a unit anew and store them; grades stay as they are.

    Returns who is late, and who was before.
    """
    found = []
    for notebook, late in _penalties(gradebook, config, [unit]):
        notebook.late_submission_penalty = late.penalty or None
        found.append(late)
    gradebook.db.commit()
    return [late for late in found if late.seconds or late.before]


def outdated(gradebook: Gradebook, config: Config, units: list[str]) -> list[Late]:
    """Stored penalties that the policy would not give today. Changes nothing."""
    return [late for _, late in _penalties(gradebook, config, units) if late.changed]


def _penalties(
    gradebook: Gradebook, config: Config, units: list[str]
) -> Iterator[tuple[Any, Late]]:
    assign = AssignLatePenalties(config=config)
    assign.init_plugin()
    handed_in = (
        gradebook.db.query(SubmittedAssignment)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name.in_(units), SubmittedAssignment.timestamp.is_not(None))
    )
    for submission in handed_in:
        seconds = submission.total_seconds_late if submission.assignment.duedate else 0.0
        for notebook in submission.notebooks:
            before, points = float(notebook.late_submission_penalty or 0.0), 0.0
            if seconds > 0:
                penalty = assign.plugin_inst.late_submission_penalty(
                    submission.student_id, notebook.score, seconds
                )
                points = min(max(float(penalty or 0.0), 0.0), float(notebook.score))
            yield (
                notebook,
                Late(submission.student_id, submission.assignment.name, seconds, before, points),
            )


def parse_deadline(when: str) -> datetime:
    """An ISO date and time with its zone, as nbgrader stores it: UTC, without zone.

    A time without zone would be taken for UTC, hours off, so it is refused.
    """
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        raise CourseError(
            f"{when!r} is no date and time; write it like 2026-12-01T23:59+01:00."
        ) from None
    if moment.tzinfo is None:
        raise CourseError(
            f"{when!r} says no time zone; write it like 2026-12-01T23:59+01:00 (Z for UTC)."
        )
    return moment.astimezone(UTC).replace(tzinfo=None)


def set_deadline(gradebook: Gradebook, unit: str, when: datetime) -> None:
    """Set the deadline of a unit (UTC). Raises CourseError for a unit that is not released."""
    _assignment(gradebook, unit).duedate = when
    gradebook.db.commit()


def extend(gradebook: Gradebook, unit: str, student: str, by: timedelta) -> datetime:
    """Give one student more time, or, with no time, take an extension back.

    Returns the student's own deadline (UTC). nbgrader keeps an extension with the submission, so
    an empty one is made where there is none yet; it counts as nothing handed in.
    """
    assignment = _assignment(gradebook, unit)
    if assignment.duedate is None:
        raise CourseError(
            f"{unit} has no deadline to extend. Set one: autograder deadline {unit} WHEN"
        )
    try:
        gradebook.find_student(student)
    except MissingEntry:
        raise CourseError(
            f"The gradebook has no student {student!r}. Add the class: autograder roster FILE.csv"
        ) from None
    try:
        submission = gradebook.find_submission(unit, student)
    except MissingEntry:
        with warnings.catch_warnings():  # nbgrader relates objects before it adds them
            warnings.simplefilter("ignore", SAWarning)
            submission = gradebook.add_submission(unit, student)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                grade.needs_manual_grade = False  # there is nothing to grade yet
    submission.extension = by if by else None
    gradebook.db.commit()
    return assignment.duedate + by


def _assignment(gradebook: Gradebook, unit: str) -> Any:
    try:
        return gradebook.find_assignment(unit)
    except MissingEntry:
        raise CourseError(
            f"The gradebook does not know {unit!r} yet. Release it first: "
            f"nbgrader generate_assignment {unit}"
        ) from None
