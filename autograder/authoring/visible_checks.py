"""The check cells that students see: ``Check("name") … done()``, and ``summary("name", …)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.authoring.findings import Finding
from autograder.authoring.sources import Cell, Role, Source


def examine(source: Source) -> Iterator[Finding]:
    """Checks name their own question and are shown; the summary names all, in their order."""
    for cell in source.cells:
        yield from _check(source, cell)
    yield from _summary(source)


def _calls(cell: Cell, name: str) -> list[ast.Call]:
    try:
        nodes = ast.walk(cell.tree) if cell.code else iter(())
        return [
            node
            for node in nodes
            if isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", None)) == name
        ]
    except (SyntaxError, ValueError):
        return []


def _texts(call: ast.Call) -> list[object]:
    return [part.value if isinstance(part, ast.Constant) else None for part in call.args]


def _check(source: Source, cell: Cell) -> Iterator[Finding]:
    own = cell.mark.grade_id if cell.mark and cell.role is Role.CHECK else ""
    calls = _calls(cell, "Check")
    for call in calls:
        said = _texts(call)
        if own and said != [own]:
            what = f"line {call.lineno}: Check({_shown(said)}) is not called like the cell."
            yield Finding(source.file, what, f"Write Check({own!r}).", cell.name)
        elif not own and cell.role is Role.PLAIN:
            remedy = "Mark it with nbgrader (`grade`, `locked`, points), or delete it."
            yield Finding(source.file, "a check stands in a cell without mark.", remedy, cell.name)
    if calls and not _calls(cell, "done"):
        yield Finding(source.file, "this check shows nothing.", "End it with check.done().",
                      cell.name)  # fmt: skip


def _summary(source: Source) -> Iterator[Finding]:
    wanted = [c.mark.grade_id for c in source.of(Role.CHECK) if c.mark and _calls(c, "Check")]
    calls = [(cell, call) for cell in source.cells for call in _calls(cell, "summary")]
    text = f"summary({', '.join(map(repr, wanted))})"
    if not calls and wanted:
        what = "no cell calls summary(): students do not see where they stand."
        yield Finding(source.file, what, f"Add a last cell with {text}.")
    for cell, call in calls:
        said = _texts(call)
        if said != wanted and (wanted or said):
            missing = [name for name in wanted if name not in said]
            strange = [str(name) for name in said if name not in wanted]
            told = [f"{', '.join(missing)} missing"] if missing else []
            told += [f"{', '.join(strange)} no question"] if strange else []
            what = f"summary() does not name the checks ({'; '.join(told) or 'other order'})."
            yield Finding(source.file, what, f"Write {text}.", cell.name)


def _shown(said: list[object]) -> str:
    return ", ".join(map(repr, said))
