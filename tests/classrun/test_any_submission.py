"""Whatever one submission is, it costs nobody else the grade and never stops the batch.

Odd ones of every kind stand between two honest students: arbitrary bytes, notebooks with arbitrary
parts, folder names, timestamps, and evaluations that raise, or that hold arbitrary texts.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support import tiny
from support.tiny import UNIT

from autograder.classrun import grading
from autograder.classrun.grading import grade
from autograder.course.results import CheckResult, QuestionResult, Status

FIRST, LAST = "aa_honest", "zz_honest"
TEXT = st.text(st.characters(), max_size=30)  # lone surrogates and control characters too
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["code", "markdown", "raw"]) | JSON
CELL = st.fixed_dictionaries(
    {"cell_type": KINDS, "source": TEXT | st.lists(TEXT, max_size=2) | JSON, "metadata": JSON},
    optional={"attachments": JSON | st.dictionaries(TEXT, st.dictionaries(TEXT, TEXT)),
              "outputs": JSON, "id": JSON},
)  # fmt: skip
NOTEBOOK = st.fixed_dictionaries({"cells": st.lists(CELL | JSON, max_size=3), "metadata": JSON})
DATA = st.binary(max_size=200) | NOTEBOOK.map(lambda value: json.dumps(value).encode())
TIMES = st.none() | st.binary(max_size=40) | TEXT.map(lambda text: text.encode("utf-8", "replace"))
NAMES = st.binary(min_size=1, max_size=20).filter(
    lambda name: not set(name) & set(b"/\0") and name not in (b".", b"..")
)


class Odd(Exception):
    """What a worker may raise: its own text cannot be relied on."""

    def __str__(self) -> str:
        return self.args[0]


ODD_ERRORS = st.builds(Odd, TEXT) | st.sampled_from([ValueError("\ud800"), RecursionError()])


def odd_evaluation(text):
    """An evaluation whose every text is what a student's process could make of it."""

    def evaluate(parcel, submission, seed):
        found = tiny.evaluate(parcel, submission, seed)
        check = CheckResult("double", "T", Status.FAILED, message=text, mistake=text)
        question = QuestionResult("double", 0.0, 4.0, False, (check,))
        return dataclasses.replace(found, questions=(question,), notices=(text,))

    return evaluate


def raising(error):
    def evaluate(parcel, submission, seed):
        raise error

    return evaluate


OUTCOMES = st.just(tiny.evaluate) | ODD_ERRORS.map(raising) | TEXT.map(odd_evaluation)
ODD = st.tuples(DATA, TIMES, OUTCOMES)
CLASSES = st.dictionaries(NAMES, ODD, min_size=20, max_size=20)


@pytest.fixture
def check(tiny_course, monkeypatch):
    """A function that grades a class of odd ones between two honest students."""
    monkeypatch.setattr(grading, "LocalWorkers", tiny.Inline)

    def run(odd):
        for folder in ("submitted", "autograded", ".autograder"):
            shutil.rmtree(tiny_course.root / folder, ignore_errors=True)
        for name in (FIRST, LAST):
            tiny.submit(tiny_course, name)
        outcomes = {}
        for name, (data, time, outcome) in odd.items():
            folder = os.fsencode(tiny_course.root / "submitted") + b"/m" + name
            os.makedirs(folder + b"/" + UNIT.encode())
            for file, content in ((f"{UNIT}.ipynb", data), ("timestamp.txt", time)):
                if content is not None:
                    with open(folder + b"/" + UNIT.encode() + b"/" + file.encode(), "wb") as out:
                        out.write(content)
            outcomes[os.fsdecode(b"m" + name)] = outcome

        def evaluate(parcel, submission, seed):
            return outcomes.get(submission.student_id, tiny.evaluate)(parcel, submission, seed)

        monkeypatch.setattr(tiny.Inline, "evaluate", staticmethod(evaluate))
        graded = grade(tiny_course, UNIT)
        assert len(graded) == len(odd) + 2
        honest = [one for one in graded if one.student_id in (FIRST, LAST)]
        assert [(one.score, one.error) for one in honest] == [(4.0, ""), (4.0, "")]
        for one in graded:
            str(one).encode()  # it can be shown and stored

    return run


SLOWLY = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),  # a class takes long to make small
}


@settings(max_examples=8, **SLOWLY)
@given(CLASSES)
def test_an_odd_submission_costs_nobody_else_the_grade(check, odd):
    """Twenty odd ones at a time; both honest students have their points, each odd one a line."""
    check(odd)


@pytest.mark.slow
@settings(max_examples=110, **SLOWLY)
@given(CLASSES)
def test_two_thousand_odd_submissions(check, odd):
    """The same, for more than two thousand of them."""
    check(odd)
