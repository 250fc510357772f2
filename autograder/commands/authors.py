"""Commands for authors: lint, build, the demonstration."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.status import Status

from autograder.commands.terminal import CourseOption, console
from autograder.errors import CourseError


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (lint, build, demo):
        app.command()(command)


def lint(
    units: Annotated[list[str] | None, typer.Argument(help="Units; default: all.")] = None,
    times: Annotated[bool, typer.Option("--times", help="Show what each check takes.")] = False,
    course: CourseOption = None,
) -> None:
    """Check that the course is right: notebooks, checks, samples, and what the release gives away.

    The first time it judges a hundred submissions of each unit; what has not changed is kept.
    """
    from autograder.authoring.linting import lint as lint_unit
    from autograder.authoring.sources import unit_folders
    from autograder.course.course import Course

    found = Course.find(course)
    problems = 0
    for name in units or unit_folders(found):
        with console.status(f"checking {name}") as status:
            say = partial(_progress, status, name)
            report = lint_unit(found, name, say)
        count = len(report.findings)
        console.print(f"{name}: " + (f"{count} found" if count else "clean"))
        for finding in report.findings:
            console.print(f"  {finding}", markup=False, highlight=False, soft_wrap=True)
        for check, used in report.times.items() if times else ():
            console.print(f"  {used:7.2f} s  {check}", markup=False, highlight=False)
        problems += count
    if problems:
        raise CourseError(f"The course has {problems} problems; they are listed above.")


def _progress(status: Status, name: str, done: int, all: int) -> None:
    status.update(f"checking {name}: {done} of {all} submissions")


def build(
    units: Annotated[list[str] | None, typer.Argument(help="Units; default: all.")] = None,
    course: CourseOption = None,
) -> None:
    """Generate release/ and solutions/ from source/ with nbgrader's own commands.

    Where something is wrong, what was there stays as it was.
    """
    from autograder.authoring.releases import build as build_unit
    from autograder.authoring.sources import unit_folders
    from autograder.course.course import Course

    found = Course.find(course)
    for name in units or unit_folders(found):
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
