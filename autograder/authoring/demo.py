"""A scratch course with the sample submissions as its class, from release to grades."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from autograder.authoring import samples
from autograder.classrun.grading import grade
from autograder.course.course import Course
from autograder.errors import CourseError
from autograder.judging.version import versions
from autograder.reports.progress import class_progress
from autograder.reports.terminal import class_table

ABSENT = "handed_in_nothing"


def run(course: Course, folder: Path, console: Console, unit: str = "") -> None:
    """Build the scratch course in ``folder``, grade it, and print the class and the files.

    The unit is the one that the course names for this, or its first one. Raises CourseError.
    """
    unit = unit or course.settings.demo or _first(course)
    scratch = _scratch(course, folder.resolve(), unit)
    console.print(f"[bold]1.[/bold] releasing {unit} with nbgrader")
    _nbgrader(scratch, "generate_assignment", unit, "--force")
    _nbgrader(scratch, "db", "student", "add", ABSENT)
    class_ = samples.load(course, unit)
    console.print(f"[bold]2.[/bold] {len(class_)} sample students hand in")
    for sample in class_:
        _hand_in(scratch, unit, sample)
    console.print("[bold]3.[/bold] grading")
    with class_progress(console) as progress:
        graded = grade(scratch, unit, progress=progress)
    console.print("[bold]4.[/bold] feedback and grades")
    _nbgrader(scratch, "generate_feedback", unit)
    _nbgrader(scratch, "export", "--to", "grades.csv")
    _nbgrader(
        scratch, "export", "--exporter", "autograder.lms.export.QuestionsExporter",
        "--to", "questions.csv",
    )  # fmt: skip
    console.print(class_table(graded, unit))
    for name, what in (
        ("grades.csv", "one row per student, nbgrader's columns"),
        ("questions.csv", "one column per question"),
        ("feedback/", "what each student reads"),
    ):
        console.print(f"{folder / name}{'/' if name.endswith('/') else ''}  [dim]{what}[/dim]")


def _first(course: Course) -> str:
    names = course.unit_names()
    if not names:
        raise CourseError(f"{course.root} has no unit yet: autograder new unit NAME")
    return names[0]


def _hand_in(course: Course, unit: str, sample: samples.Sample) -> None:
    """Write the submission; where it differs from an earlier run, its feedback is made anew."""
    path = course.path("submitted", sample.name, unit) / f"{unit}.ipynb"
    data = sample.data(sample.name)
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    shutil.rmtree(course.path("feedback", sample.name, unit), ignore_errors=True)


def _scratch(course: Course, folder: Path, unit: str) -> Course:
    """Lay the course out; what an earlier run did on the same course stays."""
    mark = folder / ".autograder" / "made-from"
    if folder.exists() and any(folder.iterdir()) and not mark.parent.is_dir():
        raise CourseError(f"{folder} is not empty and is no scratch course; choose another folder.")
    made_from = versions(course.settings.preload) + course.unit(unit).digest
    if not mark.is_file() or mark.read_text() != made_from:
        for name in ("source", "release", "submitted", "autograded", "feedback"):
            shutil.rmtree(folder / name, ignore_errors=True)
        (folder / "gradebook.db").unlink(missing_ok=True)
        shutil.copytree(course.root / "source" / unit, folder / "source" / unit)
        shutil.copy(course.root / "nbgrader_config.py", folder)
        shutil.copytree(course.graders, folder / course.settings.graders, dirs_exist_ok=True)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(made_from)
    return Course(folder)


def _nbgrader(course: Course, *arguments: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise CourseError(f"nbgrader {' '.join(arguments)} failed: {result.stderr[-2000:]}")
