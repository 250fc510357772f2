"""Shows on the terminal how far a run has come, and what it has to say."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from autograder.classrun.graded import Graded, Progress
from autograder.reports.terminal import changes_table

NAMES = 4  # of students at work that are shown; the others are counted
EVERY_S = 30.0  # between two lines where the output is no terminal


class ClassProgress(Progress):
    """A bar with n/N, the rate, the time left and who is at work; plain lines in a file."""

    def __init__(self, console: Console, bar: Bar, task: TaskID) -> None:
        self._console, self._bar, self._task = console, bar, task
        self._total, self._known, self._done = 0, 0, 0
        self._began = self._told = time.monotonic()

    def begin(self, total: int) -> None:
        self._total = total
        self._began = self._told = time.monotonic()
        self._bar.update(self._task, total=total)

    def at_work(self, students: Sequence[str]) -> None:
        more = f" and {len(students) - NAMES} more" if len(students) > NAMES else ""
        self._bar.update(self._task, students=", ".join(students[:NAMES]) + more)

    def done(self, graded: Graded) -> None:
        self._done += 1
        self._known += not graded.new
        self._bar.update(self._task, completed=self._done, rate=self._rate())
        if not self._console.is_terminal and time.monotonic() - self._told > EVERY_S:
            self._told = time.monotonic()
            self._console.print(f"{self._done} of {self._total} {self._rate()} {self._left()}")

    def _speed(self) -> float:
        """Evaluated submissions per second."""
        return (self._done - self._known) / max(time.monotonic() - self._began, 1e-6)

    def _rate(self) -> str:
        return f"{60 * self._speed():.0f}/min" if self._done > self._known else ""

    def _left(self) -> str:
        seconds = (self._total - self._done) / self._speed() if self._done > self._known else 0
        return f"{seconds / 60:.0f} min left" if seconds else ""

    def say(self, text: str) -> None:
        self._console.print(text, style="yellow", markup=False, highlight=False)

    def changes(self, graded: Sequence[Graded]) -> None:
        self._console.print(changes_table(graded))


@contextlib.contextmanager
def class_progress(console: Console) -> Iterator[ClassProgress]:
    """The progress of one run; the bar disappears at its end."""
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[students]}", markup=False),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        yield ClassProgress(console, bar, bar.add_task("", total=None, students="", rate=""))
