"""Cases that are checks of their own, as a grader's checks are listed and run."""

from __future__ import annotations

import pytest

from autograder import StudentNotebook
from autograder.checking.titled_cases import cases
from autograder.course.results import Status, points_earned
from autograder.course.unit import Unit
from autograder.judging.pytest_driver import judge, list_checks

GRADER = '''
import pytest
from autograder import check_equal, question
from autograder.checking.titled_cases import cases


@question("q", weight=2)
@cases("n", {"It is three: 3×1.": 3, "It is four [4].": 4})
def test_number(student, n):
    """Not shown."""
    check_equal(student.f(), n)


@question("q")
@cases("a, b", {"The sum.": (1, 2), "The other sum.": (2, 2)})
@pytest.mark.parametrize("c", [0, 1])
def test_sum(student, a, b, c):
    check_equal(student.f(), a + b + c, given=f"{a} + {b} + {c}")


@question("q")
def test_plain(student):
    """A check without cases."""
    check_equal(student.f(), 3)
'''
TITLES = ["It is three: 3×1.", "It is four [4].", "The sum.", "The other sum."]


class Three:
    def request(self, message, cpu_s):
        return {"value": 3}


@pytest.fixture
def unit(tmp_path):
    (tmp_path / "unit").mkdir()
    (tmp_path / "unit" / "test_cases.py").write_text(GRADER)
    notebook = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    return Unit("unit", notebook, {}, tmp_path)


def test_each_case_is_a_check_with_its_own_title_and_weight(unit):
    """A student reads a line for each case, in their order, and earns its share of the points."""
    listed = list_checks(unit).checks
    assert [check.title for check in listed] == [*TITLES, "A check without cases."]
    assert [check.weight for check in listed] == [2, 2, 1, 1, 1]
    for _ in range(2):  # once more: the collected checks are used again
        checks = judge(unit, StudentNotebook(Three()), 0).checks
        assert [check.title for check in checks] == [check.title for check in listed]
        passed = [check.status is Status.PASSED for check in checks]
        assert passed == [True, False, False, False, True]
        assert points_earned(checks, 7) == 3


def test_a_check_of_cases_may_have_cases_itself(unit):
    """Of further cases of a case the first that fails decides, as for every check."""
    checks = {check.title: check for check in judge(unit, StudentNotebook(Three()), 0).checks}
    assert checks["The sum."].message.startswith("1 + 2 + 1: got 3, expected 4")
    assert checks["The other sum."].message.startswith("2 + 2 + 0: got 3, expected 4")


def test_cases_without_a_case_are_a_mistake_of_the_author():
    """An empty dict says so where it is written, and makes no silent check."""
    with pytest.raises(ValueError, match="at least one case"):
        cases("n", {})
