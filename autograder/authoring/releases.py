"""Generates what students get and the solved notebooks, with nbgrader's own converters.

Everything is made in a folder aside. Only what is right takes the place of what was there, whole.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
from nbgrader.converters import GenerateAssignment, GenerateSolution
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from autograder.authoring import leaks, notebooks
from autograder.authoring.findings import Finding, refuse
from autograder.authoring.sources import notebook_file, open_source
from autograder.course.course import Course
from autograder.course.unit import Unit
from autograder.errors import CourseError

ENVIRONMENT = {
    # A check cell that fails on the solution is an error in solutions/, which is refused.
    "NBGRADER_EXECUTION": "solution",
    # As in grading: on a busy machine, two threads spend most of their time on waiting.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def build(course: Course, unit: str, target: Path) -> None:
    """Write ``release/<unit>`` and the executed ``solutions/<unit>`` below ``target``.

    Raises CourseError, with a line for each fault; what was there then stays as it was.
    """
    refuse(notebooks.examine(course, unit))
    with _aside(target) as scratch:
        build_release(course, unit, scratch)
        refuse(leaked(course, Unit.load(scratch, unit)))
        _convert(course, unit, scratch, _Solution)
        refuse(unsolved(scratch / "solutions" / unit / f"{unit}.ipynb", unit))
        for folder in ("release", "solutions"):
            _replace(scratch / folder / unit, target / folder / unit)


def build_release(course: Course, unit: str, target: Path) -> None:
    """Write only ``release/<unit>`` below ``target``."""
    _convert(course, unit, target, _Release)


def leaked(course: Course, release: Unit) -> list[Finding]:
    """The solutions that stand in a release."""
    source, _ = open_source(course, release.name)
    return leaks.examine(source, release) if source else []


def unsolved(path: Path, unit: str) -> list[Finding]:
    """The errors in a solved notebook."""
    return [
        Finding(
            notebook_file(unit),
            f"the solved notebook stops here: {_said(output)}",
            "Run the notebook from its top, and correct the answer or the check.",
            f"cell {str(cell.metadata.get('nbgrader', {}).get('grade_id') or cell.get('id'))!r}",
        )
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]


def _said(output: nbformat.NotebookNode) -> str:
    kind, text = str(output.ename), str(output.evalue).strip()
    return (text if kind == "NotYet" else f"{kind}: {text}").rstrip(".")[:300] + "."


@contextlib.contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """An empty folder on the same disk, so that a ready folder can be moved into place."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=target) as folder:
            yield Path(folder)
    except OSError as error:
        raise CourseError(f"{target} cannot be written: {error.strerror}.") from error


def _replace(new: Path, old: Path) -> None:
    """Put a folder into the place of another: a reader finds the one or the other, whole."""
    old.parent.mkdir(parents=True, exist_ok=True)
    before = new.with_name(f"{new.name}.before")
    if old.exists():
        old.rename(before)
    try:
        new.rename(old)
    except OSError:
        before.rename(old)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _convert(course: Course, unit: str, target: Path, kind: type[BaseConverter]) -> None:
    if not (course.root / notebook_file(unit)).is_file():
        raise CourseError(f"There is no notebook {notebook_file(unit)}.")
    reasons = _Reasons()
    directory = course.directory(
        assignment_id=unit,
        release_directory=str(target / "release"),
        solution_directory=str(target / "solutions"),
    )
    converter = kind(coursedir=directory, config=_repeatable(course.config))
    converter.force = True
    converter.log = reasons.log
    try:
        with patch.dict(os.environ, ENVIRONMENT):
            converter.start()
    except (NbGraderException, SystemExit) as error:
        why = reasons.last or str(error)
        raise CourseError(f"{notebook_file(unit)}: nbgrader cannot convert it: {why}") from error


class _Release(GenerateAssignment):
    """Without a gradebook: releasing to a folder is not releasing to a class."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.no_database = True
        names: tuple[Any, str] = (SaveCells, f"nbgrader.preprocessors.{SaveCells.__name__}")
        kinds: list[Any] = list(self.preprocessors)  # type: ignore[has-type]
        self.preprocessors = [kind for kind in kinds if kind not in names]

    def _clean_old_notebooks(self, assignment_id: str, student_id: str) -> None:
        """There is no gradebook in which an old notebook could stand."""


class _Solution(GenerateSolution):
    """Without a gradebook, in which nothing of a solution stands anyway."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        BaseConverter.init_assignment(self, assignment_id, student_id)


class _Reasons(logging.Handler):
    """Keeps what nbgrader logs as an error; its exception only says "see above"."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""
        self.log = logging.Logger("autograder.build", logging.ERROR)
        self.log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """The reason is the last line, of a traceback too; the general one is said by others."""
        text = self.format(record).strip().split("\n")[-1]
        if "See the above" not in text and "see the the above" not in text.lower():
            self.last = " ".join(text.split())[:300]


def _repeatable(config: Config) -> Config:
    """A course's configuration without the times of cells: a second build writes the same."""
    own = {"ExecutePreprocessor": {**config.ExecutePreprocessor, "record_timing": False}}
    return Config({**config, **own})
