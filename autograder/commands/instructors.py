"""Commands of the instructor's desk: class list, deadlines, grade files.

Each says what it did, what it wrote and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.terminal import CourseOption
from autograder.commands.terminal import say as say_line
from autograder.errors import CourseError

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

    from autograder.course.course import Course
    from autograder.gradebook.late import Late


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (roster, deadline, extend, late, export):
        app.command()(command)


def say(lines: Iterable[str], *, error: bool = False) -> None:
    for line in lines:
        say_line(line, error=error)


def roster(
    file: Annotated[Path, typer.Argument(help="A class list as CSV, or an LMS's export.")],
    id_column: Annotated[
        str, typer.Option("--id", help="The title of the column with the student ids.")
    ] = "",
    course: CourseOption = None,
) -> None:
    """Import students into the gradebook: adds and updates, never removes."""
    from autograder.course.course import Course
    from autograder.lms.class_list import roster as import_

    done = import_(Course.find(course), file, id_column)
    say([f"{file}: {len(done.added)} added, {len(done.updated)} updated, "
         f"{len(done.unchanged)} unchanged"])  # fmt: skip
    if done.skipped:
        rows = ", ".join(map(str, done.skipped))
        say([f"rows without an id, left out: {rows}"], error=True)
    if done.others:
        say([f"{len(done.others)} students of the gradebook are not in the file; they stay."])
    say(["Next: autograder deadline UNIT WHEN, then collect what they hand in."])


def deadline(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    when: Annotated[str, typer.Argument(help="Such as 2026-12-01T23:59+01:00.")],
    course: CourseOption = None,
) -> None:
    """Set the deadline of a unit, and compute its late penalties anew."""
    from autograder.course.course import Course
    from autograder.gradebook.access import opened
    from autograder.gradebook.late import parse_deadline, set_deadline

    found, moment = Course.find(course), parse_deadline(when)
    with opened(found) as gradebook:
        set_deadline(gradebook, unit, moment)
        say([f"{unit} is due {_local(moment)}."])
        _penalise(found, gradebook, unit)


def extend(
    student: Annotated[str, typer.Argument(help="The student's id.")],
    unit: Annotated[str, typer.Argument(help="The unit.")],
    days: Annotated[float, typer.Option(min=0, help="Days after the deadline; 0: none.")] = 0,
    hours: Annotated[float, typer.Option(min=0, help="Hours besides.")] = 0,
    course: CourseOption = None,
) -> None:
    """Give one student more time. It replaces an earlier extension; no time takes it back."""
    from autograder.course.course import Course
    from autograder.gradebook.access import opened
    from autograder.gradebook.late import extend as extend_

    found = Course.find(course)
    with opened(found) as gradebook:
        due = extend_(gradebook, unit, student, timedelta(days=days, hours=hours))
        say([f"{unit} is due for {student} {_local(due)}."])
        _penalise(found, gradebook, unit)


def late(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    course: CourseOption = None,
) -> None:
    """Compute the late penalties of a unit anew, for instance after grading by hand."""
    from autograder.course.course import Course
    from autograder.gradebook.access import opened

    found = Course.find(course)
    with opened(found) as gradebook:
        _penalise(found, gradebook, unit)


def _penalise(course: Course, gradebook: Gradebook, unit: str) -> None:
    from autograder.gradebook.late import penalise

    found = penalise(gradebook, course.config, unit)
    say(_line(one) for one in found)
    changed = sum(one.changed for one in found)
    say([f"{len(found)} late, {changed} penalties changed."])
    if changed:
        say([f"Next: nbgrader generate_feedback {unit} --force, and autograder export."])


def _line(one: Late) -> str:
    by = str(timedelta(seconds=round(one.seconds)))
    was = f" (was {one.before:.4g})" if one.changed else ""
    return f"{one.student_id}: {by} late, penalty {one.penalty:.4g}{was}"


def _local(moment: datetime) -> str:
    """A time of nbgrader's, which is UTC, as it is here and in UTC."""
    aware = moment.replace(tzinfo=UTC)
    return f"{aware.astimezone():%Y-%m-%d %H:%M %Z} ({aware:%Y-%m-%d %H:%M} UTC)"


def export(
    to: Annotated[Path, typer.Option(help="The file to write.")],
    kind: Annotated[
        str,
        typer.Option(
            "--format",
            help="nbgrader, questions, canvas, moodle, moodle-worksheet, blackboard, gradescope.",
        ),
    ] = "nbgrader",
    roster: Annotated[
        Path | None, typer.Option(help="The learning system's own export, to be filled in.")
    ] = None,
    unit: Annotated[list[str] | None, typer.Option(help="A unit; may be repeated.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="UNIT=TITLE: the column of a unit; may be repeated.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Write the grades for a learning system.

    Exit status: 0, all grades are in the file; 3, it is written, but the students listed are not
    in it; 1, nothing was written.
    """
    from autograder.course.course import Course
    from autograder.gradebook.access import opened
    from autograder.lms.export import INCOMPLETE
    from autograder.lms.export import export as export_

    pairs = [entry.partition("=") for entry in column or []]
    if wrong := [name for name, sign, title in pairs if not (name and sign and title)]:
        raise CourseError(f"--column takes UNIT=TITLE, not {wrong[0]!r}.")
    found = Course.find(course)
    with opened(found) as gradebook:
        sheet = export_(
            gradebook, kind, to, roster=roster, units=unit or [], config=found.config,
            titles={name: title for name, _, title in pairs},
        )  # fmt: skip
    say((f"note: {note}" for note in sheet.notes), error=True)
    say((f"left out: {one}" for one in sheet.left_out), error=True)
    say([f"Wrote {to}: {sheet.students} students ({kind})."])
    if sheet.following:
        say([sheet.following])
    if sheet.left_out:
        say([f"{len(sheet.left_out)} grades are not in the file; they are listed above."],
            error=True)  # fmt: skip
        raise typer.Exit(INCOMPLETE)
