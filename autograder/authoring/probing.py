"""What the solved notebook knows: its answers, the helpers that compute them, its visible checks.

A cell at the end of the solved notebook looks, in the student's own sealed kernel, and prints what
it saw as JSON.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from autograder.authoring.sources import Role, Source
from autograder.authoring.wrong_answers import bound
from autograder.course.unit import Unit

MARK = "AUTOGRADER-SAW "

# Answers that are plain values, and the functions and values of released modules that give them.
_ANSWERS = """
import builtins, contextlib, io, json, signal, sys, time
def _plain(value):
    if type(value) in (int, float, bool, str, type(None)): return True
    if type(value) in (list, tuple, set): return all(map(_plain, value))
    return type(value) is dict and all(map(_plain, [*value, *value.values()]))
def _weighty(value):
    return type(value) in (list, tuple, set, dict) and len(value) > 1 or (
        type(value) in (int, float) and abs(value) >= 100) or (
        type(value) is str and len(value) > 3)
def _same(a, b):
    try: return type(a) is type(b) and a == b
    except Exception: return False
def _stop(*_): raise TimeoutError
def _try(function, args):
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return function(*args)
    except BaseException: return None
    finally: signal.setitimer(signal.ITIMER_REAL, 0)
def _look(names, modules, variables):
    answers = {n: globals()[n] for n in names if n in globals() and _plain(globals()[n])}
    given = [[]] + [[globals()[n]] for n in variables if n in globals()]
    found, until = [], time.process_time() + 5
    before = signal.signal(signal.SIGALRM, _stop)
    def note(value, told):
        parts = list(value.values()) if type(value) is dict else []
        for name, answer in answers.items():
            if any(_same(one, answer) for one in [value, *parts]):
                found.append([name, told, _weighty(answer)])
    for module in modules:
        for name, thing in list(vars(sys.modules.get(module, json)).items()):
            if name.startswith("__"): continue
            if getattr(thing, "__module__", None) == module and type(thing).__name__ == "function":
                for args in given:
                    result = _try(thing, args) if time.process_time() < until else None
                    if not any(result is one for one in args):
                        note(result, module + "." + name + "()")
            else: note(thing, module + "." + name)
    signal.signal(signal.SIGALRM, before)
    return {"answers": {n: repr(a) for n, a in answers.items()}, "found": found}
"""


def answers(source: Source, release: Unit) -> str:
    """A cell that prints the plain answers, and what of the released modules gives them."""
    modules = [PurePath(path).stem for path in release.files if path.endswith(".py")]
    own = variables_of_answers(source)
    others = ["STUDENT_ID", *(n for n in _all_variables(source) if n not in own)][:30]
    return f"{_ANSWERS}\nprint({MARK!r} + json.dumps(_look({own!r}, {modules!r}, {others!r})))"


def visible_checks(source: Source, values: Mapping[str, str]) -> str:
    """A cell that runs the visible checks with other answers, and prints which of them complain."""
    checks = {c.mark.grade_id: c.source for c in source.of(Role.CHECK) if c.mark}
    return f"""
import contextlib, io, json, os
def _complains(source):
    os.environ["NBGRADER_EXECUTION"] = "solution"
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, "check", "exec"), globals())
    except Exception: return True
    finally: del os.environ["NBGRADER_EXECUTION"]
    return False
_checks = {dict(checks)!r}
_before = [name for name in _checks if _complains(_checks[name])]
for _name, _value in {dict(values)!r}.items():
    globals()[_name] = eval(_value)
_after = [name for name in _checks if name not in _before and _complains(_checks[name])]
print({MARK!r} + json.dumps({{"complain": _after}}))
"""


def variables_of_answers(source: Source) -> list[str]:
    """The variables that the answer cells bind and the release shows as something to fill in."""
    found = []
    for cell in source.of(Role.ANSWER):
        functions = {
            n.name for n in cell.tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))
        }
        found += [name for name in bound(cell.tree) if name not in functions]
    return list(dict.fromkeys(found))


def _all_variables(source: Source) -> Iterator[str]:
    for cell in source.cells:
        if cell.code and cell.role is not Role.CHECK:
            functions = {n.name for n in cell.tree.body if isinstance(n, ast.FunctionDef)}
            yield from (name for name in bound(cell.tree) if name not in functions)


def saw(notebook: str) -> dict[str, Any]:
    """What the cell at the end printed; nothing where it did not run."""
    for cell in json.loads(notebook)["cells"]:
        for output in cell.get("outputs", ()):
            text = "".join(output.get("text", ""))
            if MARK in text:
                found: dict[str, Any] = json.loads(text.split(MARK, 1)[1].split("\n", 1)[0])
                return found
    return {}


# ----------------------------------------------------------------- helpers in the place of answers


def helpers(source: Source, release: Unit) -> dict[str, list[str]]:
    """For each function that students write, the released functions that could stand for it."""
    wanted = {
        function.name: len(function.args.args)
        for cell in source.of(Role.ANSWER)
        for function in cell.tree.body
        if isinstance(function, ast.FunctionDef)
    }
    found: dict[str, list[str]] = {name: [] for name in wanted}
    for path, data in release.files.items():
        if not path.endswith(".py") or "/" in path:
            continue
        for function in ast.parse(data.decode("utf-8", "ignore")).body:
            if isinstance(function, ast.FunctionDef):
                for name, count in wanted.items():
                    if _takes(function.args, count):
                        found[name].append(f"{PurePath(path).stem}.{function.name}")
    return {name: functions for name, functions in found.items() if functions}


def _takes(args: ast.arguments, count: int) -> bool:
    required = len(args.args) - len(args.defaults)
    return required <= count and (count <= len(args.args) or args.vararg is not None) and count > 0


def with_helpers(chosen: Mapping[str, str]) -> str:
    """A cell that puts released functions into the place of the answers."""
    modules = sorted({function.split(".")[0] for function in chosen.values()})
    lines = [f"import {module}" for module in modules]
    return "\n".join([*lines, *(f"{name} = {function}" for name, function in chosen.items())])
