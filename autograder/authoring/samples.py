"""Sample submissions: small files that say how they differ from the solution and what they score.

CONTRIBUTING.md describes the format. They are the class of ``autograder demo`` and the
fixtures of the project's tests.
"""

from __future__ import annotations

import ast
import copy
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode

from autograder.errors import CourseError

_ID = re.compile(r"(?m)^STUDENT_ID = .*$")
_MARKERS = re.compile(r"(?m)^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?")


@dataclass(frozen=True)
class Sample:
    """A submission and what it must score.

    ``expect`` maps a question to its ``score`` and what its messages say; questions that are
    not named must get full marks. ``judged`` is False where the file cannot be judged.
    ``whole`` asks tests not to shorten long cells.
    """

    name: str
    title: str
    notebook: NotebookNode | None = field(repr=False)
    raw: bytes = field(default=b"", repr=False)
    expect: dict[str, dict[str, Any]] = field(default_factory=dict)
    judged: bool = True
    notice: str = ""
    whole: bool = False

    def data(self, student_id: str, *, demonstrations: bool = True) -> bytes:
        """The bytes that this student hands in.

        Without ``demonstrations``, cells that only show are left out, and a long cell is replaced
        by the short form that its metadata names (``autograder.quick``), unless ``whole``.
        """
        if self.notebook is None:
            return self.raw
        notebook = copy.deepcopy(self.notebook)
        if not demonstrations:
            notebook.cells = [cell for cell in notebook.cells if not only_shows(cell)]
            for cell in notebook.cells if not self.whole else ():
                cell.source = cell.metadata.get("autograder", {}).get("quick", cell.source)
        for cell in notebook.cells:
            cell.source = _ID.sub(f"STUDENT_ID = {student_id!r}", cell.source, count=1)
        return json.dumps(notebook).encode()


def only_shows(cell: NotebookNode) -> bool:
    """Whether nothing depends on a cell: it is tagged ``demonstration``, or only draws.

    A student may delete such a cell without losing a point, and tests save its time.
    """
    if cell.cell_type != "code" or "nbgrader" in cell.metadata:
        return False
    if "demonstration" in cell.metadata.get("tags", ()):
        return True
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError:
        return False
    return bool(statements) and all(map(_is_call_of_lesson, statements))


def _is_call_of_lesson(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(func=ast.Attribute(value=ast.Name("lesson")))):
            return True
    return False


def load(course: Path, unit: str) -> list[Sample]:
    """All samples of a unit, in the order of their names."""
    folder = course / "tests" / "submissions" / unit
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in (".py", ".ipynb")]
    return [_load(path, course, unit) for path in paths]


def solution(course: Path, unit: str) -> Sample:
    """The reference solution, as a student would hand it in."""
    return Sample("solution", "The reference solution.", _notebook(course, unit, "source"))


def _notebook(course: Path, unit: str, folder: str) -> NotebookNode:
    notebook = nbformat.read(course / folder / unit / f"{unit}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = _MARKERS.sub("", cell.source)
    return notebook


def _load(path: Path, course: Path, unit: str) -> Sample:
    if path.suffix == ".ipynb":
        title, head = _head(path.with_suffix(".yaml").read_text("utf-8"))
        return Sample(path.stem, title, None, path.read_bytes(), **_expectation(head))
    text = path.read_text("utf-8")
    title, head = _head(ast.get_docstring(ast.parse(_parsable(text))) or "")
    notebook = _notebook(course, unit, "release" if head.get("base") == "release" else "source")
    _replace_answers(notebook, text, path)
    _rearrange(notebook, head.get("cells", {}))
    return Sample(path.stem, title, notebook, **_expectation(head))


def _parsable(text: str) -> str:
    """Only the docstring: an answer may well hold a syntax error."""
    return text.split("\n# %%", 1)[0]


def _head(text: str) -> tuple[str, dict[str, Any]]:
    title, _, rest = text.strip().partition("\n\n")
    values = yaml.safe_load(rest) if rest.strip() else {}
    return " ".join(title.split()), values or {}


def _expectation(head: dict[str, Any]) -> dict[str, Any]:
    return {
        "expect": head.get("expect") or {},
        "judged": head.get("judged", True),
        "notice": head.get("notice", ""),
        "whole": head.get("whole", False),
    }


def _replace_answers(notebook: NotebookNode, text: str, path: Path) -> None:
    by_name = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    for cell in jupytext.reads(text, "py:percent").cells:
        name = cell.metadata.get("title")
        if name is None:
            continue
        if name not in by_name:
            raise CourseError(f"{path} replaces {name!r}, which is no cell of the unit.")
        by_name[name].source = cell.source


def _rearrange(notebook: NotebookNode, changes: dict[str, list[str]]) -> None:
    def position(name: str) -> int:
        return next(
            number
            for number, cell in enumerate(notebook.cells)
            if cell.metadata.get("nbgrader", {}).get("grade_id") == name
        )

    for name in changes.get("delete", ()):
        del notebook.cells[position(name)]
    for name in changes.get("duplicate", ()):
        place = position(name)
        notebook.cells.insert(place + 1, copy.deepcopy(notebook.cells[place]))
    for name in changes.get("move_to_end", ()):
        notebook.cells.append(notebook.cells.pop(position(name)))
    for name in changes.get("strip_metadata", ()):
        del notebook.cells[position(name)].metadata["nbgrader"]
