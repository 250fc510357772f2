"""What all commands share: the terminal, and the option that names the course."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from autograder.cleaning.characters import printable_lines


class PlainConsole(Console):
    """A terminal that sends no character of a text which would steer it: they are spelt out."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            own = segment.control is not None  # rich's own cursor movements
            yield segment if own else segment._replace(text=printable_lines(segment.text))


def say(text: object, *, error: bool = False) -> None:
    """One plain line, or several, on the terminal or in a file."""
    print(printable_lines(str(text)), file=sys.stderr if error else sys.stdout)


console = PlainConsole()

CourseOption = Annotated[
    Path | None,
    typer.Option("--course", help="The folder of the course; default: this one or one above."),
]
