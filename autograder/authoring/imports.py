"""What a notebook imports, and the files beside it: there, readable, and with those names."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from autograder.authoring.findings import Finding
from autograder.authoring.sources import Source


def examine(source: Source) -> Iterator[Finding]:
    """Files that are missing or no Python, and imports of what is not there."""
    yield from _files(source)
    for path in sorted(source.folder.rglob("*.py")):
        tree = _parsed(path)
        if tree is not None:
            yield from _imports(source, tree, str(path.relative_to(source.course.root)), "")
    for cell in source.cells:
        try:
            tree = cell.tree if cell.code else None
        except (SyntaxError, ValueError):
            continue
        if tree is not None:
            yield from _imports(source, tree, source.file, cell.name)


def _files(source: Source) -> Iterator[Finding]:
    for path in sorted(source.folder.rglob("*")):
        file = str(path.relative_to(source.course.root))
        if path.is_symlink() and not path.exists():
            yield Finding(file, "this link leads nowhere.", "Link it to the file again.")
        elif path.suffix == ".ipynb" and path.stem != source.unit:
            remedy = "Move it elsewhere: nbgrader would release it too."
            if ".ipynb_checkpoints" not in file:
                yield Finding(file, "a second notebook lies in the unit.", remedy)
        elif path.suffix == ".py" and path.is_file():
            yield from _python(path, file)


def _python(path: Path, file: str) -> Iterator[Finding]:
    try:
        text = path.read_text("utf-8")
        ast.parse(text)
    except SyntaxError as error:
        yield Finding(file, f"line {error.lineno}: {error.msg}.", "Correct the syntax.")
    except ValueError as error:
        yield Finding(file, f"it is no text ({error}).", "Save it as UTF-8.")
    else:
        if "@question(" in text:
            remedy = "Move it to the folder of graders: this one is released."
            yield Finding(file, "hidden checks stand in it.", remedy)


def _parsed(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_text("utf-8"))
    except (OSError, SyntaxError, ValueError):
        return None


def _imports(source: Source, tree: ast.Module, file: str, cell: str) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module.split(".")[0]]
        else:
            continue
        for module in modules:
            path = source.folder / f"{module}.py"
            if path.is_file():
                yield from _from(node, module, path, file, cell)
            elif not (source.folder / module).is_dir() and not _installed(module):
                what = f"line {node.lineno}: there is no module {module!r} to import."
                remedy = f"Put {module}.py into source/{source.unit}/, or install it."
                yield Finding(file, what, remedy, cell)


def _from(node: ast.AST, module: str, path: Path, file: str, cell: str) -> Iterator[Finding]:
    tree = _parsed(path)
    if not isinstance(node, ast.ImportFrom) or tree is None:
        return
    known = names_of(tree)
    for alias in node.names:
        if alias.name != "*" and alias.name not in known:
            what = f"line {node.lineno}: {module}.py has no {alias.name!r} to import."
            yield Finding(file, what, "Is it spelt right?", cell)


def names_of(tree: ast.Module) -> set[str]:
    """The names that a module or cell binds anywhere: more than those at its top."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return found


@cache
def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False
