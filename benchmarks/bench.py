"""Compares what grading a submission costs: this project, nbgrader, otter-grader, PrairieLearn.

    make bench
    make bench OPTIONS="--submissions 4 --only warm --only floor"

Every system grades the same class in the same run: unit 2's solution, handed in by each student
under an id of their own, with one thread. The figures are medians per submission of CPU seconds
(all processes, see ``meter.py``) and wall seconds; what a system needs once, before the first
submission, is listed apart. A run counts only if every submission got full marks.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import environments
import layouts
import typer
from meter import ProgramFailed, Reading, accounting, measure, sees_the_killed
from nbgrader.api import Gradebook
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

HERE = Path(__file__).parent
DRIVERS = HERE / "drivers"
OTHERS = {"otter": "otter-grader", "prairielearn": "pytest-prairielearn-grader"}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")


@dataclass(frozen=True)
class Contestant:
    """A system: how the class is laid out for it, and the program that grades the class.

    ``python`` names its environment (see ``environments.py``), where it is not this one.
    """

    what: str
    lay_out: Callable[[Path, list[str]], None]
    command: tuple[str | Path, ...]
    python: str = ""
    workers: int = 1
    check: Callable[[Path], None] = lambda folder: None

    def program(self) -> list[str | Path]:
        if not self.python:
            return [sys.executable, *self.command]
        return [environments.python(self.python), *self.command]


def _full_marks(folder: Path) -> None:
    """Every submission in nbgrader's gradebook has all the points that it can have."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        for submission in gradebook.assignment_submissions(layouts.UNIT):
            for grade in submission.notebooks[0].grades:
                if not grade.cell.cell_type == "markdown" and grade.auto_score != grade.max_score:
                    raise ProgramFailed(
                        f"{submission.student.id} has {grade.auto_score} of {grade.max_score} "
                        f"points for {grade.name}"
                    )


def _stock(shutdown: str) -> Callable[[Path, list[str]], None]:
    return lambda folder, class_: layouts.nbgrader(folder, class_, shutdown)


_AUTOGRADE = ("-m", "nbgrader", "autograde", layouts.UNIT)
_OURS = DRIVERS / "ours.py"

CONTESTANTS = {
    "nbgrader": Contestant(
        "nbgrader autograde, as installed", _stock("graceful"), _AUTOGRADE, check=_full_marks
    ),
    "nbgrader-immediate": Contestant(
        'the same with shutdown_kernel="immediate"', _stock("immediate"), _AUTOGRADE,
        check=_full_marks,
    ),
    "otter": Contestant(
        "otter-grader", layouts.otter, (DRIVERS / "otter_grade.py",), python="otter"
    ),
    "prairielearn": Contestant(
        "pytest-prairielearn-grader", layouts.prairielearn, (DRIVERS / "prairielearn_grade.py",),
        python="prairielearn",
    ),
    "cold": Contestant("this project, kernels started anew", layouts.ours, (_OURS, "cold")),
    "warm": Contestant("this project, 1 worker", layouts.ours, (_OURS, "warm", "1")),
    "warm-2-workers": Contestant(
        "this project, 2 workers", layouts.ours, (_OURS, "warm", "2"), workers=2
    ),
    "floor": Contestant("the student's code alone", layouts.floor, (DRIVERS / "floor.py",)),
    "floor-with-tests": Contestant(
        "the student's code and the tests, alone", layouts.floor, (DRIVERS / "floor.py", "tests")
    ),
}  # fmt: skip


def run(
    contestant: Contestant, count: int, folder: Path, on_mark: Callable[[], None]
) -> dict[str, Any]:
    """Grade ``count`` submissions and summarise; see :func:`summary`."""
    program = contestant.program()
    warm_up = contestant.workers  # a worker's first submission waits for its preloaded process
    contestant.lay_out(folder, layouts.students(count + warm_up))
    readings = measure(program, cwd=folder, env=_environment(program[0]), on_mark=on_mark)
    contestant.check(folder)
    return summary(readings, count, contestant.workers)


def _environment(python: str | Path) -> dict[str, str]:
    return {**ONE_THREAD, "PYTHONPATH": str(HERE), "PATH": layouts.path(python)}


