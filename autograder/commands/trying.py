"""Commands for authors: run the samples, try one answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.terminal import CourseOption, console
from autograder.errors import CourseError, GraderBroken

if TYPE_CHECKING:
    from rich.table import Table

    from autograder.authoring.sample_runs import Outcome
    from autograder.authoring.trying import Trial
    from autograder.course.course import Course


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(samples)
    app.command("try")(try_)


def samples(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    name: Annotated[str, typer.Argument(help="A sample; * and ? stand for others.")] = "",
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0: one for each core.")] = 0,
    course: CourseOption = None,
) -> None:
    """Run the sample submissions of a unit: does each score what its file says?

    Exit status: 0, all do; 1, some do not.
    """
    from rich.progress import track

    from autograder.authoring import sample_runs
    from autograder.authoring.samples import load
    from autograder.course.course import Course

    found = Course.find(course)
    released = found.unit(unit)
    chosen = sample_runs.choose(load(found, unit), name)
    runs = sample_runs.run(released, chosen, jobs)
    done = list(track(runs, "samples", len(chosen), console=console, transient=True))
    console.print(_table(unit, done))
    wrong = sum(bool(one.complaints) for one in done)
    if wrong:
        raise CourseError(f"{wrong} of {len(done)} samples do not give what their files say.")
    console.print(f"{len(done)} samples give what their files say.")


def _table(unit: str, outcomes: list[Outcome]) -> Table:
    """One row per sample: ✓ or ✗, its name, what it must give, and what came out otherwise."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{unit}: samples", show_lines=True)
    for name in ("", "sample", "expected", "what came out"):
        table.add_column(name, overflow="fold")
    for one in sorted(outcomes, key=lambda one: one.sample.name):
        sign = Text("✗", "red") if one.complaints else Text("✓", "green")
        said = "\n".join(one.complaints) or one.sample.title
        table.add_row(sign, Text(one.sample.name), Text(one.expected), Text(said))
    return table


def try_(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    file: Annotated[Path, typer.Argument(help="A file with the code of one answer.")],
    question: Annotated[
        str,
        typer.Option(help="The question; default: the name of the file, or its # %% NAME_answer."),
    ] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Judge again whenever the answer or a check is saved.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Run every cell, not only those that it needs.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Judge one answer, in the solved notebook, and print each check with its message.

    Exit status: 0, whatever the answer earns; 1, where it could not be judged.
    """
    from autograder.course.course import Course

    found = Course.find(course)
    if not watch:
        _try(found, unit, file, question, whole)
        return
    for _ in _saves(found, unit, file):
        console.rule(time.strftime("%H:%M:%S"))
        try:
            _try(found, unit, file, question, whole)
        except CourseError as error:
            console.print(str(error), style="red", markup=False, soft_wrap=True)
        console.print("Waiting for the next save; Ctrl-C ends.", style="dim")


def _try(course: Course, unit: str, file: Path, question: str, whole: bool) -> None:
    from autograder.authoring.trying import try_answer

    began = time.monotonic()
    try:
        trial = try_answer(course, unit, file, question, whole=whole)
    except GraderBroken as error:
        raise CourseError(f"The hidden checks are broken: {error}") from None
    _print(trial)
    console.print(f"{time.monotonic() - began:.2f} s", style="dim", highlight=False)
    if any(check.detail for one in trial.questions for check in one.checks):
        raise CourseError("A check broke; what it said stands above.")


def _print(trial: Trial) -> None:
    from autograder.reports.terminal import question_text

    for one in trial.questions:
        console.print(*question_text(one), sep="\n")
        for check in one.checks:
            if check.detail:
                console.print(check.detail, style="yellow", markup=False, highlight=False)
    for text in (*trial.errors, *trial.notices):
        console.print(f"note: {text}", style="yellow", markup=False, highlight=False)


def _saves(course: Course, unit: str, file: Path) -> Iterator[None]:
    """Once now, then at each save of the answer, of a check or of the unit's own files."""
    from watchfiles import watch

    answer = file.resolve()
    folders = [course.graders, course.root / "source" / unit, course.root / "release" / unit]

    def counts(_: object, name: str) -> bool:
        path = Path(name)
        inside = any(path.is_relative_to(folder) for folder in folders)
        return path == answer or (inside and path.suffix in (".py", ".ipynb"))

    there = [folder for folder in (answer.parent, *folders) if folder.is_dir()]
    first = True  # the first time-out says that the folders are watched: no save is missed
    for changes in watch(
        *there, watch_filter=counts, debounce=200, rust_timeout=100, yield_on_timeout=True,
        raise_interrupt=False,
    ):  # fmt: skip
        if first or changes:
            first = False
            yield
