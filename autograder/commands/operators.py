"""Commands for operators."""

from __future__ import annotations

import typer

from autograder.commands.terminal import console
from autograder.errors import CourseError


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (doctor,):
        app.command()(command)


def doctor() -> None:
    """Say whether this machine can isolate kernels, and what to do if it cannot."""
    from autograder.commands.machine import examine

    findings = examine()
    for finding in findings:
        console.print(f"{'✓' if finding.fine else '✗'} {finding.text}", markup=False)
    if not all(finding.fine for finding in findings):
        raise CourseError("This machine cannot grade yet; the lines with ✗ say what to do.")
