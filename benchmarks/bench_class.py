"""Measures grading a class: wall and CPU time, and the memory of the coordinating process.

    python benchmarks/bench_class.py
    python benchmarks/bench_class.py --sizes 20 --workers 1 --output trial.json

The classes are made of the honest sample submissions of unit 2, each student under an id of
their own. A last run has ten hostile samples in every hundred; it must not change what the
others score. Each run is a process of its own on a fresh scratch course, and is repeated once
on unchanged submissions (``regrade_s``).
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from meter import measure
from nbgrader.api import Gradebook

from autograder.authoring import samples
from autograder.course.course import Course

ROOT = Path(__file__).parents[1]
UNIT = "02_convolution"
DRIVER = Path(__file__).parent / "drivers" / "grade_class.py"
HOSTILE = 10  # students in every hundred
KINDS = 100  # of honest submissions: every hundred students of any class are the same mixture


@dataclass(frozen=True)
class Run:
    """One class and the number of workers that grade it."""

    submissions: int
    workers: int
    hostile: bool = False


def main(
    sizes: Annotated[str, typer.Option(help="Numbers of submissions.")] = "100,300,1000",
    workers: Annotated[str, typer.Option(help="Numbers of worker processes.")] = "1,2",
    hostile: Annotated[bool, typer.Option(help="Also a class with hostile submissions.")] = True,
    output: Annotated[Path, typer.Option(help="Where the results go.")] = Path(
        "benchmarks/class.json"
    ),
) -> None:
    """Measure each size with each number of workers, one after another."""
    numbers, jobs = (list(map(int, text.split(","))) for text in (sizes, workers))
    runs = [Run(n, w) for n, w in itertools.product(numbers, jobs)]
    if hostile:
        runs.append(Run(numbers[0], jobs[-1], hostile=True))
    rows, scores = [], {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        released = release(Path(folder) / "released")
        for run in runs:
            row, scores[run] = measured(run, released, Path(folder) / "class")
            rows.append(row)
            print(json.dumps(row), flush=True)
            output.write_text(json.dumps(rows, indent=1) + "\n")
    if hostile:
        compare(scores[Run(numbers[0], jobs[-1])], scores[runs[-1]])


def release(folder: Path) -> Path:
    """A scratch course with the unit, released by nbgrader."""
    shutil.copytree(ROOT / "source" / UNIT, folder / "source" / UNIT)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", UNIT]
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        command, cwd=folder, check=True, capture_output=True, env={**os.environ, "PATH": programs}
    )
    return folder


def measured(run: Run, released: Path, folder: Path) -> tuple[dict[str, Any], dict[str, float]]:
    """The row of the results, and the automatic score of each honest student."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(released, folder)
    hand_in(run, folder)
    command = [sys.executable, DRIVER, folder, UNIT, str(run.workers)]
    begin, end = ends(measure(command, cwd=folder, env=dict(os.environ)))
    said = json.loads((folder / "said.json").read_text())
    again, over = ends(measure(command, cwd=folder, env=dict(os.environ)))
    unchanged = json.loads((folder / "said.json").read_text())["unchanged"]
    row = {
        "submissions": run.submissions,
        "workers": run.workers,
        "hostile": len(hostile_places(run)),
        "wall_s": round((end - begin).wall_s, 2),
        "cpu_s": round((end - begin).cpu_s, 2),
        "coordinator_peak_mb": said["peak_mb"],
        "regrade_s": round((over - again).wall_s, 2),
        "regrade_unchanged": unchanged,
    }
    return row, scores_in(folder)


def ends(readings: list[Any]) -> tuple[Any, Any]:
    return readings[0], readings[-1]


def hostile_places(run: Run) -> set[int]:
    """The positions of hostile students: the first ten of every hundred, or their share."""
    return {n for n in range(run.submissions) if run.hostile and n % 100 < HOSTILE}


def hand_in(run: Run, folder: Path) -> None:
    """Write the submissions; an honest student has the same one in every run."""
    found = samples.load(Course(ROOT), UNIT)
    kinds = {
        hostile: [one for one in found if one.name.startswith("hostile_") == hostile][:KINDS]
        for hostile in (False, True)
    }
    places = hostile_places(run)
    for n in range(run.submissions):
        kind = kinds[n in places]
        student = f"{'hostile' if n in places else 'student'}{n:04}"
        path = folder / "submitted" / student / UNIT / f"{UNIT}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(kind[n % len(kind)].data(student))


def scores_in(folder: Path) -> dict[str, float]:
    with Gradebook(Course(folder).db_url) as gradebook:
        return {
            submission.student_id: submission.score
            for submission in gradebook.assignment_submissions(UNIT)
            if submission.student_id.startswith("student")
        }


def compare(clean: dict[str, float], mixed: dict[str, float]) -> None:
    """End with an error where hostile neighbours changed somebody's score."""
    changed = {name for name, score in mixed.items() if clean[name] != score}
    if changed:
        sys.exit(f"Beside hostile submissions these score otherwise: {sorted(changed)}")
    print(f"Beside hostile submissions the other {len(mixed)} students score the same.")


if __name__ == "__main__":
    typer.run(main)
