"""Hidden checks run in a process that may die: what a student returns cannot hold up the grader."""

from __future__ import annotations

import dataclasses
import os

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from autograder.course.results import Status
from autograder.course.unit import Unit
from autograder.errors import KernelDied, PreloadedDied
from autograder.judging import judging_process
from autograder.judging.apart import judge_apart
from autograder.judging.judging_process import Given, close_judge
from autograder.sandbox.limits import LIMITS
from autograder.sandbox_inside import codec

LIMITED = dataclasses.replace(
    LIMITS, judge_cpu_s=1.0, judge_total_cpu_s=8.0, judge_memory=256 << 20, idle_s=20.0
)
GIVEN = Given("ada", {}, 1 << 127)

# A check between two others does more than it may; each way is one that nothing in Python stops
# or that nothing in C does.
TOO_MUCH = {
    "a regular expression that backtracks": "re.match(r'(a+)+$', 'a' * 60 + 'b')",
    "an endless loop": "[0 for _ in iter(int, 1)]",
    "a loop in C": "sum(range(10 ** 13))",
    "a long power": "len(str(7 ** 10_000_000))",
    "a large array": "np.ones(1 << 30)",
    "a list that grows": "[bytes(1 << 20) for _ in range(4096)]",
    "a list of lists": "repr([[0] * 1000] * 10_000_000)",
    "arrays of a comparison": "np.ones((9000, 1)) - np.ones((1, 9000))",
}
DEATHS = {
    "a crash of a library": "ctypes.string_at(0)",
    "an end from outside": "os.kill(os.getpid(), signal.SIGKILL)",
    "an exit": "os._exit(0)",
}


def unit(tmp_path, body):
    """A unit with three checks; the one in the middle runs ``body``."""
    folder = tmp_path / "graders" / "three"
    folder.mkdir(parents=True)
    (folder / "test_three.py").write_text(
        "import ctypes, os, re, signal\nimport numpy as np\nfrom autograder import question\n\n"
        + "".join(
            f"@question('q')\ndef test_{name}(student):\n    '''{name}'''\n    {line}\n\n"
            for name, line in (("first", "assert student.f() == 7"), ("second", body),
                               ("third", "assert student.f() == 7"))
        )
    )  # fmt: skip
    cell = new_code_cell("pass")
    cell.metadata.nbgrader = {
        "grade": True, "grade_id": "q", "points": 3, "solution": False, "schema_version": 3,
        "locked": True, "task": False,
    }  # fmt: skip
    return Unit("three", writes(new_notebook(cells=[cell])), {}, tmp_path / "graders")


class Canned:
    """A kernel that gives one answer to every question, 7 where nothing else is said."""

    def __init__(self, answer=lambda: codec.pack({"value": 7})):
        self.answer, self.refused = answer, 0

    def carry(self, name, request, cpu_s):
        return self.answer()

    def refuse(self):
        self.refused += 1


def checks(unit, kernel=None, limits=LIMITED):
    kernel = kernel or Canned()
    try:
        return {check.title: check for check in judge_apart(unit, kernel, GIVEN, limits).checks}
    finally:
        close_judge()


@pytest.mark.parametrize("way", TOO_MUCH)
def test_a_check_that_does_too_much_is_not_judged_and_the_others_are(tmp_path, way):
    """Computing time and memory of a check are bounded, whatever spends them."""
    before = _memory()
    found = checks(unit(tmp_path, TOO_MUCH[way]))
    assert [found[name].status for name in ("first", "third")] == [Status.PASSED] * 2
    assert found["second"].status is Status.ERROR
    assert "more work than the grader may do" in found["second"].message
    assert _memory() - before < LIMITED.judge_memory


@pytest.mark.parametrize("way", DEATHS)
def test_a_check_that_ends_its_process_is_our_fault(tmp_path, way):
    """A crash is not blamed on the student, and the other checks count."""
    found = checks(unit(tmp_path, DEATHS[way]))
    assert [found[name].status for name in ("first", "third")] == [Status.PASSED] * 2
    assert found["second"].status is Status.ERROR
    assert "the fault is not yours" in found["second"].message


def test_a_check_that_waits_for_ever_ends_by_the_clock(tmp_path):
    """No check holds up the class, not even one that only waits."""
    short = dataclasses.replace(LIMITED, idle_s=1.0, idle_factor=0.0)
    found = checks(unit(tmp_path, "signal.pause()"), limits=short)
    assert found["second"].status is Status.ERROR
    assert found["third"].status is Status.PASSED


