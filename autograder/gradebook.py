"""The recording stage, as plug-ins of nbgrader's: what is ours replaces executing and judging.

``nbgrader autograde`` converts each submission twice. In the first pass
:class:`EvaluatingExporter` reads the submitted file, whatever it holds, and writes the
executed notebook with its scores; in the second one :class:`SaveGrades` stores them.
"""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy.exc import SAWarning

from .course import Course
from .results import Evaluation
from .store import Store
from .submission import Submission
from .unit import CourseError, Unit

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


class Recorder:
    """The only writer of the gradebook in a run: one connection for the whole class."""

    def __init__(self, course: Course, unit: Unit) -> None:
        self._course, self._unit = course, unit
        self._log = logging.getLogger("autograder")
        directory = course.directory(assignment_id=unit.name)
        self._gradebook = Gradebook(directory.db_url, directory.course_id)
        try:
            self._gradebook.find_notebook(unit.name, unit.name)
        except MissingEntry:
            self._gradebook.close()
            raise CourseError(
                f"The gradebook does not know {unit.name!r} yet. Release it first: "
                f"nbgrader generate_assignment {unit.name}"
            ) from None
        self._directory = directory

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()

    def record(self, evaluation: Evaluation) -> bool:
        """Store one evaluation and its notebook; False where both are there already.

        The notebook is written last and whole, so where it lies the grades are stored.
        """
        student, unit = evaluation.student_id, self._unit.name
        folder = Path(self._directory.format_path(
            self._directory.autograded_directory, student, unit
        ))  # fmt: skip
        path = folder / f"{unit}.ipynb"
        stored = self._known(student, unit) and path.is_file()
        if stored and path.read_text("utf-8") == evaluation.notebook:
            return False
        try:
            self._store(evaluation, student, unit)
        except BaseException:
            self._gradebook.db.rollback()
            raise
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in [*self._unit.files.items(), *self._timestamp_file(student, unit)]:
            write_whole(folder / name, data)
        write_whole(path, evaluation.notebook.encode())
        return True

    def _known(self, student: str, unit: str) -> bool:
        try:
            self._gradebook.find_submission(unit, student)
        except MissingEntry:
            return False
        return True

    def _store(self, evaluation: Evaluation, student: str, unit: str) -> None:
        with warnings.catch_warnings():  # nbgrader builds a submission before it is in a session
            warnings.simplefilter("ignore", SAWarning)
            submission = self._submission(student, unit)
        notebook = nbformat.reads(evaluation.notebook, as_version=4)
        save_grades(self._gradebook, notebook, unit, student, self._log)
        self._penalise(submission, unit, student)

    def _submission(self, student: str, unit: str) -> Any:
        self._gradebook.update_or_create_student(student)
        submitted = Path(self._directory.format_path(
            self._directory.submitted_directory, student, unit
        ))  # fmt: skip
        timestamp = self._directory.get_existing_timestamp(str(submitted))
        times = {"timestamp": timestamp} if timestamp else {}
        return self._gradebook.update_or_create_submission(unit, student, **times)

    def _penalise(self, submission: Any, unit: str, student: str) -> None:
        """What nbgrader's AssignLatePenalties does, on the open gradebook."""
        notebook = self._gradebook.find_submission_notebook(unit, unit, student)
        notebook.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            assign = AssignLatePenalties(config=self._course.config)
            assign.init_plugin()
            penalty = assign.plugin_inst.late_submission_penalty(student, notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = min(max(penalty, 0), notebook.score)
        self._gradebook.db.commit()

    def _timestamp_file(self, student: str, unit: str) -> list[tuple[str, bytes]]:
        path = self._course.path("submitted", student, unit) / "timestamp.txt"
        return [("timestamp.txt", path.read_bytes()[:1000])] if path.is_file() else []


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file; a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.chmod(file.name, 0o444)
    os.replace(file.name, path)
