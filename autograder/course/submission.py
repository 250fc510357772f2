"""A submitted notebook as a validated value, and its repair. Nothing is executed here."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_notebook

from autograder.cleaning.markup import is_picture
from autograder.course.unit import Unit
from autograder.errors import Unreadable

MAX_BYTES = 32 << 20  # of the file; a notebook with many plots has a few MB
MAX_CELLS = 2_000  # a unit has about 60
PICTURES = ("image/png", "image/jpeg")  # kept of what is pasted into a text
MAX_SOURCE = 1 << 20  # characters of all sources together; a unit has about 40,000


@dataclass(frozen=True)
class Submission:
    """What a student handed in for one unit."""

    student_id: str
    unit: str
    data: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path, student_id: str = "", unit: str = "") -> Submission:
        """Read a notebook file, whatever it holds. Only a missing file is an error here."""
        with path.open("rb") as file:
            return cls(student_id, unit or path.stem, file.read(MAX_BYTES + 1))


def parse(data: bytes) -> NotebookNode:
    """The cells of a notebook file, without outputs. Raises Unreadable, with the reason."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES >> 20} MB")
    if not data.strip():
        raise Unreadable("the file is empty")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is not JSON ({str(error)[:100]})") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        raise Unreadable("the file is not a Jupyter notebook of format 4: it has no list of cells")
    if len(raw["cells"]) > MAX_CELLS:
        raise Unreadable(f"the notebook has more than {MAX_CELLS:,} cells")
    cells = [_cell(cell, number) for number, cell in enumerate(raw["cells"], 1)]
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise Unreadable(f"the notebook has more than {MAX_SOURCE:,} characters of text and code")
    return new_notebook(cells=cells)


def _cell(raw: Any, number: int) -> NotebookNode:
    if not isinstance(raw, dict):
        raise Unreadable(f"cell {number} is not a cell")
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(f"cell {number} has no text")
    source = source.encode("utf-8", "replace").decode()  # lone surrogates cannot be stored
    kind = str(raw.get("cell_type"))
    if kind not in ("code", "markdown", "raw"):
        raise Unreadable(f"cell {number} is neither code nor text")
    # What makes new cells in nbformat validates each one; the notebook is validated as a whole.
    cell = from_dict({"cell_type": kind, "metadata": {}, "source": source, "id": f"cell-{number}"})
    if kind == "code":
        cell.update(outputs=[], execution_count=None)
    pictures = _pictures(raw.get("attachments"))
    if pictures and cell.cell_type == "markdown":
        cell.attachments = pictures
    metadata = raw.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    cell.metadata["submitted"] = {"grade_id": grade_id, "id": raw.get("id")}
    return cell


def _pictures(raw: Any) -> dict[str, dict[str, str]]:
    """Photos and plots pasted into a text: an answer may be a drawing."""
    found = {}
    for name, bundle in raw.items() if isinstance(raw, dict) else ():
        kinds = bundle if isinstance(bundle, dict) else {}
        kept = {kind: kinds[kind] for kind in PICTURES if _is_picture(kind, kinds.get(kind))}
        if kept:
            found[name] = kept
    return found


def _is_picture(kind: str, data: Any) -> bool:
    return isinstance(data, str) and is_picture(kind.removeprefix("image/"), data)


def restore(submitted: NotebookNode, unit: Unit) -> tuple[NotebookNode, tuple[str, ...]]:
    """Put the unit's own cells back where the student's notebook differs from the release.

    Locked cells get their released text, deleted ones come back (an answer without its code),
    of duplicated ones a single one keeps its place in the gradebook, and all metadata is the
    unit's. Every answer that the student wrote is still there and runs in the student's order.
    Returns the notebook and one notice for each difference.
    """
    known = {cell.metadata.nbgrader.grade_id: cell for cell in unit.cells}
    cells = [copy.deepcopy(cell) for cell in submitted.cells]
    names = _names(cells, unit)
    keepers = _keepers(cells, names, known)
    notices = [
        f"The cell {name!r} occurs {count} times; the one with an answer counts."
        for name, count in Counter(name for name in names if name).items()
        if count > 1
    ]
    for position, (cell, name) in enumerate(zip(cells, names, strict=True)):
        if name and keepers[name] == position:
            cells[position] = _released(known[name], cell)
        else:
            cell.metadata = NotebookNode()
    for name, original in known.items():
        if name not in keepers:
            cells.insert(_place(name, cells, list(known)), _placeholder(original))
            notices.append(f"The cell {name!r} was missing.")
    present = [name for name in names if name]
    if present != sorted(present, key=list(known).index):
        notices.append("The cells are not in their original order.")
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=metadata), tuple(notices)


def _names(cells: list[NotebookNode], unit: Unit) -> list[str | None]:
    """The grade_id of each cell: by its metadata, else by the cell's own id (metadata stripped)."""
    known = {cell.metadata.nbgrader.grade_id for cell in unit.cells}
    by_id = {cell.id: cell.metadata.nbgrader.grade_id for cell in unit.cells if "id" in cell}
    marks = [cell.metadata.submitted for cell in cells]
    names: list[str | None] = [
        mark.grade_id if isinstance(mark.grade_id, str) and mark.grade_id in known else None
        for mark in marks
    ]
    claimed = set(names)
    for position, mark in enumerate(marks):
        name = by_id.get(mark.id) if isinstance(mark.id, str) else None
        if names[position] is None and name is not None and name not in claimed:
            names[position] = name
    return names


def _keepers(
    cells: list[NotebookNode], names: list[str | None], known: dict[str, NotebookNode]
) -> dict[str, int]:
    """Which cell of each name counts: the last answered one, else the first."""
    keepers: dict[str, int] = {}
    for position, (cell, name) in enumerate(zip(cells, names, strict=True)):
        if name is None:
            continue
        solution = known[name].metadata.nbgrader.solution
        answered = solution and cell.source.strip() != known[name].source.strip()
        if name not in keepers or answered:
            keepers[name] = position
    return keepers


def _released(original: NotebookNode, submitted: NotebookNode) -> NotebookNode:
    """The unit's cell, with the student's text where the student may write."""
    cell = copy.deepcopy(original)
    if original.metadata.nbgrader.solution:
        cell.source = submitted.source
        if cell.cell_type == "markdown" and "attachments" in submitted:
            cell.attachments = submitted.attachments
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _placeholder(original: NotebookNode) -> NotebookNode:
    cell = _released(original, original)
    if cell.metadata.nbgrader.solution and cell.cell_type == "code":
        # The released stub would run after, and replace, an answer that stands elsewhere.
        cell.source = "# This answer cell was missing from the submitted notebook."
    return cell


def _place(name: str, cells: list[NotebookNode], order: list[str]) -> int:
    """Where a missing cell goes: behind the nearest earlier cell of the unit that is there."""
    where = {
        cell.metadata.nbgrader.grade_id: position
        for position, cell in enumerate(cells)
        if "nbgrader" in cell.metadata
    }
    for earlier in reversed(order[: order.index(name)]):
        if earlier in where:
            return where[earlier] + 1
    return 0
