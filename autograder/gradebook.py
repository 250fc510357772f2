"""The recording stage, as plug-ins of nbgrader's: what is ours replaces executing and judging.

``nbgrader autograde`` converts each submission twice. In the first pass
:class:`EvaluatingExporter` reads the submitted file, whatever it holds, and writes the
executed notebook with its scores; in the second one :class:`SaveGrades` stores them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import SaveAutoGrades
from traitlets import Bool

from .course import Course
from .store import Store
from .submission import Submission

STORE = ".autograder/results"


class EvaluatingExporter(NotebookExporter):  # type: ignore[misc]
    """Set as ``c.Autograde.exporter_class``: evaluates a submission in place of sanitising it."""

    retry = Bool(True, help="Evaluate again what could not be judged before.").tag(config=True)

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
        evaluation, _ = store(course).evaluate(submission, unit, retry=self.retry)
        for notice in evaluation.notices:
            self.log.warning("%s, %s: %s", names["student"], names["notebook"], notice)
        return evaluation.notebook, resources


def store(course: Course) -> Store:
    """Where a course keeps its evaluations."""
    return Store(course.root / STORE)


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """Stores the scores that :mod:`autograder.grade_cells` wrote, with their flags.

    Unlike its parent it allows a bonus above the maximum, and flags for a person's eye what
    could not be judged.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        self._summary = nb.metadata.get("autograder", {})
        return super().preprocess(nb, resources)  # type: ignore[no-any-return]

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        name = cell.metadata.nbgrader.grade_id
        known = self._summary.get("questions", {}).get(name)
        if known is None or (utils.is_solution(cell) and self._summary.get("judged")):
            super()._add_score(cell, resources)  # a written answer, as nbgrader treats it
            return
        grade = self.gradebook.find_grade(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = float(known["score"])
        grade.needs_manual_grade = known["needs_manual_grade"] or grade.manual_score is not None
        self.gradebook.db.commit()