def summary(readings: list[Reading], count: int, workers: int) -> dict[str, Any]:
    """Medians per submission, after the first submission of each worker.

    Several workers finish in turns, so a step spans as many submissions as there are workers.
    ``start`` is everything before the first of the counted submissions.
    """
    begin, *marks, end = readings
    done = marks[-count - 1 :]
    if len(done) <= count:
        raise ProgramFailed(f"only {len(marks)} submissions were graded")
    steps = [(b - a) / workers for a, b in zip(done, done[workers:], strict=False)]
    start = done[0] - begin
    return {
        "cpu_s": round(statistics.median(step.cpu_s for step in steps), 3),
        "wall_s": round(statistics.median(step.wall_s for step in steps), 3),
        "submissions": count,
        "start": {"cpu_s": round(start.cpu_s, 2), "wall_s": round(start.wall_s, 2)},
        "whole_run": {
            "cpu_s": round((end - begin).cpu_s, 2), "wall_s": round((end - begin).wall_s, 2),
        },
    }  # fmt: skip


def private_memory(folder: Path) -> float:
    """MB (10^6 bytes) of private memory (USS) of a warm kernel at its end: a median of three."""
    layouts.ours(folder, layouts.students(3))
    command = [sys.executable, _OURS, "memory"]
    measure(command, cwd=folder, env=_environment(sys.executable))
    lines = (folder / "output.log").read_text().splitlines()
    sizes = [int(line.split()[1]) for line in lines if line.startswith("USS")]
    return round(statistics.median(sizes) / 1e6, 1)


# ------------------------------------------------------------------ what was compared


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    return {
        "processor": ", ".join(sorted(names)) or platform.machine(),
        "cores": os.cpu_count(),
        "linux": platform.release(),
        "cpu_accounting": accounting(),
    }


def versions() -> dict[str, str]:
    names = ("nbgrader", "nbclient", "ipykernel", "numpy", "torch", "matplotlib")
    found = {"python": platform.python_version()} | {n: metadata.version(n) for n in names}
    for name, package in OTHERS.items():
        with contextlib.suppress(environments.NotInstalled):  # its run says why
            found[package] = environments.version(name, package)
    return found


def table(results: dict[str, Any]) -> Table:
    runs = results["runs"]
    shown = Table(title=f"Grading {layouts.UNIT}: seconds per submission (medians)")
    for heading in ("run", "what", "CPU s", "wall s", "× nbgrader", "once: CPU s"):
        right = heading not in ("run", "what")
        shown.add_column(heading, justify="right" if right else "left", no_wrap=heading == "run")
    stock = runs.get("nbgrader", {}).get("cpu_s")
    for name, one in runs.items():
        if one.get("cpu_s") is None:
            shown.add_row(name, one["reason"], "-", "-", "-", "-")
            continue
        factor = f"{stock / one['cpu_s']:.1f}" if stock else "-"
        figures = (f"{one['cpu_s']:.2f}", f"{one['wall_s']:.2f}", factor)
        shown.add_row(name, CONTESTANTS[name].what, *figures, f"{one['start']['cpu_s']:.1f}")
    return shown


def main(
    submissions: Annotated[int, typer.Option(min=2, help="How many each system grades.")] = 10,
    only: Annotated[list[str] | None, typer.Option(help="Run these and no others.")] = None,
    output: Annotated[Path, typer.Option(help="Where the figures go.")] = HERE / "results.json",
) -> None:
    """Measure, print a table and write the figures as JSON."""
    console = Console()
    names = [name for name in CONTESTANTS if not only or name in only]
    scratch = Path(tempfile.mkdtemp(prefix="bench-"))
    results: dict[str, Any] = {"runs": {}, "machine": machine(), "versions": versions()}
    columns = (TextColumn("{task.description:20}"), BarColumn(), MofNCompleteColumn())
    try:
        if not sees_the_killed(scratch):
            sys.exit("CPU seconds of killed processes are not counted on this machine.")
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            for name in names:
                task = progress.add_task(name, total=submissions + 1)
                try:
                    results["runs"][name] = run(
                        CONTESTANTS[name], submissions, scratch / name,
                        lambda task=task: progress.advance(task),
                    )  # fmt: skip
                except (environments.NotInstalled, ProgramFailed) as error:
                    results["runs"][name] = {"cpu_s": None, "wall_s": None, "reason": str(error)}
            if "warm" in names:
                results["memory_mb"] = private_memory(scratch / "memory")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _conclude(results)
    output.write_text(json.dumps(results, indent=2) + "\n")
    console.print(table(results))
    for text in ("overhead_cpu_s", "memory_mb"):
        if text in results:
            console.print(f"{text}: {results[text]}")
    console.print(f"written to {output}")


def _conclude(results: dict[str, Any]) -> None:
    """What this project costs beyond the student's own code, and what it needs once."""
    warm, floor = (results["runs"].get(name, {}).get("cpu_s") for name in ("warm", "floor"))
    if warm and floor:
        results["overhead_cpu_s"] = round(warm - floor, 3)
        results["warm_start"] = results["runs"]["warm"]["start"]


if __name__ == "__main__":
    typer.run(main)
