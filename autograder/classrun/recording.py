"""The recording stage: the only writer of nbgrader's gradebook in a run.

It compares an evaluation with what the gradebook holds, stores it all or nothing, and waits
for a gradebook that is locked or away.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import inspect, text
from sqlalchemy.exc import ArgumentError, ProgrammingError, SAWarning

from autograder.classrun.grade_entries import save_grades
from autograder.classrun.kept_results import Kept
from autograder.classrun.retries import PATIENCE_S, patience
from autograder.course import timestamps
from autograder.course.course import CONFIGURATION, Course
from autograder.course.files import digest, write_whole
from autograder.course.results import Evaluation
from autograder.course.unit import Unit
from autograder.errors import CourseError

EXCHANGE_FILES = ("timestamp.txt", "submission_secret.txt")  # beside a notebook handed in


@dataclass(frozen=True)
class Earlier:
    """What the gradebook holds for a student: the automatic scores, and when it was handed in."""

    scores: Mapping[str, float | None]
    timestamp: datetime | None = None
    penalty: float | None = None
    late: bool = False

    @property
    def graded(self) -> bool:
        """Whether any question has a score; a run that was killed may leave an empty entry."""
        return any(score is not None for score in self.scores.values())


class Recorder:
    """The only writer of the gradebook in a run: one connection for the whole class.

    A gradebook that is locked or away is waited for, with a message to ``say``; after
    ``patience_s`` seconds GradebookAway is raised. What was written by then stays.
    """

    def __init__(
        self,
        course: Course,
        unit: Unit,
        *,
        say: Callable[[str], None] = lambda text: None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._course, self._unit = course, unit
        self._log = logging.getLogger("autograder")
        self._directory = course.directory(assignment_id=unit.name)
        self._patiently = patience(say, patience_s)
        self._gradebook: Gradebook = self._patiently(self._open)

    def _open(self) -> Gradebook:
        try:
            gradebook = Gradebook(self._directory.db_url, self._directory.course_id)
        except (ImportError, ArgumentError) as error:
            raise CourseError(
                f"CourseDirectory.db_url in {CONFIGURATION} cannot be used: {error}. PostgreSQL "
                "needs: pip install 'convnet-course-autograder[postgres]'"
            ) from None
        try:
            gradebook.find_notebook(self._unit.name, self._unit.name)
            add_indices(gradebook)
            # A session serves one submission; nobody else's changes can matter to it.
            gradebook.db.remove()
            gradebook.db.configure(expire_on_commit=False)
        except MissingEntry:
            gradebook.close()
            raise CourseError(
                f"The gradebook does not know {self._unit.name!r} yet. Release it first: "
                f"nbgrader generate_assignment {self._unit.name}"
            ) from None
        except BaseException:
            gradebook.close()
            raise
        return gradebook

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()

    # ---------------------------------------------------------------- reading

    def earlier(self) -> dict[str, Earlier]:
        """What the gradebook holds for the unit, by student: two queries for the whole class."""
        return self._patiently(self._earlier)

    def _earlier(self) -> dict[str, Earlier]:
        session = self._gradebook.db
        scores: dict[str, dict[str, float | None]] = {}
        submissions = (
            session.query(SubmittedNotebook.id, SubmittedAssignment, SubmittedNotebook)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == self._unit.name)
        )
        grades = (
            session.query(Grade.notebook_id, BaseCell.name, Grade.auto_score)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == self._unit.name)
        )
        for notebook_id, name, score in grades:
            scores.setdefault(notebook_id, {})[name] = score
        found = {
            submission.student_id: Earlier(
                scores.get(notebook_id, {}),
                submission.timestamp,
                notebook.late_submission_penalty,
                submission.total_seconds_late > 0,
            )
            for notebook_id, submission, notebook in submissions
        }
        session.remove()
        return found

    def holds(self, earlier: Earlier | None, kept: Kept) -> bool:
        """Whether grades and notebook of this evaluation are stored already.

        The notebook is written last, so where it lies the grades were stored. A late submission
        is stored again each time: its penalty depends on the due date of today.
        """
        student = kept.evaluation.student_id
        if earlier is None or earlier.late or earlier.penalty:
            return False
        if self.changes(earlier, kept.evaluation):
            return False
        if earlier.timestamp != self._timestamp(student):
            return False
        try:
            return digest(self._path(student).read_bytes()) == kept.notebook
        except OSError:
            return False

    def changes(
        self, earlier: Earlier, evaluation: Evaluation
    ) -> dict[str, tuple[float | None, float]]:
        """Questions whose automatic score is new: (what the gradebook holds, what it would be).

        Written answers are left out: people grade them.
        """
        new = {question.id: question.score for question in evaluation.questions}
        pairs = {
            question.id: (earlier.scores.get(question.id), new[question.id])
            for question in self._unit.questions
            if not question.manual
        }
        return {name: (old, score) for name, (old, score) in pairs.items() if old != score}

    def _folder(self, student: str) -> Path:
        directory = self._directory
        return Path(directory.format_path(directory.autograded_directory, student, self._unit.name))

    def _path(self, student: str) -> Path:
        return self._folder(student) / f"{self._unit.name}.ipynb"

    def _submitted(self, student: str) -> Path:
        directory = self._directory
        return Path(directory.format_path(directory.submitted_directory, student, self._unit.name))

    def _timestamp(self, student: str) -> datetime | None:
        """When it was handed in. The file comes from the student: nonsense in it counts as none."""
        try:
            return timestamps.read(self._submitted(student))
        except (timestamps.Unclear, OSError):
            return None

    def doubts(self, student: str) -> tuple[str, ...]:
        """What the instructor should know of a submission besides its evaluation."""
        try:
            timestamps.read(self._submitted(student))
        except (timestamps.Unclear, OSError) as error:
            return (f"timestamp.txt does not count: {error}. It was taken as on time.",)
        return ()

    # ---------------------------------------------------------------- writing

    def record(self, evaluation: Evaluation) -> None:
        """Store one evaluation, then its notebook. Doing it twice is doing it once."""
        student, folder = evaluation.student_id, self._folder(evaluation.student_id)
        self._patiently(self._store, evaluation, student, self._unit.name)
        for name, data in [*self._unit.files.items(), *self._exchange_files(student)]:
            write_whole(folder / name, data, 0o444)
        write_whole(self._path(student), evaluation.notebook.encode(), 0o444)

    def _store(self, evaluation: Evaluation, student: str, unit: str) -> None:
        session = self._gradebook.db
        try:
            cells = self._cells(unit)  # held until the end, so that grades find theirs here
            with warnings.catch_warnings():  # nbgrader relates objects before it adds them
                warnings.simplefilter("ignore", SAWarning)
                submission = self._submission(student, unit)
            if not self._stored(submission, evaluation):
                notebook = nbformat.v4.reads(evaluation.notebook)  # ours: no need to validate
                save_grades(self._gradebook, notebook, unit, student, self._log)
            self._penalise(submission, unit, student)
            del cells
        except BaseException:
            session.rollback()
            raise
        finally:
            session.remove()  # what the session has seen would grow with the class

    def _stored(self, submission: Any, evaluation: Evaluation) -> bool:
        """Whether only the penalty can be new: storing again would ask for hand grades again."""
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        earlier = Earlier({grade.name: grade.auto_score for grade in grades})
        if not earlier.graded or self.changes(earlier, evaluation):
            return False
        try:
            return self._path(evaluation.student_id).read_bytes() == evaluation.notebook.encode()
        except OSError:
            return False

    def _cells(self, unit: str) -> list[BaseCell]:
        """The unit's cells, in one query instead of one for each grade and comment."""
        query = self._gradebook.db.query(BaseCell).join(Notebook).join(Assignment)
        return list(query.filter(Assignment.name == unit, Notebook.name == unit))

    def _submission(self, student: str, unit: str) -> Any:
        self._gradebook.update_or_create_student(student)
        timestamp = self._timestamp(student)
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

    def _exchange_files(self, student: str) -> list[tuple[str, bytes]]:
        """What ``nbgrader release_feedback`` later needs. The student made these files."""
        paths = [self._submitted(student) / name for name in EXCHANGE_FILES]
        found = [path for path in paths if path.is_file() and not path.is_symlink()]
        return [(path.name, path.read_bytes()[:1000]) for path in found]


def add_indices(gradebook: Gradebook) -> None:
    """Let the database find a submission's grades without reading those of the whole class.

    nbgrader's tables have no index on these columns, so recording would take longer with every
    student. Further indices change nothing for nbgrader; where they may not be made, it is
    slower.
    """
    for model in (Grade, Comment):
        table = model.__table__
        name = f"autograder_{table.name}_notebook"
        if name in {index["name"] for index in inspect(gradebook.engine).get_indexes(table.name)}:
            continue
        try:
            make = f"CREATE INDEX IF NOT EXISTS {name} ON {table.name} (notebook_id)"
            gradebook.db.execute(text(make))  # another run may make it at this moment
            gradebook.db.commit()
        except ProgrammingError:
            gradebook.db.rollback()
