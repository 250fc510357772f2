"""What all commands share: the terminal, and the option that names the course."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console()

CourseOption = Annotated[
    Path | None,
    typer.Option("--course", help="The folder of the course; default: this one or one above."),
]
