"""Wrong answers to any question: of another kind, of the right kind with another value, and so on.

Each is the solved notebook with one cell more at its end, which puts something else into the
place of every answer. So all cells before it run as they should, and the checks meet the answer.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat.v4 import new_code_cell

from autograder.authoring.samples import Sample
from autograder.authoring.sources import Role, Source
from autograder.course.unit import Unit

PLAIN = {
    "None": "None",
    "a text": "'some text'",
    "a whole number": "7",
    "a fraction": "0.3",
    "nan": "float('nan')",
    "a truth value": "True",
    "an empty list": "[]",
    "a list of texts": "['a', None]",
    "a dict": "{'a': {}}",
    "an object of its own": "object()",
}
INSIDE = {"None": "None", "a text": "'some text'", "nan": "float('nan')", "a list": "[3, 'b']"}

_HELPERS = """
import functools as _functools
def _leaves(value, change):
    if isinstance(value, dict):
        return {key: _leaves(one, change) for key, one in value.items()}
    if type(value) in (list, tuple, set):
        return type(value)([_leaves(one, change) for one in value])
    return change(value)
def _other(value):
    if isinstance(value, bool): return not value
    if isinstance(value, (int, float, complex)): return value + 1
    if isinstance(value, str): return value + "?"
    if value is None: return 0
    kind = str(getattr(value, "dtype", "object"))
    if "bool" in kind: return ~value
    if "int" in kind or "float" in kind: return value + 1
    return value
def _wrapped(function, change):
    @_functools.wraps(function)
    def wrapper(*args, **kwargs):
        return change(function, args, kwargs)
    return wrapper
def _spoil(value):
    kind = str(getattr(value, "dtype", ""))
    try:
        if "int" in kind or "float" in kind: value[...] = 5
        elif type(value) is list: value.append(5)
        elif type(value) is dict: value["spoilt"] = 5
    except Exception: pass
def _spoiling(function, args, kwargs):
    result = function(*args, **kwargs)
    for value in [*args, *kwargs.values()]: _spoil(value)
    return result
def _sharing(function, args, kwargs):
    result = function(*args, **kwargs)
    for value in [*args, *kwargs.values()]:
        if getattr(value, "shape", 0) == getattr(result, "shape", 1):
            value[...] = result
            return value
    return result
def _accepting(function, args, kwargs):
    try: return function(*args, **kwargs)
    except Exception: return None
def _as_text(function, args, kwargs):
    try: return function(*args, **kwargs)
    except Exception as error: raise KeyError(str(error)) from None
def _cast(value):
    kind = str(getattr(value, "dtype", ""))
    if "float" in kind and hasattr(value, "astype"):
        return value.astype("float32" if "64" in kind else "float64")
    if "float" in kind and hasattr(value, "double"):
        return value.float() if "64" in kind else value.double()
    if isinstance(value, int) and not isinstance(value, bool): return float(value)
    if type(value) is tuple: return list(value)
    return value
def _flat(value):
    return value.reshape(-1) if hasattr(value, "reshape") else value
def _first(values, value):
    values.setdefault("it", value)
    return values["it"]
def _remembering(function):
    values = {}
    return _wrapped(function, lambda f, a, k: _first(values, f(*a, **k)))
"""

# What becomes of an answer; of the kind "value" all are wrong, of "habit" only some are.
_VALUES = {
    "the right kind, another value": (
        "_wrapped(it, lambda f, a, k: _leaves(f(*a, **k), _other)) "
        "if callable(it) else _leaves(it, _other)"
    ),
    "the first result, again and again": (
        "_remembering(it) if callable(it) else _leaves(it, _other)"
    ),
}
_HABITS = {
    "arguments overwritten": "_wrapped(it, _spoiling) if callable(it) else it",
    "an argument returned": "_wrapped(it, _sharing) if callable(it) else it",
    "nothing refused": "_wrapped(it, _accepting) if callable(it) else it",
    "another exception": "_wrapped(it, _as_text) if callable(it) else it",
    "another dtype": (
        "_wrapped(it, lambda f, a, k: _leaves(_cast(f(*a, **k)), _cast)) if callable(it) else it"
    ),
    "another shape": "_wrapped(it, lambda f, a, k: _leaves(f(*a, **k), _flat)) "
    "if callable(it) else it",
}
_ABSENT = {
    "an exception": "_wrapped(it, lambda f, a, k: 1 / 0) if callable(it) else None",
}


@dataclass(frozen=True)
class WrongAnswers:
    """A notebook with wrong answers; ``told`` says which, ``absent`` whether nothing is answered.

    A check that only fails where nothing is answered looks at nothing.
    """

    told: str
    sample: Sample
    absent: bool = False


def all_of(source: Source, release: Unit, solved: Sample) -> Iterator[WrongAnswers]:
    """Every kind of wrong answer, one notebook each."""
    names = answer_names(source, release)
    for told, code in PLAIN.items():
        change = f"(lambda *a, **k: {code}) if callable(it) else {code}"
        yield WrongAnswers(told, changed(solved, names, change))
    for told, code in INSIDE.items():
        fill = f"lambda leaf: {code}"
        change = (
            f"_wrapped(it, lambda f, a, k: _leaves(f(*a, **k), {fill})) "
            f"if callable(it) else _leaves(it, {fill})"
        )
        yield WrongAnswers(f"{told} in the place of each part", changed(solved, names, change))
    for told, change in (_VALUES | _HABITS).items():
        yield WrongAnswers(told, changed(solved, names, change))
    for told, change in _ABSENT.items():
        yield WrongAnswers(told, changed(solved, names, change), absent=True)


def another_value(source: Source, release: Unit, solved: Sample) -> Sample:
    """The answers with other values of the right kind."""
    return changed(solved, answer_names(source, release), next(iter(_VALUES.values())))


def changed(solved: Sample, names: list[str], change: str) -> Sample:
    """The solved notebook; at its end each name becomes what ``change`` makes of it."""
    code = f"{_HELPERS}\nfor _name in {names!r}:\n    it = globals().get(_name)\n"
    code += f"    globals()[_name] = (lambda it: {change})(it)\ndel it, _name\n"
    return at_end(solved, code)


def at_end(solved: Sample, code: str) -> Sample:
    """A notebook with one code cell more."""
    notebook = copy.deepcopy(solved.notebook)
    assert notebook is not None
    notebook.cells.append(new_code_cell(code, id="added-at-the-end"))
    return Sample(solved.name, solved.title, notebook)


def answer_names(source: Source, release: Unit) -> list[str]:
    """The functions and variables of the answers that a hidden check names."""
    hidden = "\n".join(data.decode("utf-8", "ignore") for data in release.checks.values())
    words = set(ast_names(hidden))
    found = (name for cell in source.of(Role.ANSWER) for name in bound(cell.tree))
    return list(dict.fromkeys(name for name in found if name in words))


def bound(tree: ast.Module) -> Iterator[str]:
    """The names that a cell binds at its top level."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            for part in ast.walk(target) if isinstance(node, (ast.Assign, ast.AnnAssign)) else ():
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id


def ast_names(text: str) -> Iterator[str]:
    """All words of a program: names, attributes, and texts that could be names."""
    return (match.group() for match in re.finditer(r"[A-Za-z_]\w*", text))
