"""Plug-ins of nbgrader's: what is ours replaces executing and judging.

``nbgrader autograde`` converts each submission twice. In the first pass
:class:`EvaluatingExporter` reads the submitted file, whatever it holds, and writes the
executed notebook with its scores; in the second one :class:`SaveGrades` stores them.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades

from .course import Course
from .store import Store
from .submission import Submission

STORE = ".autograder/results"


class EvaluatingExporter(NotebookExporter):
    """Set as ``c.Autograde.exporter_class``: evaluates a submission in place of sanitising it."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The executed notebook with its scores; never an exception for what a student sent."""
        if not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources=resources, **kwargs)
        resources = self._init_resources(resources)
        resources["output_extension"] = ".ipynb"
        names = resources["nbgrader"]
        submission = Submission.read(Path(filename), names["student"], names["notebook"])
        course = Course.find(Path(self.parent.coursedir.root))
        unit = course.unit(names["notebook"])
        evaluation, _ = store(course).evaluate(submission, unit)
        for notice in evaluation.notices:
            self.log.warning("%s, %s: %s", names["student"], names["notebook"], notice)
        return evaluation.notebook, resources


def store(course: Course) -> Store:
    """Where a course keeps its evaluations."""
    return Store(course.root / STORE)


class SaveGrades(SaveAutoGrades):
    """Stores the scores that :mod:`autograder.grade_cells` wrote, with their flags."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            save_grades(gradebook, nb, names["assignment"], names["student"], self.log)
        return nb, resources


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
