"""The command line. Bad input gets one clear line and a non-zero exit status."""

from __future__ import annotations

import sys

import typer

from autograder.commands import authors, grading, instructors, kit, new, operators, trying
from autograder.commands.terminal import say
from autograder.errors import CourseError, SandboxUnavailable

app = typer.Typer(
    help="Autograded exercises on top of nbgrader.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (grading, new, authors, trying, operators, kit, instructors):
    commands.register(app)


def main() -> None:
    """Entry point: one line for what the user can mend, a traceback only for our own mistakes."""
    try:
        app()
    except (CourseError, SandboxUnavailable) as error:
        say(f"autograder: {error}", error=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
