"""Shows how far a run has come."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .grade import Graded


@contextlib.contextmanager
def class_progress(console: Console) -> Iterator[Callable[[Graded, int, int], None]]:
    """A bar with the number of submissions, the rate and the time left."""
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[student]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("grading", total=None, student="", rate="")

        def show(graded: Graded, done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            rate = f"{60 * speed:.0f}/min" if speed else ""
            bar.update(task, completed=done, total=total, student=graded.student_id, rate=rate)

        yield show
