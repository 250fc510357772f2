"""Gradebooks for tests, made with nbgrader's own API; no notebook runs."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from datetime import datetime
from functools import cache
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from autograder.course.course import Course
from support.courses import ROOT

UNIT, OTHER = "02_convolution", "03_receptive_field"
QUESTIONS = {"conv2d": (8.0, "code"), "in_words": (2.0, "markdown")}


@cache
def _empty() -> Path:
    """A gradebook with two units and nobody in it; making one costs a second."""
    folder = Path(tempfile.mkdtemp(prefix="gradebooks-"))
    path = folder / "gradebook.db"
    with Gradebook(f"sqlite:///{path}", "convnets") as gradebook:
        for unit in (UNIT, OTHER):
            gradebook.add_assignment(unit)
            gradebook.add_notebook(unit, unit)
            for name, (points, kind) in QUESTIONS.items():
                gradebook.add_grade_cell(name, unit, unit, max_score=points, cell_type=kind)
    return path


def course_in(folder: Path) -> Course:
    """A course with a gradebook of two units in a folder of its own."""
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copy(_empty(), folder / "gradebook.db")
    return Course(folder)


def hand_in(
    gradebook: Gradebook,
    student: str,
    code: float | None = None,
    words: float | None = None,
    unit: str = UNIT,
    at: datetime | None = None,
) -> None:
    """A submission with an automatic score and, unless it still waits, one given by hand."""
    with warnings.catch_warnings():  # nbgrader relates objects before it adds them
        warnings.simplefilter("ignore", SAWarning)
        gradebook.update_or_create_submission(unit, student, timestamp=at)
    first = gradebook.find_grade("conv2d", unit, unit, student)
    first.auto_score, first.needs_manual_grade = code, False
    second = gradebook.find_grade("in_words", unit, unit, student)
    second.manual_score, second.needs_manual_grade = words, words is None
    gradebook.db.commit()
