"""Checks that a unit is right, from what costs nothing to what has to be run.

Each step presumes the ones before, and is taken only where they found nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring import checks, giveaways, leaks, notebooks, sample_files, verdicts
from autograder.authoring.bench import Bench
from autograder.authoring.findings import Finding
from autograder.authoring.releases import build_release, unsolved
from autograder.authoring.samples import Sample
from autograder.authoring.sources import notebook_file, open_source
from autograder.authoring.trials import Say
from autograder.course.course import Course
from autograder.course.unit import Unit
from autograder.errors import CourseError
from autograder.judging.judgement import Judgement


@dataclass(frozen=True)
class Report:
    """What is wrong with a unit, and the CPU seconds of its checks, if they were run."""

    findings: tuple[Finding, ...] = ()
    times: dict[str, float] = field(default_factory=dict)


def lint(course: Course, name: str, say: Say = lambda done, all: None) -> Report:
    """Everything that is wrong with a unit. ``say`` learns how many submissions are judged.

    Raises CourseError only where the course itself, or this machine, is not fit.
    """
    findings = notebooks.examine(course, name)
    source, _ = open_source(course, name)
    if findings or source is None:
        return Report(tuple(findings))
    try:
        unit = course.unit(name)
        findings = list(_generated(course, unit))
    except CourseError as error:
        return Report((_not_built(name, error),))
    judgement, broken = checks.load(course, unit)
    findings += broken
    if not broken:
        findings += checks.examine(course, unit, judgement)
    findings += leaks.examine(source, unit, _rubrics(judgement))
    own, wrong = sample_files.examine(course, unit)
    findings += wrong
    if findings:
        return Report(tuple(dict.fromkeys(findings)))
    return _run(Bench(course, source, unit, say), own)


def _run(bench: Bench, own: list[Sample]) -> Report:
    findings, times = verdicts.solution(bench)
    findings += verdicts.untouched(bench)
    if not findings and any(not question.manual for question in bench.unit.questions):
        findings += verdicts.failing(bench, own) or giveaways.given_away(bench)
    return Report(tuple(dict.fromkeys(findings)), times)


def _rubrics(judgement: Judgement) -> dict:
    return dict(judgement.rubrics) if isinstance(judgement.rubrics, dict) else {}


def _not_built(name: str, error: CourseError) -> Finding:
    if (what := str(error)).startswith("There is no unit"):
        what = "it is not built."
    return Finding(f"release/{name}", what, f"Generate it: autograder build {name}")


# ----------------------------------------------------------------- generated folders


def _generated(course: Course, unit: Unit) -> Iterator[Finding]:
    again = f"Generate it again: autograder build {unit.name}"
    with tempfile.TemporaryDirectory() as scratch:
        build_release(course, unit.name, Path(scratch))
        fresh = Unit.load(Path(scratch), unit.name)
    if _cells(fresh.notebook) != _cells(unit.notebook) or fresh.files != unit.files:
        yield Finding(f"release/{unit.name}", "it is stale.", again)
    path = course.root / "solutions" / unit.name / f"{unit.name}.ipynb"
    if not path.is_file():
        yield Finding(f"solutions/{unit.name}", "it is not built.", again)
        return
    try:
        solved = nbformat.read(path, as_version=4)
    except Exception as error:
        yield Finding(f"solutions/{unit.name}", f"it cannot be read ({error}).", again)
        return
    yield from _solved(course, unit.name, solved, again)
    yield from unsolved(path, unit.name)


def _solved(course: Course, name: str, solved: NotebookNode, again: str) -> Iterator[Finding]:
    source = nbformat.read(course.root / notebook_file(name), as_version=4)
    place = f"solutions/{name}"
    if [cell.source for cell in solved.cells] != [cell.source for cell in source.cells]:
        yield Finding(place, "it is stale.", again)
    elif not all(_executed(cell) for cell in solved.cells):
        yield Finding(place, "it is not executed.", again)
    for cell in solved.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                mark = cell.metadata.get("nbgrader", {})
                own = f"cell {str(mark.get('grade_id') or cell.get('id'))!r}"
                what = f"the solved notebook warns: {output.text[:200]}"
                yield Finding(place, what, "Correct the source.", own)


def _executed(cell: NotebookNode) -> bool:
    return cell.cell_type != "code" or not cell.source.strip() or bool(cell.execution_count)


def _cells(notebook: str) -> list[tuple[str, str, str]]:
    cells = nbformat.reads(notebook, as_version=4).cells
    return [(c.cell_type, c.source, repr(sorted(c.metadata.items()))) for c in cells]
