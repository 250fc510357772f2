"""Generates what students get and the solved notebooks, with nbgrader's own converters."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment, GenerateSolution
from nbgrader.converters.base import BaseConverter, NbGraderException
from traitlets.config import Config

from autograder.course.course import Course
from autograder.errors import CourseError

ENVIRONMENT = {
    # A check cell that fails on the solution is an error in solutions/, which lint finds.
    "NBGRADER_EXECUTION": "solution",
    # As in grading: on a busy machine, two threads spend most of their time on waiting.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def build(course: Course, unit: str, target: Path) -> None:
    """Write ``release/<unit>`` and the executed ``solutions/<unit>`` below ``target``."""
    _convert(course, unit, target, GenerateAssignment)
    _convert(course, unit, target, GenerateSolution)


def build_release(course: Course, unit: str, target: Path) -> None:
    """Write only ``release/<unit>`` below ``target``."""
    _convert(course, unit, target, GenerateAssignment)


def _convert(course: Course, unit: str, target: Path, kind: type[BaseConverter]) -> None:
    if not (course.root / "source" / unit / f"{unit}.ipynb").is_file():
        raise CourseError(f"There is no notebook source/{unit}/{unit}.ipynb.")
    with tempfile.TemporaryDirectory() as scratch:
        # A gradebook of its own: releasing to this folder is not releasing to a class.
        directory = course.directory(
            assignment_id=unit,
            db_url=f"sqlite:///{scratch}/gradebook.db",
            release_directory=str(target / "release"),
            solution_directory=str(target / "solutions"),
        )
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            gradebook.update_or_create_assignment(unit)
        converter = kind(coursedir=directory, config=_repeatable(course.config))
        converter.force = True
        log = logging.getLogger("autograder.build")
        log.setLevel(logging.CRITICAL)
        converter.log = log
        try:
            with patch.dict(os.environ, ENVIRONMENT):
                converter.start()
        except NbGraderException as error:
            raise CourseError(f"nbgrader cannot convert {unit}: {error}") from error


def _repeatable(config: Config) -> Config:
    """A course's configuration without the times of cells: a second build writes the same."""
    own = {"ExecutePreprocessor": {**config.ExecutePreprocessor, "record_timing": False}}
    return Config({**config, **own})
