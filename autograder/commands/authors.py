"""Commands for authors: lint, build, the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.terminal import CourseOption, console
from autograder.errors import CourseError


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (lint, build, demo):
        app.command()(command)


def lint(
    units: Annotated[list[str] | None, typer.Argument(help="Units; default: all.")] = None,
    course: CourseOption = None,
) -> None:
    """Check that the course is consistent: questions, checks, release, solutions, points."""
    from autograder.authoring.linting import lint as lint_unit
    from autograder.course.course import Course

    found = Course.find(course)
    problems = 0
    for name in units or found.unit_names():
        with console.status(f"checking {name}"):
            complaints = lint_unit(found, name)
        console.print(f"{name}: " + ("clean" if not complaints else f"{len(complaints)} problems"))
        for complaint in complaints:
            console.print(f"  {complaint}", markup=False)
        problems += len(complaints)
    if problems:
        raise CourseError(f"The course has {problems} problems; they are listed above.")


def build(
    units: Annotated[list[str] | None, typer.Argument(help="Units; default: all.")] = None,
    course: CourseOption = None,
) -> None:
    """Generate release/ and solutions/ from source/ with nbgrader's own commands."""
    from autograder.authoring.releases import build as build_unit
    from autograder.course.course import Course

    found = Course.find(course)
    for name in units or found.unit_names():
        with console.status(f"building {name}"):
            build_unit(found, name, found.root)
        console.print(f"release/{name} and solutions/{name} are up to date")


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to build the scratch course.")] = Path(
        "demo"
    ),
    course: CourseOption = None,
) -> None:
    """Build a scratch course with a sample class, grade it, and show the table."""
    from autograder.authoring.demo import run
    from autograder.course.course import Course

    run(Course.find(course), folder, console)
