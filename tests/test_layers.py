"""Where things are: the folder says the layer, imports only go down, and files stay small."""

from __future__ import annotations

import ast
import statistics

import pytest
from importlinter.cli import lint_imports
from support.courses import ROOT

PACKAGE = ROOT / "autograder"
DATA = ("graders", "authoring/templates")  # of courses, not the engine
FILES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if not any(path.is_relative_to(PACKAGE / folder) for folder in DATA)
]


def test_imports_only_go_down(monkeypatch):
    """The contracts of pyproject.toml hold: the order of the layers, and what stands apart."""
    monkeypatch.chdir(ROOT)
    assert lint_imports(cache_dir=None) == 0


def test_no_layer_imports_the_hidden_checks():
    """They are a course's, and are loaded from the folder that its configuration names."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            assert not module.startswith("autograder.graders"), path


def test_no_file_of_the_package_is_long():
    """A reader sees a file of the package whole: at most 300 lines."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {str(path): count for path, count in lengths.items() if count > 300} == {}


def test_functions_are_short():
    """Half of the package's functions have at most ten lines."""
    assert statistics.median(_lengths(FILES)) <= 10


@pytest.mark.parametrize("folder", sorted(p.parent for p in PACKAGE.rglob("__init__.py")), ids=str)
def test_a_module_is_not_named_like_a_function_in_it(folder):
    """``from evaluate import evaluate`` makes importers rename one of the two."""
    for path in folder.glob("*.py"):
        names = {n.name for n in ast.parse(path.read_text("utf-8")).body if isinstance(n, NAMED)}
        assert path.stem not in names, path


NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _lengths(files):
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.end_lineno - node.lineno + 1
