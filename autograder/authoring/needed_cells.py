"""Which cells of a notebook the checks of one question need, read off from names.

A cell is needed where it binds a name that a needed cell, or the grader, mentions. What only
works through side effects (a figure, another generator's state) is not seen; who needs it runs the
whole notebook.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from nbformat import NotebookNode

SETUP = ("setup",)  # grade_ids of cells that always run


def needed(
    cells: Sequence[NotebookNode], always: Collection[str], mentioned: Collection[str]
) -> list[NotebookNode]:
    """The cells, in their order, that those named ``always`` and the names mentioned need."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    wanted, names = set[str](), {"STUDENT_ID", *mentioned}
    while True:
        found = [c for c in code if _name(c) in {*always, *SETUP} or binds(c.source) & names]
        ids = {cell.id for cell in found}
        if ids == wanted:
            return found
        wanted = ids
        names |= {name for cell in found for name in mentions(cell.source)}


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def words(text: str) -> set[str]:
    """Every word of a text that could be a name."""
    return set(re.findall(r"[^\W\d]\w*", text))


def binds(source: str) -> set[str]:
    """The names that a cell may bind; every word of it where it cannot be read."""
    try:
        return {name for node in ast.walk(ast.parse(source)) for name in _bound(node)}
    except SyntaxError:  # also a cell with %magic
        return words(source)


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(ctx=ast.Store()):
            yield node.id
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import() | ast.ImportFrom():
            yield from ((name.asname or name.name).partition(".")[0] for name in node.names)


def mentions(source: str) -> set[str]:
    """The names that a cell reads, also as a text: ``"model" in globals()``."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return words(source)
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {text for text in texts if isinstance(text, str) and text.isidentifier()}
