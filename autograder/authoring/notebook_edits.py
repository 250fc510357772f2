"""Edits the instructor's notebook as a notebook: cells in, cells out."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder.errors import CourseError

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SUMMARY = "summary"  # grade_id of the last cell, and the function that it calls
LINE = 100


def percent(text: str) -> NotebookNode:
    """A notebook from a script whose cells begin with ``# %%`` and carry their metadata there."""
    notebook = jupytext.reads(text, "py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells, 1):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", f"text-{number}")
        cell.id = name.replace("_", "-")[:64]
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's own
    return notebook


def read(path: Path) -> NotebookNode:
    """The notebook of a file. Raises CourseError."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat has many
        said = " ".join(str(error).split())[:200]
        raise CourseError(f"{path} is no notebook that can be read: {said}") from None


def as_bytes(notebook: NotebookNode) -> bytes:
    """The file, as JupyterLab writes it."""
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def uses(notebook: NotebookNode, name: str) -> bool:
    """Whether the code of the notebook, or one of its marks, has this name."""
    marks = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return name in marks or re.search(rf"\b{re.escape(name)}\b", code) is not None


def add_exercise(
    notebook: NotebookNode, cells: Sequence[NotebookNode], name: str, *, summary: bool
) -> NotebookNode:
    """The notebook with these cells before its last one, which then names the exercise too."""
    place = next((n for n, cell in enumerate(notebook.cells) if _is_summary(cell)), None)
    taken = {cell.get("id") for cell in notebook.cells}
    for number, cell in enumerate(cells, 1):
        if cell.id.startswith("text-") or cell.id in taken:
            cell.id = f"{name[:56].replace('_', '-')}-text-{number}"
    before = notebook.cells if place is None else notebook.cells[:place]
    after = [] if place is None else notebook.cells[place:]
    if after and summary:
        after[0].source = _with_name(after[0].source, name)
    return NotebookNode({**notebook, "cells": [*before, *cells, *after]})


def _is_summary(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade_id") == SUMMARY)


def _with_name(source: str, name: str) -> str:
    """The cell with one more name in ``summary(...)``; as it is where no such call is found."""
    call = _call(source)
    segment = ast.get_source_segment(source, call) if call else None
    if call is None or segment is None or call.keywords:
        return source
    names = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    if len(names) < len(call.args):
        return source
    words = [json.dumps(word) for word in [*names, name]]
    line = f"{SUMMARY}({', '.join(words)})"
    if len(line) > LINE:
        line = f"{SUMMARY}(\n" + "".join(f"    {word},\n" for word in words) + ")"
    return source.replace(segment, line)


def _call(source: str) -> ast.Call | None:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return None
    calls = (node for node in nodes if isinstance(node, ast.Call))
    return next((c for c in calls if isinstance(c.func, ast.Name) and c.func.id == SUMMARY), None)
