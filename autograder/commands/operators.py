"""Commands for operators."""

from __future__ import annotations

from pathlib import Path

import typer

from autograder.commands.terminal import CourseOption, console
from autograder.errors import CourseError


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (doctor,):
        app.command()(command)


def doctor(course: CourseOption = None) -> None:
    """Say whether this machine can isolate kernels, and what to do if it cannot.

    In a course, its libraries are looked at too.
    """
    from autograder.commands.machine import examine

    findings = examine(_modules(course))
    for finding in findings:
        console.print(f"{'✓' if finding.fine else '✗'} {finding.text}", markup=False)
    if not all(finding.fine for finding in findings):
        raise CourseError("This machine cannot grade yet; the lines with ✗ say what to do.")


def _modules(folder: Path | None) -> tuple[str, ...]:
    """The modules that the course loads beforehand; none where this folder has no course."""
    from autograder.course.course import CONFIGURATION, Course

    here = Path.cwd()
    inside = any((path / CONFIGURATION).is_file() for path in (here, *here.parents))
    return Course.find(folder).settings.preload if folder or inside else ()
