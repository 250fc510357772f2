"""The checks of a unit lie in several files, one a question."""

from __future__ import annotations

from itertools import chain, product

from autograder.checking.notebook import StudentNotebook
from autograder.course.results import Status
from autograder.course.unit import Unit
from autograder.judging.pytest_driver import judge

EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
CHECK = '''
import pytest
from autograder import check_equal, question


@question("q")
@pytest.mark.parametrize("expected", {cases})
def test_cases(student, expected):
    """It is three."""
    check_equal(student.f(), expected)
'''


class Three:
    def request(self, message, cpu_s):
        return {"value": 3}


def test_a_failure_in_one_file_leaves_the_next_one_alone(tmp_path):
    """Each file is judged whatever became of the cases of the file before, and again and again."""
    outcomes = [[3], [4], [3, 4], [4, 3], [4, 3, 3]]
    files = list(chain(*product(outcomes, repeat=2)))  # each outcome follows each
    folder = tmp_path / "unit"
    folder.mkdir()
    for number, cases in enumerate(files):
        (folder / f"test_{number:03}.py").write_text(CHECK.format(cases=cases))
    unit = Unit("unit", EMPTY, {}, tmp_path)
    for _ in range(2):
        checks = judge(unit, StudentNotebook(Three()), 0).checks
        expected = [Status.FAILED if 4 in cases else Status.PASSED for cases in files]
        assert [check.status for check in checks] == expected