def test_all_checks_together_have_a_limit(tmp_path):
    """Many checks that each stay just within their time do not add up to hours."""
    body = "import time\n    while time.process_time() < 100: pass"
    short = dataclasses.replace(LIMITED, judge_cpu_s=50.0, judge_total_cpu_s=1.0)
    found = checks(unit(tmp_path, body), limits=short)
    assert found["first"].status is Status.PASSED
    assert {found[name].status for name in ("second", "third")} == {Status.ERROR}


def test_a_process_that_dies_again_and_again_is_given_up(tmp_path, monkeypatch):
    """Where the judging process cannot live, the checks are not judged, and the run goes on."""
    monkeypatch.setattr("autograder.judging.judging_process._settle", lambda *kept: os._exit(3))
    found = checks(unit(tmp_path, "pass"))
    assert {check.status for check in found.values()} == {Status.ERROR}
    assert "exit code 3" in found["first"].detail


def test_what_the_session_raises_reaches_the_check_or_ends_the_judging(tmp_path):
    """A student's dead kernel is the student's; a preloaded process that died is nobody's."""

    def died():
        raise KernelDied("f was stopped.", "Why?")

    def lost():
        raise PreloadedDied("it is gone")

    three = unit(tmp_path, "pass")
    found = checks(three, Canned(died))
    assert found["first"].status is Status.FAILED
    assert found["first"].message == "f was stopped.\n\nWhy?"
    with pytest.raises(PreloadedDied):
        checks(three, Canned(lost))


def test_the_process_stays_for_the_next_submission_and_ends_with_ours(tmp_path):
    """What the first submission had to load is there for the second; nothing stays behind."""
    three = unit(tmp_path, "assert os.getpid() == student.memory.setdefault('pid', os.getpid())")
    mine = "import builtins\n    builtins.seen = getattr(builtins, 'seen', 0) + 1"
    (tmp_path / "graders" / "three" / "test_three.py").write_text(
        "from autograder import check_equal, question\n\n\n@question('q')\n"
        f"def test_first(student):\n    '''first'''\n    {mine}\n"
        "    check_equal(builtins.seen, 2)\n"
    )
    try:
        said = [judge_apart(three, Canned(), GIVEN, LIMITED).checks[0].status for _ in range(3)]
        process = judging_process._shared
    finally:
        close_judge()
    assert said == [Status.FAILED, Status.PASSED, Status.FAILED]
    with pytest.raises(ChildProcessError):
        os.waitpid(process._pid, os.WNOHANG)


def test_arrays_reach_the_checks_as_they_were_sent(tmp_path):
    """Carrying changes nothing: a check reads the array that the kernel sent."""
    three = unit(tmp_path, "assert student.f().tolist() == [[0.0, 1.0], [2.0, 3.0]]")
    array = np.arange(4.0).reshape(2, 2)
    found = checks(three, Canned(lambda: codec.pack({"value": array})))
    assert found["second"].status is Status.PASSED


@pytest.mark.parametrize("header", [b"\xc1", b"", b"\xc7\x01\x09x", b"\x91" * 100])
def test_a_reply_that_is_no_value_fails_its_check_and_ends_the_kernel(tmp_path, header):
    """Nothing that follows a malformed reply is taken for an answer to the next question."""
    kernel = Canned(lambda: (header, []))
    found = checks(unit(tmp_path, "pass"), kernel)
    assert "cannot be graded" in found["first"].message
    assert [found[name].status for name in ("first", "second", "third")] == [
        Status.FAILED, Status.PASSED, Status.FAILED
    ]  # fmt: skip
    assert kernel.refused == 2


def test_many_cases_without_a_question_are_all_reported(tmp_path):
    """Reports that nobody reads meanwhile do not fill up and get lost."""
    three = unit(tmp_path, "pass")
    (tmp_path / "graders" / "three" / "test_three.py").write_text(
        "import pytest\nfrom autograder import fail, question\nfrom autograder import cases\n\n\n"
        "@question('q')\n@cases('n', {f'case {n}': n for n in range(600)})\n"
        "def test_one(student, n):\n    if n % 2: fail('x' * 5000)\n"
    )
    found = checks(three)
    assert len(found) == 600
    assert [c.status for c in found.values()] == [Status.PASSED, Status.FAILED] * 300


def _memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
