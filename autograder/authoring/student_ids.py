"""The line in which a student writes an id: there, empty, and one that can be filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autograder.authoring.findings import Finding
from autograder.authoring.sources import Cell, Role, Source

NAME = "STUDENT_ID"
LINE = f'{NAME} = ""'
_EMPTY = re.compile(rf"""(?m)^{NAME} = (""|'')[ \t]*(#.*)?$""")


def examine(source: Source) -> Iterator[Finding]:
    """STUDENT_ID is set once, to an empty text, above all that use it."""
    setting = [cell for cell in source.cells if _count(cell, ast.Store)]
    using = [cell for cell in source.cells if _count(cell, ast.Load)]
    if not setting:
        if using:
            what = f"{NAME} is used and never set."
            yield Finding(source.file, what, f"Add a cell above with {LINE}.", using[0].name)
        return
    for cell in setting[1:]:
        yield Finding(source.file, f"{NAME} is set a second time.", "Set it once.", cell.name)
    first = setting[0]
    if not _EMPTY.search(first.source) or _count(first, ast.Store) > 1:
        remedy = f"Write {LINE} as a line of its own: students fill in their own."
        yield Finding(source.file, f"{NAME} is not empty.", remedy, first.name)
    if first.role is not Role.PLAIN:
        what, remedy = f"students cannot keep {NAME} in a marked cell.", "Take its mark away."
        yield Finding(source.file, what, remedy, first.name)
    if using and using[0].number < first.number:
        what = f"{NAME} is used above the cell that sets it."
        yield Finding(source.file, what, "Move that cell up.", using[0].name)


def _count(cell: Cell, context: type[ast.expr_context]) -> int:
    try:
        tree = cell.tree if cell.code else ast.Module([], [])
    except (SyntaxError, ValueError):
        return 0
    return sum(
        isinstance(node, ast.Name) and node.id == NAME and isinstance(node.ctx, context)
        for node in ast.walk(tree)
    )
