"""What a release gives away without holding it: helpers, visible checks and messages that tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import nbformat

from autograder.authoring import probing, wrong_answers
from autograder.authoring.bench import IDS, Bench, checks_of
from autograder.authoring.findings import Finding
from autograder.authoring.samples import Sample
from autograder.authoring.sources import notebook_file
from autograder.course.results import CheckResult, Status

MOST_BY_CHANCE = 0.6  # of a question's points, for a function that does something else


def given_away(bench: Bench) -> list[Finding]:
    """Helpers that compute answers, visible checks that hold them, messages that tell them."""
    code = probing.answers(bench.source, bench.unit)
    looking = wrong_answers.at_end(bench.solved, code)
    seen = [
        probing.saw(evaluation.notebook)
        for evaluation in bench.run([bench.trial("the answers", looking, who) for who in IDS])
    ]
    first, second = [one.get("answers", {}) for one in seen]
    return [
        *_values_given(bench, seen),
        *_helpers_given(bench),
        *_visible(bench, first, second),
        *_messages(bench, first, second),
    ]


def _values_given(bench: Bench, seen: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """What of the released modules has the answer as its value, for both students."""
    first, second = [
        {(name, told): weighty for name, told, weighty in one.get("found", ())} for one in seen
    ]
    answers = [one.get("answers", {}) for one in seen]
    told_of = set()
    for name, told in first.keys() & second.keys():
        personal = answers[0].get(name) != answers[1].get(name)
        if (personal or first[name, told]) and name not in told_of:
            told_of.add(name)
            what = f"{told} of the released files gives the answer {name}."
            remedy = "Students can call it: move it to the folder of graders."
            yield Finding(f"source/{bench.unit.name}/{told.split('.')[0]}.py", what, remedy, name)


def _helpers_given(bench: Bench) -> Iterator[Finding]:
    """Released functions that earn points in the place of a student's."""
    by_name = probing.helpers(bench.source, bench.unit)
    rounds = [
        {name: function for name, function in zip(by_name, row, strict=True) if function}
        for row in zip_longest(*by_name.values())
    ]
    path = bench.course.root / "release" / bench.unit.name / f"{bench.unit.name}.ipynb"
    plain = Sample("release", "The release.", nbformat.read(path, as_version=4))
    trials = []
    for chosen in rounds:
        code = probing.with_helpers(chosen)
        trials.append(bench.trial("helpers", wrong_answers.at_end(plain, code)))
    for chosen, evaluation in zip(rounds, bench.run(trials), strict=True):
        for question in evaluation.questions:
            used = [f for n, f in chosen.items() if n in _names_of(bench, question.id)]
            worth = next(q.worth for q in bench.unit.questions if q.id == question.id)
            if used and question.score >= MOST_BY_CHANCE * worth:
                what = (
                    f"{' and '.join(used)} of the released files earns {question.score:g} points."
                )
                remedy = "Students can call it: move it to the folder of graders."
                file = f"source/{bench.unit.name}/{used[0].split('.')[0]}.py"
                yield Finding(file, what, remedy, question.id)


def _names_of(bench: Bench, question: str) -> set[str]:
    return {
        name
        for cell in bench.source.cells
        if cell.mark and cell.mark.grade_id.startswith(question) and cell.code
        for name in wrong_answers.bound(cell.tree)
    }


def _visible(
    bench: Bench, first: Mapping[str, str], second: Mapping[str, str]
) -> Iterator[Finding]:
    """Visible checks that tell a student's own right value from another student's."""
    others = {name: value for name, value in second.items() if first.get(name) != value}
    if not others:
        return
    code = probing.visible_checks(bench.source, others)
    (evaluation,) = bench.run([bench.trial("checks", wrong_answers.at_end(bench.solved, code))])
    for name in probing.saw(evaluation.notebook).get("complain", ()):
        what = "this visible check knows the personal answer: whoever reads it knows it too."
        remedy = "Look at the form only (check.form); the hidden check compares."
        yield Finding(notebook_file(bench.unit.name), what, remedy, f"cell {name!r}")


def _messages(
    bench: Bench, first: Mapping[str, str], second: Mapping[str, str]
) -> Iterator[Finding]:
    """Messages to a wrong answer that name the right one, for both students."""
    wrong = wrong_answers.another_value(bench.source, bench.unit, bench.solved)
    results = bench.run([bench.trial("another value", wrong, who) for who in IDS])
    for one, other in zip(*map(checks_of, results), strict=True):
        for name in first:
            pairs = zip(_leaves(first[name]), _leaves(second.get(name, "None")), strict=False)
            if any(a != b and _tells(one, a) and _tells(other, b) for a, b in pairs):
                what = f"the message of {one.title!r} tells the answer {name} to who got it wrong."
                remedy = "Compare with reveal=False, and leave the value out of the message."
                yield Finding(bench.place, what, remedy, one.question)
                break


def _tells(check: CheckResult, value: str) -> bool:
    return check.status is Status.FAILED and bool(
        re.search(rf"(?<![\w.]){re.escape(value)}(?![\w]|\.\d)", check.message)
    )


def _leaves(text: str) -> list[str]:
    """The values of an answer as messages show them; a dict has several."""
    value = ast.literal_eval(text) if "nan" not in text and "inf" not in text else None
    values = list(value.values()) if isinstance(value, dict) else [value]
    return [repr(one) for one in values]
