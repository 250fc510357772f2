"""What is wrong with the hidden checks of a unit, told without running them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from autograder.authoring.findings import Finding
from autograder.checking.questions import Rubric
from autograder.course.course import Course
from autograder.course.unit import Unit
from autograder.errors import GraderBroken
from autograder.judging.judgement import Judgement
from autograder.judging.pytest_driver import list_checks

FIXTURES = {"student", "lesson", "rng", "request", "tmp_path", "monkeypatch"}
MOST = 0.9  # of a question's points for one of several checks; more is a slip of a key
RANDOM = {"np.random", "numpy.random", "random", "secrets"}
CLOCKS = {"time.time", "datetime.now", "datetime.datetime.now", "os.urandom"}


def folder(course: Course, unit: str) -> str:
    """The hidden checks of a unit, as people name it."""
    path = course.graders / unit
    return str(path.relative_to(course.root)) if path.is_relative_to(course.root) else str(path)


def load(course: Course, unit: Unit) -> tuple[Judgement, list[Finding]]:
    """The checks and rubrics, none run; or why they cannot be loaded."""
    empty = Judgement((), {})
    try:
        judgement = list_checks(unit)
    except GraderBroken as error:
        return empty, [_unloaded(course, unit.name, str(error))]
    return judgement, list(_rubrics(course, unit, judgement))


def _unloaded(course: Course, unit: str, error: str) -> Finding:
    """Why the checks cannot be loaded, with the file that the error begins with, if it does."""
    place = folder(course, unit)
    named = re.match(r"(\S+/)(\S+\.py):? (.*)", error, re.DOTALL)
    file, what = (f"{place}/{named[2]}", named[3]) if named else (place, error)
    return Finding(file, what.replace(f"{course.root}/", ""), "docs/authors.md says how.")


def examine(course: Course, unit: Unit, judgement: Judgement) -> Iterator[Finding]:
    """Names, titles, weights and what makes a check another one each time."""
    place = folder(course, unit.name)
    yield from _questions(place, unit, judgement)
    yield from _titles(place, judgement)
    for path in sorted((course.graders / unit.name).rglob("*.py")):
        yield from _file(f"{place}/{path.relative_to(course.graders / unit.name)}", path)


def _questions(place: str, unit: Unit, judgement: Judgement) -> Iterator[Finding]:
    names = {question.id: question for question in unit.questions}
    checked = {check.question for check in judgement.checks}
    for name in sorted(checked - names.keys()):
        known = ", ".join(names)
        titles = [check.title for check in judgement.checks if check.question == name]
        what = f"the check {titles[0]!r} is of no question of the notebook."
        yield Finding(place, what, f"The questions are: {known}.", name)
    for name, question in names.items():
        if question.manual and name in checked:
            what = "this question is graded by hand and has a check."
            yield Finding(place, what, "Delete the check, or mark the cell as a check.", name)
        if not question.manual and name not in checked:
            remedy = f'Write a function with @question("{name}") in {place}/test_{name}.py.'
            yield Finding(place, "this question has no check.", remedy, name)


def _titles(place: str, judgement: Judgement) -> Iterator[Finding]:
    by_question: dict[str, list[tuple[str, float]]] = {}
    for check in judgement.checks:
        by_question.setdefault(check.question, []).append((check.title, check.weight))
    for name, checks in by_question.items():
        for title, count in Counter(title for title, _ in checks).items():
            if count > 1:
                what = f"{count} checks have the title {title!r}."
                yield Finding(place, what, "Students see both: say what each looks at.", name)
            if title.startswith("test_"):
                remedy = "Its first line is the title that students read."
                yield Finding(place, f"{title} has no docstring.", remedy, name)
        total = sum(weight for _, weight in checks)
        for title, weight in checks if len(checks) > 1 else ():
            if weight > MOST * total:
                what = f"the check {title!r} has {weight / total:.0%} of the points."
                yield Finding(place, what, f"Is its weight {weight:g} meant?", name)


# ----------------------------------------------------------------- rubrics


def _rubrics(course: Course, unit: Unit, judgement: Judgement) -> Iterator[Finding]:
    file = f"{folder(course, unit.name)}/rubrics.py"
    rubrics = judgement.rubrics
    written = {question.id: question.points for question in unit.questions if question.manual}
    if not isinstance(rubrics, Mapping):
        yield Finding(file, "RUBRICS is no dict.", 'Write RUBRICS = {"QUESTION": [Rubric(…)]}.')
        return
    for name in rubrics.keys() - written.keys():
        known = ", ".join(written) or "none"
        what = f"RUBRICS names {name!r}, which is no written question."
        yield Finding(file, what, f"The written questions are: {known}.", str(name))
    for name, points in written.items():
        aspects = rubrics.get(name, ())
        if not _are_rubrics(aspects):
            remedy = "Write Rubric(aspect, full, partial, none), each a text."
            yield Finding(file, "its rubric is no list of Rubric.", remedy, name)
        elif 2 * len(aspects) != points:
            what = f"the question has {points:g} points and {len(aspects)} rubric aspects."
            remedy = "An aspect is worth 2 points: write as many, or change the points."
            yield Finding(file, what, remedy, name)


def _are_rubrics(aspects: object) -> bool:
    if not isinstance(aspects, Sequence) or isinstance(aspects, str):
        return False
    return all(
        isinstance(one, Rubric)
        and all(isinstance(t, str) and t.strip() for t in vars(one).values())
        for one in aspects
    )


# ----------------------------------------------------------------- the files


def _file(file: str, path: Path) -> Iterator[Finding]:
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError) as error:
        yield Finding(file, f"it is no Python ({error}).", "Correct the syntax.")
        return
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for name, count in Counter(function.name for function in functions).items():
        if count > 1:
            remedy = "Only the last one counts: give each a name of its own."
            yield Finding(file, f"{count} functions are called {name}.", remedy, name)
    own = {f.name for f in functions if any("fixture" in ast.unparse(d) for d in f.decorator_list)}
    for function in functions:
        plain = [ast.unparse(d).startswith("question(") for d in function.decorator_list]
        if plain == [True]:  # other decorators may fill in parameters
            yield from _fixtures(file, function, FIXTURES | own)
    yield from _chance(file, tree)


def _fixtures(file: str, function: ast.FunctionDef, known: set[str]) -> Iterator[Finding]:
    """A parameter that nobody fills in breaks the check for every student."""
    for argument in function.args.args:
        if argument.arg not in known:
            what = f"{function.name} asks for {argument.arg!r}, which nobody gives."
            remedy = f"There are: {', '.join(sorted(known))}, and what @cases names."
            yield Finding(file, what, remedy, function.name)


def _chance(file: str, tree: ast.Module) -> Iterator[Finding]:
    """Random numbers without a seed, and clocks: a regrade would judge otherwise."""
    for node in _outside_probes(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        name = ast.unparse(node.func)
        place, _, last = name.rpartition(".")
        seeded = bool(node.args or node.keywords)
        if last in ("default_rng", "RandomState", "Random", "seed"):
            loose = not seeded
        else:
            loose = place in RANDOM or name in CLOCKS
        if loose:
            what = f"line {node.lineno}: {name}() gives something else each time."
            yield Finding(file, what, "Take the fixture rng: a regrade then repeats it.")


def _outside_probes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those of probes, which run in the student's kernel."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        decorators = getattr(child, "decorator_list", ())
        if not any(ast.unparse(decorator).startswith("probe") for decorator in decorators):
            yield from _outside_probes(child)
