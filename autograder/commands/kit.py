"""Commands around the student's kit: zips and receipts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.terminal import CourseOption, console
from autograder.errors import CourseError


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (handout, receipt, receipts):
        app.command()(command)


def handout(
    units: Annotated[list[str] | None, typer.Argument(help="Units; default: all.")] = None,
    to: Annotated[Path, typer.Option(help="The folder for the zips.")] = Path("handouts"),
    course: CourseOption = None,
) -> None:
    """Pack one zip per unit for students: notebook, helpers, how to start, preflight."""
    from autograder.course.course import Course
    from autograder.student_kit.handouts import handout as pack

    found = Course.find(course)
    for name in units or found.unit_names():
        console.print(str(pack(found, name, to)), markup=False, soft_wrap=True)


def receipt(
    notebook: Annotated[Path, typer.Argument(help="A notebook that a student handed in.")],
    code: Annotated[str, typer.Argument(help="The code on the student's receipt.")] = "",
    unit: Annotated[str, typer.Option(help="The unit; default: the name of the file.")] = "",
) -> None:
    """Compute the receipt of a notebook, or check a student's receipt against it."""
    from autograder.student_kit.receipts import receipt as receipt_of

    found = receipt_of(notebook, unit or notebook.stem)
    if not code:
        console.print(f"{found.code}  {found.student_id or '(no id)'}", markup=False)
    elif found.matches(code):
        console.print("✓ The receipt belongs to this file, unit and student id.")
    else:
        raise CourseError(
            f"The receipt {code} does not belong to {notebook} (unit {found.unit}, student id "
            f"{found.student_id!r}, whose receipt is {found.code}). The file was changed, or the "
            "receipt is for another file, unit or id."
        )


def receipts(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    course: CourseOption = None,
) -> None:
    """List the receipts of everything that was handed in for a unit."""
    from autograder.course.course import Course
    from autograder.reports.terminal import receipt_table
    from autograder.student_kit.receipts import class_receipts

    console.print(receipt_table(class_receipts(Course.find(course), unit), unit))
