"""The two files for people and programs of your own: nbgrader's columns, and one per question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.lms.csvfile import CsvFile, neutral, number
from autograder.lms.export.sheet import Row, Sheet, waiting
from autograder.lms.export.table import State, Table
from autograder.lms.people import Person

COLUMNS = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
           "raw_score", "late_submission_penalty", "score", "max_score")  # fmt: skip


def grades(table: Table, roster: CsvFile | None, titles: Mapping[str, str]) -> Sheet:
    """One row per unit and student, in nbgrader's columns.

    Nothing handed in: no score. A score that waits for a hand grade: ``raw_score`` so far, and
    ``score`` blank.
    """
    rows: list[Row] = [COLUMNS]
    for unit in table.units:
        for student in table.students:
            result = table.result(student.id, unit.name)
            handed_in = result.state is not State.NOT_SUBMITTED
            row = (
                unit.name, unit.duedate, result.timestamp, *_who(student), result.raw,
                result.penalty if handed_in else None, result.score, unit.max_score,
            )  # fmt: skip
            rows.append(tuple(_text(value) for value in row))
    return _sheet(table, rows)


def questions(table: Table, roster: CsvFile | None, titles: Mapping[str, str]) -> Sheet:
    """One row per student; for each unit its status, its final score, then every question."""
    header = ["student_id", "last_name", "first_name", "email"]
    for unit in table.units:
        header += [f"{unit.name}/{what}" for what in ("status", "score", *unit.questions)]
    rows: list[Row] = [tuple(header)]
    for student in table.students:
        row: list[Any] = list(_who(student))
        for unit in table.units:
            result = table.result(student.id, unit.name)
            own = [result.questions.get(question) for question in unit.questions]
            row += [result.state.value, result.score, *own]
        rows.append(tuple(_text(value) for value in row))
    return _sheet(table, rows)


def _sheet(table: Table, rows: list[Row]) -> Sheet:
    notes = waiting(table, [student.id for student in table.students], "its score is blank")
    return Sheet(tuple(rows), students=len(table.students), notes=tuple(notes))


def _who(student: Person) -> tuple[str, str, str, str]:
    return student.id, student.last_name, student.first_name, student.email


def _text(value: Any) -> str:
    if value is None:
        return ""
    return number(value) if isinstance(value, int | float) else str(neutral(str(value)))
