"""Sample submissions: small files that say how they differ from the solution and what they score.

docs/authors.md describes the format. They are the class of ``autograder demo``, and
``autograder samples`` compares what they score with what they say.
"""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import jupytext
import msgspec
import nbformat
import yaml
from nbformat import NotebookNode

from autograder.course.course import Course
from autograder.errors import CourseError

_ID = re.compile(r"(?m)^STUDENT_ID = .*$")
_MARKERS = re.compile(r"(?m)^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?")


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a question scores, and a part of the message that the student must read."""

    score: float
    says: str = ""


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands below the title of a sample.

    ``expect`` maps a question to what it must give; questions that are not named must get full
    marks. ``judged`` is False where the file cannot be judged. ``notice`` is a part of what the
    instructor must be told. ``whole`` asks not to shorten long cells.
    """

    expect: dict[str, Expected] = {}
    judged: bool = True
    notice: str = ""
    whole: bool = False
    base: Literal["source", "release"] = "source"
    cells: dict[Literal["delete", "duplicate", "move_to_end", "strip_metadata"], list[str]] = {}


@dataclass(frozen=True)
class Sample:
    """A submission and what it must score."""

    name: str
    title: str
    notebook: NotebookNode | None = field(repr=False)
    raw: bytes = field(default=b"", repr=False)
    head: Head = field(default_factory=Head)

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
            for cell in notebook.cells if not self.head.whole else ():
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


def load(course: Course, unit: str) -> list[Sample]:
    """All samples of a unit, in the order of their names. Raises CourseError for a wrong one."""
    paths = sorted((course.samples / unit).glob("*"))
    return [read(path, course, unit) for path in paths if path.suffix in (".py", ".ipynb")]


def solution(course: Course, unit: str) -> Sample:
    """The reference solution, as a student would hand it in."""
    return Sample("solution", "The reference solution.", _notebook(course, unit, "source"))


def answered(course: Course, unit: str, text: str, path: Path) -> Sample:
    """The reference solution with the answers that a file names. Raises CourseError."""
    notebook = _notebook(course, unit, "source")
    _replace_answers(notebook, text, path)
    return Sample(path.stem, "", notebook)


def answers_in(text: str) -> list[str]:
    """The cells that a sample's text replaces, by the names in its lines ``# %% NAME``."""
    cells = jupytext.reads(text, "py:percent").cells
    return [cell.metadata.title for cell in cells if cell.metadata.get("title")]


def _notebook(course: Course, unit: str, folder: str) -> NotebookNode:
    path = course.root / folder / unit / f"{unit}.ipynb"
    if not path.is_file():
        raise CourseError(f"There is no notebook {path}.")
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = _MARKERS.sub("", cell.source)
    return notebook


def read(path: Path, course: Course, unit: str) -> Sample:
    if path.suffix == ".ipynb":
        title, head = _head(_text(path.with_suffix(".yaml")), path)
        return Sample(path.stem, title, None, path.read_bytes(), head)
    text = _text(path)
    try:
        docstring = ast.get_docstring(ast.parse(_parsable(text))) or ""
    except SyntaxError as error:
        raise CourseError(f"{path} should begin with a docstring: {error}") from None
    title, head = _head(docstring, path)
    notebook = _notebook(course, unit, head.base)
    _replace_answers(notebook, text, path)
    _rearrange(notebook, head.cells, path)
    return Sample(path.stem, title, notebook, head=head)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None


def _parsable(text: str) -> str:
    """Only the docstring: an answer may well hold a syntax error."""
    return text.split("\n# %%", 1)[0]


def _head(text: str, path: Path) -> tuple[str, Head]:
    title, _, rest = text.strip().partition("\n\n")
    try:
        head = msgspec.convert(yaml.safe_load(rest) or {}, Head, strict=False)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        said = " ".join(str(error).split())
        raise CourseError(f"{path}: what stands below the title is wrong: {said}") from None
    return " ".join(title.split()), head


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


def _rearrange(notebook: NotebookNode, changes: Mapping[Any, list[str]], path: Path) -> None:
    def position(name: str) -> int:
        for number, cell in enumerate(notebook.cells):
            if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
                return number
        raise CourseError(f"{path} changes {name!r}, which is no cell of the unit.")

    for name in changes.get("delete", ()):
        del notebook.cells[position(name)]
    for name in changes.get("duplicate", ()):
        place = position(name)
        notebook.cells.insert(place + 1, copy.deepcopy(notebook.cells[place]))
    for name in changes.get("move_to_end", ()):
        notebook.cells.append(notebook.cells.pop(position(name)))
    for name in changes.get("strip_metadata", ()):
        del notebook.cells[position(name)].metadata["nbgrader"]
