"""Every sample submission scores what its file says, and says what it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring import samples
from autograder.course.results import Status
from autograder.course.submission import Submission
from autograder.judging.evaluation import evaluate

ROOT = Path(__file__).parents[2]
UNITS = sorted(path.parent.name for path in ROOT.glob("release/*/*.ipynb"))
# `make test` has ten minutes, so it takes one sample in so many; `make test-samples` takes all.
STEP, STEPS = 20, {"02_convolution": 3}


def cases():
    """All samples of all units; most of them are marked slow."""
    for unit in UNITS:
        for number, sample in enumerate(samples.load(ROOT, unit)):
            often = number % STEPS.get(unit, STEP) == 0
            marks = () if often else (pytest.mark.slow,)
            yield pytest.param(unit, sample, id=f"{unit}-{sample.name}", marks=marks)


@pytest.mark.parametrize(("unit", "sample"), list(cases()))
def test_sample_scores_what_it_says(project, unit, sample):
    """Full marks where nothing is named; the named score and message where something is."""
    released = project.unit(unit)
    handed_in = Submission("ada", unit, sample.data("ada", demonstrations=False))
    evaluation = evaluate(handed_in, released)
    assert evaluation.judged == sample.judged, evaluation.reason
    if sample.notice:
        assert any(sample.notice in notice for notice in evaluation.notices)
    if not sample.judged:
        assert evaluation.needs_manual_grade
        return
    worth = {question.id: question.worth for question in released.questions if not question.manual}
    assert sample.expect.keys() <= worth.keys()
    wanted = worth | {name: value["score"] for name, value in sample.expect.items()}
    scores = {q.id: q.score for q in evaluation.questions if q.id in worth}
    assert scores == pytest.approx(wanted), _messages(evaluation)
    for question in evaluation.questions:
        assert not any(check.status is Status.ERROR for check in question.checks)
        if question.id in sample.expect:
            says = sample.expect[question.id].get("says", "")
            assert any(says in check.message for check in question.checks), _messages(evaluation)


def _messages(evaluation):
    return [
        (question.id, check.title, check.message)
        for question in evaluation.questions
        for check in question.checks
        if check.status is not Status.PASSED
    ]
