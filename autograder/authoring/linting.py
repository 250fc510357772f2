"""Checks that a unit is consistent: nothing missing, nothing stale, points where they belong."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring.releases import build_release
from autograder.course.course import Course
from autograder.course.leaks import LEAKS
from autograder.course.results import Evaluation, Status
from autograder.course.submission import Submission
from autograder.course.unit import Unit
from autograder.errors import CourseError, GraderBroken
from autograder.judging.evaluation import evaluate
from autograder.judging.pytest_driver import Judgement, list_checks


def lint(course: Course, name: str) -> list[str]:
    """Everything that is wrong with a unit, one sentence each; an empty list means clean."""
    source = course.root / "source" / name / f"{name}.ipynb"
    if not source.is_file():
        return [f"There is no notebook {source.relative_to(course.root)}."]
    try:
        unit = course.unit(name)
    except CourseError as error:
        return [str(error)]
    problems = [
        *_release_problems(course, unit),
        *_stub_problems(unit),
        *_solution_problems(course, name),
    ]
    try:
        problems += _question_problems(unit, list_checks(unit))
    except GraderBroken as error:
        return [*problems, str(error)]
    return problems or [*_solution_scores(course, unit), *_release_scores(course, unit)]


# ----------------------------------------------------------------- names


def _question_problems(unit: Unit, judgement: Judgement) -> Iterator[str]:
    names = {question.id for question in unit.questions}
    checked = {check.question for check in judgement.checks}
    cells = {cell.metadata.nbgrader.grade_id for cell in unit.cells}
    for check in judgement.checks:
        if check.question not in names:
            yield f"The check {check.title!r} names {check.question!r}, which is no question."
    for question in unit.questions:
        if question.worth <= 0:
            yield f"The question {question.id!r} has no points."
        if question.manual:
            yield from _rubric_problems(question.id, question.points, judgement)
        elif question.id not in checked:
            yield f"The question {question.id!r} has no check."
        elif f"{question.id}_answer" not in cells:
            yield f"The question {question.id!r} has no answer cell {question.id}_answer."


def _rubric_problems(name: str, points: float, judgement: Judgement) -> Iterator[str]:
    rubrics = judgement.rubrics.get(name, ())
    if any(check.question == name for check in judgement.checks):
        yield f"The question {name!r} is graded by hand and has a check."
    if 2 * len(rubrics) != points:
        yield (
            f"The written question {name!r} has {points:g} points and {len(rubrics)} rubric "
            "aspects; an aspect is worth 2 points."
        )


# ----------------------------------------------------------------- generated folders


def _release_problems(course: Course, unit: Unit) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as scratch:
        build_release(course, unit.name, Path(scratch))
        fresh = Unit.load(Path(scratch), unit.name)
    if _cells(fresh.notebook) != _cells(unit.notebook) or fresh.files != unit.files:
        yield f"release/{unit.name} is stale. Generate it again: autograder build {unit.name}"
    for leak in LEAKS:
        if leak in unit.notebook or any(leak.encode() in data for data in unit.files.values()):
            yield f"release/{unit.name} contains {leak!r}."


def _stub_problems(unit: Unit) -> Iterator[str]:
    """An unwritten answer that stops its cell must not stop "Run all" with it."""
    for cell in unit.cells:
        if cell.cell_type != "code" or not cell.metadata.nbgrader.solution:
            continue
        stops = any(isinstance(part, ast.Raise) for part in ast.parse(cell.source).body)
        if stops and "raises-exception" not in cell.metadata.get("tags", ()):
            name = cell.metadata.nbgrader.grade_id
            yield f"The answer cell {name!r} needs the tag raises-exception: 'Run all' stops there."


def _solution_problems(course: Course, name: str) -> Iterator[str]:
    path = course.root / "solutions" / name / f"{name}.ipynb"
    again = f"Generate it again: autograder build {name}"
    if not path.is_file():
        yield f"There is no solutions/{name}. {again}"
        return
    solved = nbformat.read(path, as_version=4)
    source = nbformat.read(course.root / "source" / name / f"{name}.ipynb", as_version=4)
    if [cell.source for cell in solved.cells] != [cell.source for cell in source.cells]:
        yield f"solutions/{name} is stale. {again}"
    if not all(_executed(cell) for cell in solved.cells):
        yield f"solutions/{name} is not executed. {again}"
    for output in (output for cell in solved.cells for output in cell.get("outputs", ())):
        if output.output_type == "error" or output.get("name") == "stderr":
            said = str(output.get("evalue") or output.get("text"))[:200]
            yield f"solutions/{name} has an error or a warning in it: {said}"


def _executed(cell: NotebookNode) -> bool:
    return cell.cell_type != "code" or not cell.source.strip() or bool(cell.execution_count)


def _cells(notebook: str) -> list[tuple[str, str, str]]:
    cells = nbformat.reads(notebook, as_version=4).cells
    return [(c.cell_type, c.source, repr(sorted(c.metadata.items()))) for c in cells]


# ----------------------------------------------------------------- points


def _solution_scores(course: Course, unit: Unit) -> Iterator[str]:
    evaluation = _evaluate(course.root / "solutions" / unit.name / f"{unit.name}.ipynb", unit)
    yield from _broken(evaluation, "solution")
    worth = {question.id: question.worth for question in unit.questions if not question.manual}
    for question in evaluation.questions:
        if question.id in worth and question.score != worth[question.id]:
            said = next((c.message for c in question.checks if c.status is not Status.PASSED), "")
            yield (
                f"The solution earns {question.score:g} of {worth[question.id]:g} points for "
                f"{question.id!r}: {said}"
            )


def _release_scores(course: Course, unit: Unit) -> Iterator[str]:
    evaluation = _evaluate(course.root / "release" / unit.name / f"{unit.name}.ipynb", unit)
    yield from _broken(evaluation, "untouched release")
    for question in evaluation.questions:
        if question.score:
            yield f"The untouched release earns {question.score:g} points for {question.id!r}."


def _broken(evaluation: Evaluation, what: str) -> Iterator[str]:
    if not evaluation.judged:
        yield f"The {what} could not be judged: {evaluation.reason}."
    for notice in evaluation.notices:
        yield f"The {what} gives a notice: {notice}"


def _evaluate(path: Path, unit: Unit) -> Evaluation:
    return evaluate(Submission.read(path, unit=unit.name), unit)
