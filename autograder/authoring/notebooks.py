"""What is wrong with a source notebook, told from its text alone: nothing is run."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator

from autograder.authoring import delimiters, imports, student_ids, visible_checks
from autograder.authoring.findings import Finding
from autograder.authoring.marks import OF_CELL, OF_NOTEBOOK, OfCell, OfNotebook, read, strange
from autograder.authoring.sources import Cell, Role, Source, open_source
from autograder.course.course import Course

STOPS = "raises-exception"
ROLES = (
    "An answer is `solution`; a check is `grade` and `locked`; a written answer is `grade` and "
    "`solution`; other cells are `locked`, or have no mark."
)
RESTART = "In Jupyter: Kernel, Restart and Clear Outputs of All Cells; then save."


def examine(course: Course, unit: str) -> list[Finding]:
    """Everything that is wrong with the notebook and the files beside it; nothing where clean."""
    source, findings = open_source(course, unit)
    if source is None:
        return findings
    return [
        *_metadata(source),
        *_marks(source),
        *_names(source),
        *_saved(source),
        *_delimiters(source),
        *_syntax(source),
        *imports.examine(source),
        *_questions(source),
        *student_ids.examine(source),
        *visible_checks.examine(source),
    ]


def _of(source: Source, cell: Cell, what: str, remedy: str) -> Finding:
    return Finding(source.file, what, remedy, cell.name)


# ----------------------------------------------------------------- metadata


def _metadata(source: Source) -> Iterator[Finding]:
    metadata = source.notebook.metadata
    for key in strange(metadata, OF_NOTEBOOK):
        yield Finding(
            source.file,
            f"the notebook's metadata has the unknown key {key!r}.",
            "Delete it, or spell it right (autograder?).",
        )
    if "autograder" in metadata:
        _, fault = read(metadata.autograder, OfNotebook)
        if fault:
            yield Finding(source.file, f"metadata.autograder: {fault}", "Correct the key or value.")
    kernel = metadata.get("kernelspec") or {}
    if kernel.get("name") != "python3" or kernel.get("language", "python") != "python":
        yield Finding(
            source.file,
            f"its kernel is {kernel.get('name')!r}; on other machines there is only 'python3'.",
            "In Jupyter: Kernel, Change Kernel, Python 3; or correct metadata.kernelspec.name.",
        )
    for cell in source.cells:
        yield from _metadata_of_cell(source, cell)


def _metadata_of_cell(source: Source, cell: Cell) -> Iterator[Finding]:
    for key in strange(cell.node.metadata, OF_CELL):
        what = f"its metadata has the unknown key {key!r}."
        yield _of(source, cell, what, f"Delete it; the keys are: {', '.join(sorted(OF_CELL))}.")
    own, fault = read(cell.node.metadata.get("autograder", {}), OfCell)
    if fault:
        yield _of(source, cell, f"metadata.autograder: {fault}", "Correct the key or value.")
    elif own.bonus is not None and cell.role is not Role.CHECK:
        yield _of(source, cell, "it has a bonus and is no check cell.", "Give it to the check.")
    elif own.quick and not cell.code:
        yield _of(source, cell, "it has a short form and is no code.", "Delete `quick`.")


# ----------------------------------------------------------------- marks and names


def _marks(source: Source) -> Iterator[Finding]:
    for cell in source.cells:
        if cell.fault:
            remedy = "Correct it in the cell's metadata (in Jupyter: Property Inspector)."
            yield _of(source, cell, f"its nbgrader mark is wrong: {cell.fault}", remedy)
        elif cell.role is Role.WRONG:
            yield _of(source, cell, _flags(cell), ROLES)
        elif cell.role is Role.CHECK and not cell.code:
            yield _of(source, cell, "a check must be a code cell.", "Make it code.")
        elif cell.role is Role.ANSWER and not cell.code:
            remedy = "Mark it as manually graded (`grade` true, with points), or make it code."
            yield _of(source, cell, "a written answer must be graded by a person.", remedy)
        elif cell.role is Role.WRITTEN and cell.code and "Check(" in cell.source:
            remedy = "Mark it as autograder tests: `solution` false, `locked` true."
            yield _of(source, cell, "it is a check, but marked as an answer.", remedy)
        elif cell.role is Role.CHECK and STOPS not in cell.tags:
            remedy = "Add the tag to the cell (in Jupyter: Property Inspector, Cell Tags)."
            yield _of(source, cell, f"a check cell needs the tag {STOPS}: 'Run all' stops there.",
                      remedy)  # fmt: skip


def _flags(cell: Cell) -> str:
    if cell.mark is None:
        return "its nbgrader mark cannot be read."
    flags = ", ".join(f for f in ("grade", "solution", "locked") if getattr(cell.mark, f))
    return f"its nbgrader flags do not go together ({flags or 'none is set'})."


def _names(source: Source) -> Iterator[Finding]:
    ids = Counter(cell.node.get("id") for cell in source.cells)
    for cell in source.cells:
        if not cell.node.get("id"):
            remedy = "Save the notebook with JupyterLab 4, which gives ids."
            yield _of(source, cell, "it has no cell id.", remedy)
    for name, count in ids.items():
        if name and count > 1:
            remedy = 'Give the copy an "id" of its own.'
            yield Finding(source.file, f"{count} cells have this id.", remedy, f"cell {name!r}")
    names = Counter(cell.mark.grade_id for cell in source.cells if cell.mark)
    for name, count in names.items():
        if count > 1:
            remedy = "Give the copy a grade_id of its own."
            yield Finding(
                source.file, f"{count} cells have this grade_id.", remedy, f"cell {name!r}"
            )


def _saved(source: Source) -> Iterator[Finding]:
    """What a run leaves in a notebook has no place in a source: it may hold the answer."""
    ran = [
        cell.name
        for cell in source.cells
        if cell.node.get("outputs")
        or cell.node.get("execution_count")
        or "execution" in cell.node.metadata
    ]
    if ran:
        more = f" and {len(ran) - 3} more" if len(ran) > 3 else ""
        what = "outputs, counts or times of a run are saved in the source."
        yield Finding(source.file, what, RESTART, ", ".join(ran[:3]) + more)


# ----------------------------------------------------------------- solutions


def _delimiters(source: Source) -> Iterator[Finding]:
    for cell in source.cells:
        answer = cell.role in (Role.ANSWER, Role.WRITTEN)
        faults = delimiters.faults(cell.source)
        for line, what in faults:
            yield _of(source, cell, f"line {line}: {what}", delimiters.ADVICE)
        other = delimiters.foreign(cell.source)
        if other:
            remedy = "Hidden checks stand in the folder of graders: move it there."
            yield _of(source, cell, f"it holds {other} of nbgrader's.", remedy)
        inside = delimiters.has_any(cell.source)
        if inside and not answer and cell.role is not Role.WRONG:
            remedy = "Mark the cell as an answer (`solution` true), or take the delimiters out."
            yield _of(source, cell, "delimiters stand in a cell that is no answer.", remedy)
        if answer and not inside and not faults:
            yield _of(source, cell, "this answer has no delimiters.", delimiters.ADVICE)
        elif answer and not faults:
            yield from _kept(source, cell)


def _kept(source: Source, cell: Cell) -> Iterator[Finding]:
    """What the student finds in an answer cell: something to fill in, which stops no "Run all"."""
    if cell.role is Role.WRITTEN:
        return
    try:
        body = ast.parse(delimiters.split(cell.source)[0]).body
    except SyntaxError as error:
        what = f"the released cell is no Python ({error.msg}, line {error.lineno} of it)."
        yield _of(source, cell, what, "Indent the delimiters like the solution.")
        return
    if not any(isinstance(part, (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign,
                                 ast.AsyncFunctionDef)) for part in body):  # fmt: skip
        remedy = "Leave the `def` line, or a line such as `answer = None`, outside the delimiters."
        yield _of(source, cell, "the release keeps nothing of this answer to fill in.", remedy)
    if any(isinstance(part, ast.Raise) for part in body) and STOPS not in cell.tags:
        what = f"an unwritten answer stops 'Run all' here: the cell needs the tag {STOPS}."
        yield _of(source, cell, what, "Add the tag to the cell.")


def _syntax(source: Source) -> Iterator[Finding]:
    for cell in source.cells:
        if not cell.code:
            continue
        try:
            cell.tree  # noqa: B018 (it is parsed here)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            what = f"line {line}: {getattr(error, 'msg', error)}."
            yield _of(source, cell, what, "Correct the syntax.")


# ----------------------------------------------------------------- questions


def _questions(source: Source) -> Iterator[Finding]:
    """Each check has an answer above it, each answer a check, and both are worth something."""
    checks = source.of(Role.CHECK)
    answers = {cell.mark.grade_id: cell for cell in source.of(Role.ANSWER) if cell.mark}
    names = [cell.mark.grade_id for cell in checks if cell.mark]
    if not checks and not source.of(Role.WRITTEN):
        yield Finding(source.file, "the unit has no question.", "Mark check cells with nbgrader.")
    for cell in [*checks, *source.of(Role.WRITTEN)]:
        yield from _points(source, cell)
    for cell in checks:
        own = answers.get(f"{cell.mark.grade_id}_answer") if cell.mark else None
        if cell.mark and own is None:
            remedy = f"Call its answer cell {cell.mark.grade_id}_answer (its grade_id)."
            yield _of(source, cell, "this question has no answer cell.", remedy)
        elif own is not None and own.number > cell.number:
            yield _of(source, cell, "its answer stands below it.", "Move the check down.")
    last = max((cell.number for cell in checks), default=0)
    for name, cell in answers.items():
        if cell.number > last and not any(name.startswith(f"{question}_") for question in names):
            remedy = "Put a check below it, and call it QUESTION_answer after the check."
            yield _of(source, cell, "this answer belongs to no question.", remedy)


def _points(source: Source, cell: Cell) -> Iterator[Finding]:
    assert cell.mark is not None
    points, own = cell.mark.points or 0, cell.node.metadata.get("autograder") or {}
    bonus = own.get("bonus", 0) if isinstance(own, dict) else 0
    if not points and not bonus:
        remedy = 'Give it points, or a bonus: "autograder": {"bonus": 2} in its metadata.'
        yield _of(source, cell, "this question has no points.", remedy)
    if points and bonus:
        yield _of(source, cell, "it has points and a bonus.", "A bonus question has 0 points.")
    if cell.role is Role.WRITTEN and not (points > 0 and math.isclose(points % 2, 0)):
        remedy = "An aspect of its rubric is worth 2 points: give it 2, 4, 6 …"
        yield _of(source, cell, f"a written answer cannot have {points:g} points.", remedy)
