"""Courses of the tests, nbgrader's own commands in them, and handing in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from autograder.authoring.releases import build
from autograder.course.course import Course

ROOT = Path(__file__).parents[2]
GRADERS = Course(ROOT).settings.graders


def copy_course(folder: Path, *units: str, parts: tuple[str, ...] = ("source",)) -> Course:
    """These units of the project as a course of their own, with their hidden checks."""
    for part in parts:
        for unit in units:
            shutil.copytree(ROOT / part / unit, folder / part / unit)
    for path in (ROOT / "nbgrader_config.py", *filter(Path.is_file, (ROOT / "source").iterdir())):
        place = folder / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    shutil.copytree(ROOT / GRADERS, folder / GRADERS, ignore=shutil.ignore_patterns("__pycache__"))
    return Course(folder)


def linear_algebra(folder: Path) -> Course:
    """The second course, which needs numpy alone, released and solved in a folder of its own."""
    shutil.copytree(ROOT / "tests" / "courses" / "linear_algebra", folder)
    course = Course(folder)
    for unit in course.unit_names():
        build(course, unit, folder)
    return course


def copy_built(course: Course, folder: Path) -> Course:
    """A course in a folder of its own, its units released by nbgrader to a gradebook."""
    shutil.copytree(course.root, folder)
    for unit in course.unit_names():
        nbgrader(folder, "generate_assignment", unit, "--force")
    return Course(folder)


def grader_text(unit: str) -> str:
    """The source of all hidden checks of a unit of the project."""
    return "\n".join(
        path.read_text("utf-8") for path in sorted((ROOT / GRADERS / unit).glob("*.py"))
    )


def nbgrader(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's own commands in a course; it must succeed."""
    return command(folder, sys.executable, "-m", "nbgrader", *arguments)


def command(folder: Path, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and check its exit status."""
    result = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    assert result.returncode == status, result.stdout + result.stderr
    return result


def hand_in(course: Course, student: str, unit: str, data: bytes) -> None:
    """Put a notebook where nbgrader collects it."""
    folder = course.root / "submitted" / student / unit
    folder.mkdir(parents=True)
    (folder / f"{unit}.ipynb").write_bytes(data)
