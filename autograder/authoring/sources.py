"""A source notebook as its author wrote it, read with as much patience as it needs."""

from __future__ import annotations

import ast
import json
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbformat.validator import iter_validate

from autograder.authoring.findings import Finding
from autograder.authoring.marks import Mark, read
from autograder.course.course import Course
from autograder.errors import CourseError


class Role(StrEnum):
    """What a cell is for, by nbgrader's flags."""

    PLAIN = "plain"  # no mark
    ANSWER = "answer"  # code that a student writes
    CHECK = "check"  # carries the points of a question
    WRITTEN = "written"  # a text that a person grades
    LOCKED = "locked"  # comes back where a student changes it
    WRONG = "wrong"  # flags that do not go together


@dataclass(frozen=True)
class Cell:
    """A cell with its name, its place, and its mark, if that can be read."""

    node: NotebookNode = field(repr=False)
    number: int
    mark: Mark | None = None
    fault: str = ""  # of the mark

    @property
    def name(self) -> str:
        """For people: the grade_id, else the cell's own id, else its place."""
        own = self.node.metadata.get("nbgrader") or {}
        known = own.get("grade_id") if isinstance(own, dict) else None
        return f"cell {str(known or self.node.get('id') or f'number {self.number}')!r}"

    @property
    def source(self) -> str:
        return str(self.node.source)

    @property
    def code(self) -> bool:
        return bool(self.node.cell_type == "code")

    @property
    def tags(self) -> list[str]:
        return list(self.node.metadata.get("tags") or ())

    @property
    def role(self) -> Role:
        if self.mark is None:
            return Role.PLAIN if "nbgrader" not in self.node.metadata else Role.WRONG
        flags = (self.mark.grade, self.mark.solution, self.mark.locked)
        roles = {
            (False, True, False): Role.ANSWER,
            (True, False, True): Role.CHECK,
            (True, True, False): Role.WRITTEN,
            (False, False, True): Role.LOCKED,
        }
        return roles.get(flags, Role.WRONG)

    @cached_property
    def tree(self) -> ast.Module:
        """The code, IPython's magic made plain. Raises SyntaxError."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(plain_python(self.source))


def plain_python(source: str) -> str:
    """The cell as Python; ``%matplotlib inline`` and ``!pip`` become calls. Raises SyntaxError."""
    if not any(line.lstrip()[:1] in ("%", "!", "?") for line in source.split("\n")):
        return source
    return str(TransformerManager().transform_cell(source))


@dataclass(frozen=True)
class Source:
    """The notebook of ``source/UNIT/``."""

    course: Course
    unit: str
    notebook: NotebookNode = field(repr=False)
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def file(self) -> str:
        return notebook_file(self.unit)

    @property
    def folder(self) -> Path:
        return self.course.root / "source" / self.unit

    def of(self, *roles: Role) -> list[Cell]:
        return [cell for cell in self.cells if cell.role in roles]

    @property
    def shown(self) -> tuple[str, ...]:
        """What the author shows of solutions on purpose."""
        own = self.notebook.metadata.get("autograder") or {}
        return tuple(own.get("shown", ()))


def unit_folders(course: Course) -> list[str]:
    """The folders of ``source/``, whatever they hold: a misnamed notebook is not passed over.

    Raises CourseError where there is none.
    """
    folders = (path for path in (course.root / "source").glob("*") if path.is_dir())
    names = sorted(path.name for path in folders if not path.name.startswith((".", "_")))
    if not names:
        raise CourseError(
            f"{course.root / 'source'} holds no unit: write one into source/NAME/NAME.ipynb."
        )
    return names


def notebook_file(unit: str) -> str:
    return f"source/{unit}/{unit}.ipynb"


def open_source(course: Course, unit: str) -> tuple[Source | None, list[Finding]]:
    """The notebook of a unit, or why it cannot be read."""
    file = notebook_file(unit)
    path = course.root / file
    if not path.is_file():
        return None, [_absent(path.parent, unit)]
    try:
        notebook = _parsed(path.read_bytes())
    except ValueError as error:
        what = f"it is no notebook of format 4 ({error})."
        return None, [Finding(file, what, "Save it again with Jupyter, or take an older state.")]
    cells = tuple(_cell(node, number) for number, node in enumerate(notebook.cells, 1))
    return Source(course, unit, notebook, cells), []


def _cell(node: NotebookNode, number: int) -> Cell:
    if "nbgrader" not in node.metadata:
        return Cell(node, number)
    mark, fault = read(node.metadata.nbgrader, Mark)
    return Cell(node, number, mark, fault)


def _parsed(data: bytes) -> NotebookNode:
    """The notebook as it stands, nothing repaired. Raises ValueError with one line."""
    raw = json.loads(data)
    cells = raw.get("cells") if isinstance(raw, dict) and raw.get("nbformat") == 4 else None
    if not isinstance(cells, list) or not cells or type(raw.get("nbformat_minor")) is not int:
        raise ValueError("it has no cells, or is of another format")
    for cell in cells:  # a text may be saved as a list of lines
        if isinstance(cell, dict) and isinstance(cell.get("source"), list):
            cell["source"] = "".join(map(str, cell["source"]))
    notebook = nbformat.from_dict(raw)
    fault = next(iter_validate(notebook), None)
    if fault is not None:
        raise ValueError(fault.message.strip().split("\n")[0][:160])
    return notebook


def _absent(folder: Path, unit: str) -> Finding:
    file = notebook_file(unit)
    if not folder.is_dir():
        return Finding(file, "there is no such unit.", "Is its name spelt like its folder?")
    others = ", ".join(sorted(path.name for path in folder.glob("*.ipynb"))) or "no notebook"
    what = f"there is no such notebook; the folder holds {others}."
    return Finding(file, what, f"Folder and notebook have one name: rename it to {unit}.ipynb.")
