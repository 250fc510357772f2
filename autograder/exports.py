"""Grades as CSV, through nbgrader's ``export`` command."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def grades(gradebook: Gradebook) -> pd.DataFrame:
    """One row per assignment and student, in nbgrader's columns. Nothing handed in: no score."""
    rows = [
        {
            "assignment": assignment.name,
            "duedate": assignment.duedate,
            **_identity(student),
            **_scores(gradebook, assignment, student),
            "max_score": assignment.max_score,
        }
        for assignment in gradebook.assignments
        for student in gradebook.students
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def questions(gradebook: Gradebook) -> pd.DataFrame:
    """One row per student; for each unit its status and score, then a column per question."""
    rows = []
    for student in gradebook.students:
        row: dict[str, Any] = _identity(student)
        for assignment in gradebook.assignments:
            row |= _questions(gradebook, assignment, student)
        rows.append(row)
    return pd.DataFrame(rows)


def _identity(student: Any) -> dict[str, Any]:
    return {
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
    }


def _scores(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    submission = _submission(gradebook, assignment, student)
    if submission is None:
        return {}
    penalty = submission.late_submission_penalty or 0.0
    return {
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
    }


def _questions(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    submission = _submission(gradebook, assignment, student)
    names = [cell.name for notebook in assignment.notebooks for cell in notebook.grade_cells]
    if submission is None:
        status, scores, total = "not submitted", {}, None
    else:
        own = [grade for notebook in submission.notebooks for grade in notebook.grades]
        scores = {grade.name: None if _waits(grade) else grade.score for grade in own}
        waiting = any(grade.needs_manual_grade for grade in own)
        status, total = ("needs manual grade" if waiting else "graded"), submission.score
    columns = {f"{assignment.name}/{name}": scores.get(name) for name in names}
    return {f"{assignment.name}/status": status, f"{assignment.name}/score": total, **columns}


def _waits(grade: Any) -> bool:
    """A written answer that nobody has graded has no score yet, not a score of zero."""
    return bool(
        grade.needs_manual_grade and grade.auto_score is None and grade.manual_score is None
    )


def _submission(gradebook: Gradebook, assignment: Any, student: Any) -> Any:
    try:
        return gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return None


def neutral(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a quote before it."""
    if isinstance(value, str) and value.lstrip(" ")[:1] in set("=+-@\t\r"):
        return "'" + value
    return value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all, UTF-8, quoted where it must be."""
    safe = table.map(neutral)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, newline="") as file:
        safe.to_csv(file, index=False)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


class GradesExporter(ExportPlugin):
    """``nbgrader export``: nbgrader's columns, properly quoted."""

    default_extension = "csv"

    def export(self, gradebook: Gradebook) -> None:
        _export(self, grades(gradebook), "grades.csv")


class QuestionsExporter(ExportPlugin):
    """``--exporter autograder.exports.QuestionsExporter``: a column per question."""

    def export(self, gradebook: Gradebook) -> None:
        _export(self, questions(gradebook), "questions.csv")


def _export(plugin: ExportPlugin, table: pd.DataFrame, name: str) -> None:
    for column, wanted in (("student_id", plugin.student), ("assignment", plugin.assignment)):
        if wanted and column in table:
            table = table[table[column].isin(wanted)]
    path = Path(plugin.to or name)
    write_csv(table, path)
    plugin.log.info("Wrote %d rows to %s", len(table), path)
