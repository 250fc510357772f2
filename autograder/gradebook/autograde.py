"""Plug-ins of nbgrader's: what is ours replaces executing and judging.

``nbgrader autograde`` converts each submission twice. In the first pass
:class:`EvaluatingExporter` reads the submitted file, whatever it holds, and writes the
executed notebook with its scores; in the second one :class:`SaveGrades` stores them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades

from autograder.classrun.grade_entries import save_grades
from autograder.classrun.kept_results import KeptResults
from autograder.cleaning.characters import printable
from autograder.course.course import Course
from autograder.course.submission import Submission
from autograder.sandbox.bubblewrap import refuse_to_show


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
        refuse_to_show(*course.hidden)
        unit = course.unit(names["notebook"])
        evaluation, _ = KeptResults.of(course).evaluate(submission, unit, seed=course.seed)
        for notice in evaluation.notices:
            self.log.warning("%s, %s: %s", names["student"], names["notebook"], printable(notice))
        return evaluation.notebook, resources


class SaveGrades(SaveAutoGrades):
    """Stores the scores that :mod:`autograder.grade_cells` wrote, with their flags."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            save_grades(gradebook, nb, names["assignment"], names["student"], self.log)
        return nb, resources
