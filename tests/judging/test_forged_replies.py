"""A kernel's reply is a claim: odd replies fail, made-up ones earn nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.courses import ROOT
from support.forging import Forged, Honest, emptied, flattered, solved

from autograder.authoring import samples
from autograder.checking.notebook import StudentNotebook, observed
from autograder.checking.questions import Probe
from autograder.course.course import Course
from autograder.course.results import Status
from autograder.errors import CheckFailed, KernelDied
from autograder.judging.evaluation import SEED, score
from autograder.judging.pytest_driver import judge
from autograder.sandbox_inside.codec import Opaque

# ------------------------------------------------------------------ replies of an odd shape

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=4)
    | st.binary(max_size=4)
    | st.just(Opaque("Thing"))
    | st.sampled_from([np.zeros((2, 3)), np.array(5), np.zeros(0), np.array([True]), np.inf])
    | st.builds(lambda *shape: torch.zeros(shape), st.integers(0, 3), st.integers(0, 3))
)
NAMES = st.sampled_from(
    "value error missing types text where values errors args kwargs after state logits".split()
)
ODD = st.recursive(
    LEAVES,
    lambda part: (
        st.lists(part, max_size=4)
        | st.lists(part, max_size=3).map(tuple)
        | st.dictionaries(NAMES | st.integers(0, 3) | st.text(max_size=3), part, max_size=4)
    ),
    max_leaves=12,
)


class Says:
    """A kernel whose every reply is the same value."""

    def __init__(self, reply: Any) -> None:
        self.reply = reply

    def request(self, message: dict[str, Any], cpu_s: float | None) -> Any:
        return self.reply


ASKING = {
    "get": lambda student: student.value("x"),
    "call": lambda student: student.f(1),
    "each": lambda student: [outcome.value for outcome in student.each("f", [((1,), {})])],
    "trace": lambda student: student.trace("f", np.zeros(2), k=1),
    "run": lambda student: student.run(Probe("p", ""), _returns=dict[str, list[int]]),
}


@pytest.mark.parametrize("op", ASKING)
@given(reply=ODD | st.fixed_dictionaries({"value": ODD}) | st.fixed_dictionaries({"error": ODD}))
@settings(max_examples=300, deadline=None)
def test_a_reply_of_any_shape_is_a_value_or_the_students_failure(op, reply):
    """Whatever a kernel answers, a check sees a value or fails; it never breaks."""
    said = ""
    try:
        ASKING[op](StudentNotebook(Says(reply)))
    except CheckFailed as error:
        said = error.text
    assert said or "value" in reply


def test_what_a_probe_reports_is_read_by_the_type_that_the_check_names():
    """A report of another type fails the check with a sentence, also deep inside."""

    class Seen(msgspec.Struct):
        ids: list[int]
        weights: dict[str, torch.Tensor]

    good = {"ids": [1], "weights": {"a": torch.zeros(2)}}
    assert observed(good, Seen).ids == [1]
    for bad in (None, {}, {**good, "ids": [1.5]}, {**good, "weights": {"a": np.zeros(2)}}):
        with pytest.raises(KernelDied, match="unreadable"):
            observed(bad, Seen)


# ------------------------------------------------------------------ made-up reports of probes

UNITS = ("03_receptive_field", "05_training")
PROBED = ("03_receptive_field", "05_training")
NAMED: set[tuple[str, str]] = set()  # (question, title): what docs/security.md names


@dataclass
class Played:
    """A unit, the seed by which it is graded, and what its solution said for two seeds."""

    unit: Any
    here: dict[Any, Any]
    elsewhere: dict[Any, Any]


@pytest.fixture(scope="module", params=UNITS)
def played(request, project, tmp_path_factory):
    unit = project.unit(request.param)
    solution = samples.solution(Course(ROOT), unit.name)
    names = solved(solution, unit, tmp_path_factory.mktemp("solved"))
    return Played(unit, *(said(unit, names, seed) for seed in (SEED, SEED + 1)))


def said(unit, names, seed):
    """What the solution answers when it is graded with this seed."""
    kernel = Honest(names)
    checks = judge(unit, StudentNotebook(kernel, "ada"), seed).checks
    assert [check for check in checks if check.status is not Status.PASSED] == []
    return kernel.said


def rotated(played):
    """Each probe's replies, one draw later; of another seed where there is only one."""
    return {
        place: replies[1:] + replies[:1] if len(replies) > 1 else played.elsewhere[place]
        for place, replies in played.here.items()
    }


FORGERIES = {
    "another seed": lambda played: (played.elsewhere, lambda reply: reply),
    "another draw": lambda played: (rotated(played), lambda reply: reply),
    "zeros": lambda played: (played.here, lambda reply: emptied(reply)),
    "ones": lambda played: (played.here, lambda reply: emptied(reply, 1)),
    "flags": lambda played: (played.elsewhere, flattered),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_made_up_report_earns_nothing(played, forgery):
    """A kernel that answers each probe without doing the work gets no point for its checks."""
    replies, forge = FORGERIES[forgery](played)
    probed = {name for op, name in played.here if op == "run"}
    assert probed
    student = StudentNotebook(Forged(replies, forge, {"run"}), "ada")
    checks = judge(played.unit, student, SEED).checks
    assert not [check.detail for check in checks if check.status is Status.ERROR]
    earned = [row for row in table(played, checks) if row[3] > 0]
    for unit, question, title, points in earned:
        print(f"{forgery:14}{unit:20}{question:20}{title[:60]:62}{points:g}")
    assert {(question, title) for _, question, title, _ in earned} <= NAMED


def table(played, checks):
    """(unit, question, title, points) of each check that asks a probe."""
    rows = []
    for question in score(played.unit, checks):
        if question.id in QUESTIONS:
            weight = sum(check.weight for check in question.checks)
            rows += [
                (
                    played.unit.name,
                    question.id,
                    check.title,
                    question.max_score * check.weight / weight * (check.status is Status.PASSED),
                )
                for check in question.checks
            ]
    return rows


QUESTIONS = {"measured_rf", "build_backbone", "train_one_epoch", "evaluate", "overfit16"}


@given(seed=st.integers(0, 2**32), reply=ODD | st.fixed_dictionaries({"value": ODD}))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_reply_makes_a_check_our_fault(project, seed, reply):
    """Whatever a kernel answers, the hidden checks of the units with probes pass or fail."""
    for name in PROBED:
        checks = judge(project.unit(name), StudentNotebook(Says(reply), "ada"), seed).checks
        assert not [check.detail for check in checks if check.status is Status.ERROR]
