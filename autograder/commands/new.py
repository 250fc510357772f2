"""Commands for authors: begin a course, a unit, an exercise."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.terminal import CourseOption, console

Title = Annotated[str, typer.Option(help="What people read; default: made from the name.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    new = typer.Typer(help="Begin a course, a unit or an exercise.", no_args_is_help=True)
    for command in (course, unit, exercise):
        new.command()(command)
    app.add_typer(new, name="new")


def course(
    name: Annotated[str, typer.Argument(help="The name of the new folder.")], title: Title = ""
) -> None:
    """Begin a course: a folder with its configuration."""
    from autograder.authoring.beginning import begin_course

    _say(begin_course(Path(), name, title))
    _next(f"cd {name}", "autograder new unit UNIT")


def unit(
    name: Annotated[str, typer.Argument(help="Its name, such as 01_vectors.")],
    title: Title = "",
    course: CourseOption = None,
) -> None:
    """Begin a unit: its notebook and helpers, without exercises."""
    from autograder.authoring.beginning import begin_unit
    from autograder.course.course import Course

    _say(begin_unit(Course.find(course), name, title))
    _next(f"autograder new exercise {name} NAME --kind function")


def exercise(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    name: Annotated[str, typer.Argument(help="A name for the question, as Python writes names.")],
    kind: Annotated[str, typer.Option(help="function, prediction, choice or written.")],
    title: Title = "",
    course: CourseOption = None,
) -> None:
    """Begin an exercise: cells in the notebook, hidden checks or a rubric, samples."""
    from autograder.authoring.beginning import begin_exercise
    from autograder.course.course import Course

    _say(begin_exercise(Course.find(course), unit, name, kind, title))
    _next(f"autograder build {unit}", f"autograder lint {unit}", f"autograder samples {unit}")


def _say(written: Iterable[Path]) -> None:
    here = Path.cwd()
    for path in written:
        near = path.relative_to(here) if path.is_relative_to(here) else path
        console.print(f"wrote {near}", markup=False, highlight=False, soft_wrap=True)


def _next(*commands: str) -> None:
    console.print(f"Next: {', '.join(commands)}", markup=False, highlight=False, soft_wrap=True)
