"""The grades of a class as frozen values, read from nbgrader's gradebook in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)

from autograder.errors import CourseError
from autograder.lms.people import Person


class State(StrEnum):
    """How far the grading of one student's unit is."""

    NOT_SUBMITTED = "not submitted"
    WAITING = "needs manual grade"  # a score may still change: it is never exported as final
    FINAL = "graded"


@dataclass(frozen=True)
class UnitColumn:
    """A unit as a column of grades. ``max_score`` is in points, bonus questions not counted."""

    name: str
    max_score: float
    questions: tuple[str, ...] = ()
    duedate: datetime | None = None  # UTC, as nbgrader keeps it


@dataclass(frozen=True)
class UnitGrade:
    """What one student has in one unit, in points.

    ``raw`` is what the gradebook holds so far, without the late penalty. ``questions`` has the
    score of each question, None where it waits for a hand grade.
    """

    state: State = State.NOT_SUBMITTED
    raw: float | None = None
    penalty: float = 0.0
    timestamp: datetime | None = None  # UTC
    seconds_late: float = 0.0
    questions: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def score(self) -> float | None:
        """The final score, never below 0; None where nothing is final."""
        if self.state is not State.FINAL or self.raw is None:
            return None
        return max(0.0, self.raw - self.penalty)


NOTHING = UnitGrade()


@dataclass(frozen=True)
class Table:
    """The class: students in the gradebook's order, units by due date, a result for each pair."""

    students: tuple[Person, ...]
    units: tuple[UnitColumn, ...]
    results: Mapping[tuple[str, str], UnitGrade]

    def result(self, student: str, unit: str) -> UnitGrade:
        return self.results.get((student, unit), NOTHING)

    def has_results(self, student: str) -> bool:
        """Whether the student handed in any of the units."""
        return any(
            self.result(student, unit.name).state is not State.NOT_SUBMITTED for unit in self.units
        )


def read(
    gradebook: Gradebook,
    units: Collection[str] = (),
    students: Collection[str] = (),
    *,
    everything: bool = False,
) -> Table:
    """The grades of the named units and students.

    No unit named means every unit that somebody handed in, or, with ``everything``, every unit.
    Raises CourseError for a unit that the gradebook does not know.
    """
    assignments = {a.name: a for a in gradebook.assignments}
    if unknown := [name for name in units if name not in assignments]:
        raise CourseError(
            f"The gradebook has no unit {unknown[0]!r} "
            f"(it has: {', '.join(assignments) or 'none'})."
        )
    results = _results(gradebook, {name: a.duedate for name, a in assignments.items()})
    begun = {unit for (_, unit), one in results.items() if one.state is not State.NOT_SUBMITTED}
    chosen = [
        name for name in assignments if (name in units if units else everything or name in begun)
    ]
    return Table(
        students=tuple(
            Person(s.id, s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "")
            for s in gradebook.students
            if not students or s.id in students
        ),
        units=tuple(_unit(assignments[name]) for name in chosen),
        results=results,
    )


def _unit(assignment: Any) -> UnitColumn:
    names = tuple(cell.name for notebook in assignment.notebooks for cell in notebook.grade_cells)
    return UnitColumn(assignment.name, float(assignment.max_score), names, assignment.duedate)


def _results(
    gradebook: Gradebook, duedates: Mapping[str, datetime | None]
) -> dict[tuple[str, str], UnitGrade]:
    session = gradebook.db
    grades: dict[str, list[Any]] = defaultdict(list)
    for row in (
        session.query(
            SubmittedNotebook.assignment_id, BaseCell.name, Grade.score,
            Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade,
        )
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
    ):  # fmt: skip
        grades[row[0]].append(row)
    penalties: dict[str, float] = defaultdict(float)
    for submission, penalty in session.query(
        SubmittedNotebook.assignment_id, SubmittedNotebook.late_submission_penalty
    ):
        penalties[submission] += penalty or 0.0
    submissions = session.query(
        SubmittedAssignment.id, SubmittedAssignment.student_id, Assignment.name,
        SubmittedAssignment.timestamp, SubmittedAssignment.extension,
    ).join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)  # fmt: skip
    found = {}
    for id_, student, unit, timestamp, extension in submissions:
        due = duedates[unit]
        if due is not None and extension is not None:
            due += extension
        late = max(0.0, (timestamp - due).total_seconds()) if timestamp and due else 0.0
        found[student, unit] = _result(grades[id_], penalties[id_], timestamp, late)
    return found


def _result(
    grades: list[Any], penalty: float, timestamp: datetime | None, late: float
) -> UnitGrade:
    """An entry that only carries an extension is no submission: no time, no score, no flag."""
    waits = any(row.needs_manual_grade for row in grades)
    scored = any(not (row.auto_score is None and row.manual_score is None) for row in grades)
    if not (waits or scored or timestamp):
        return NOTHING
    return UnitGrade(
        state=State.WAITING if waits or not scored else State.FINAL,
        raw=sum(float(row.score) for row in grades),
        penalty=penalty,
        timestamp=timestamp,
        seconds_late=late,
        questions={row.name: None if row.needs_manual_grade else row.score for row in grades},
    )
