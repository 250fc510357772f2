"""Writes the scores of an executed notebook into nbgrader's gradebook."""

from __future__ import annotations

import logging
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook


def save_grades(
    gradebook: Gradebook, nb: NotebookNode, unit: str, student: str, log: logging.Logger
) -> None:
    """Write the scores in an executed notebook into the gradebook, all or nothing.

    As nbgrader's SaveAutoGrades does, and besides: a bonus may lie above the maximum, and what
    could not be judged is flagged for a person's eye. Scores given by hand stay.
    """
    summary = nb.metadata.get("autograder", {})
    recorded = gradebook.find_submission_notebook(unit, unit, student)
    grades = {grade.name: grade for grade in recorded.grades}
    comments = {comment.name: comment for comment in recorded.comments}
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if utils.is_grade(cell):
            score, waits = _score(cell, summary, log)
            grade = grades[name]
            grade.auto_score = score
            grade.needs_manual_grade = waits or grade.manual_score is not None
        if utils.is_solution(cell):
            untouched = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
            comments[name].auto_comment = "No response." if untouched else None
    gradebook.db.commit()


def _score(
    cell: NotebookNode, summary: dict[str, Any], log: logging.Logger
) -> tuple[float | None, bool]:
    """The score of a grade cell, and whether a person must look at it."""
    known = summary.get("questions", {}).get(cell.metadata.nbgrader.grade_id)
    if known is None or (utils.is_solution(cell) and summary.get("judged")):
        score, _ = utils.determine_grade(cell, log)  # a written answer, as nbgrader treats it
        return score, score is None
    return float(known["score"]), bool(known["needs_manual_grade"])
