"""A check passes, fails, or could not be judged; nothing else, and never silently."""

from __future__ import annotations

import inspect
import sys
import textwrap

import pytest

from autograder.checking.notebook import StudentNotebook
from autograder.course.results import CheckResult, Status, points_earned
from autograder.course.unit import Unit
from autograder.errors import GraderBroken, StudentError, TimedOut
from autograder.judging.pytest_driver import judge, list_checks

EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


class Canned:
    """A student whose every call returns the same reply."""

    def __init__(self, reply):
        self.reply = reply

    def request(self, message, cpu_s):
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


@pytest.fixture
def run(tmp_path):
    def run(grader, reply=None):
        folder = tmp_path / f"graders_{len(list(tmp_path.iterdir()))}"
        path = folder / "unit" / "test_question.py"
        path.parent.mkdir(parents=True)
        head = "import pytest\nfrom autograder import *\nfrom autograder import question\n"
        path.write_text(head + textwrap.dedent(grader))
        unit = Unit("unit", EMPTY, {}, folder)
        return judge(unit, StudentNotebook(Canned(reply or {"value": 3})), 0).checks

    return run


def test_pass_fail_and_weight(run):
    passed, failed = run("""
        @question("q", weight=3)
        def test_one(student):
            '''It is three.'''
            check_equal(student.f(), 3)

        @question("q")
        def test_two(student):
            '''It is four.'''
            check_equal(student.f(), 4)
    """)
    assert (passed.title, passed.status) == ("It is three.", Status.PASSED)
    assert (failed.title, failed.status) == ("It is four.", Status.FAILED)
    assert points_earned((passed, failed), 8) == 6


def test_the_first_failing_case_decides(run):
    [check] = run("""
        @question("q")
        @pytest.mark.parametrize("n", [3, 4, 5])
        def test_cases(student, n):
            '''Numbers.'''
            check_equal(student.f(), n)
    """)
    assert check.status is Status.FAILED
    assert "expected 4" in check.message


@pytest.mark.parametrize("body", ["1 / 0", "pytest.skip('no')", "assert student.f() == 4"])
def test_what_breaks_in_the_grader_is_not_the_students_fault(run, body):
    [check] = run(f"""
        @question("q")
        def test_broken(student):
            '''Broken.'''
            {body}
    """)
    assert check.status is Status.ERROR
    assert "not yours" in check.message
    assert body not in check.message  # the student never reads the grader's source
    assert check.detail


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ({"missing": "f"}, "There is no f"),
        ({"error": {"types": ["KeyError", "Exception"], "text": "x", "where": ""}}, "KeyError"),
        ({"error": {"types": ["NotImplementedError"], "text": "", "where": ""}}, "Not written yet"),
        ({"nonsense": 1}, "unreadable"),
        ("nonsense", "unreadable"),
        (TimedOut("f was stopped."), "f was stopped"),
    ],
)
def test_what_the_students_code_does_wrong_is_said(run, reply, says):
    [check] = run(
        """
        @question("q")
        def test_call(student):
            '''Call.'''
            check_equal(student.f(), 3)
        """,
        reply,
    )
    assert check.status is Status.FAILED
    assert says in check.message


def test_a_grader_that_cannot_be_loaded_is_said_to_be_broken(run):
    with pytest.raises(GraderBroken, match=r"test_question\.py.*nothing_of_this_name"):
        run("import nothing_of_this_name")
    with pytest.raises(GraderBroken, match="question"):
        run("def test_without_question(student): pass")


def test_random_inputs_repeat_with_the_seed(tmp_path):
    seen = []
    path = tmp_path / "unit" / "test_question.py"
    path.parent.mkdir()
    path.write_text(
        "from autograder import question, fail\n"
        "@question('q')\ndef test_draw(rng):\n    '''D.'''\n    fail(str(rng.random()))\n"
    )
    unit = Unit("unit", EMPTY, {}, tmp_path)
    for seed in (1, 1, 2):
        seen.append(judge(unit, StudentNotebook(Canned({})), seed).checks[0].message)
    assert seen[0] == seen[1] != seen[2]


def test_no_check_earns_nothing():
    assert points_earned((), 5) == 0
    error = CheckResult("q", "t", Status.ERROR)
    assert points_earned((error,), 5) == 0


def test_subclasses_of_an_expected_exception_count():
    reply = {"error": {"types": ["Mine", "ValueError", "Exception"], "text": "", "where": ""}}
    with pytest.raises(StudentError) as caught:
        StudentNotebook(Canned(reply)).f()
    assert "ValueError" in caught.value.types


def test_list_checks_runs_nothing(project):
    checks = list_checks(project.unit("02_convolution")).checks
    assert {check.status for check in checks} == {Status.ERROR}
    assert {check.question for check in checks} >= {"conv2d", "conv_out_size"}


def test_what_the_driver_takes_from_pytest_is_there(run):
    """Fixtures are forgotten between students, and torn down at the end of a judgement."""
    assert callable(pytest.Function._initrequest)
    session = inspect.getsource(pytest.Session)
    assert "_setupstate" in session
    assert "exact" in inspect.getsource(sys.modules["_pytest.runner"].SetupState.teardown_exact)
