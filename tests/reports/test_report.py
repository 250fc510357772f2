"""The picture of the class: values from evaluations, pairs of like code, one page."""

from __future__ import annotations

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from support import tiny

from autograder.commands import app as cli
from autograder.course.results import CheckResult, Evaluation, QuestionResult, Status
from autograder.course.submission import Submission
from autograder.course.unit import Unit
from autograder.errors import CourseError
from autograder.reports.class_report import analyse, page
from autograder.reports.similarity import similar_pairs

LOOP = """
def total(values, start=0):
    result = start
    for index, value in enumerate(values):
        if index % 2 == 0 and value > 3:
            result = result + value * 2 - index
        elif value < 0:
            result -= abs(value) // (index + 1)
        else:
            result += sum(values[:index]) or 1
    return {"total": result, "mean": result / max(1, len(values))}
"""
RENAMED = LOOP.replace("value", "x").replace("result", "acc").replace("total", "f")
OTHER = """
import numpy as np

def total(values, start=0):
    array = np.asarray(values, dtype=float)
    weights = np.where(array > 3, 2.0, np.where(array < 0, -0.5, 1.0))
    shifted = np.roll(array, 1)[1:].cumsum() + start
    found = (array * weights).sum() + shifted[-1] if len(shifted) else start
    return dict(total=found, mean=float(np.mean(array)) if array.size else 0.0)
"""


def notebook(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


@pytest.fixture
def unit():
    def graded(name, points, *, solution=False):
        mark = {"schema_version": 3, "grade_id": name, "grade": True, "points": points,
                "locked": True, "solution": solution, "task": False}  # fmt: skip
        return new_code_cell("", metadata={"nbgrader": mark})

    nb = new_notebook(cells=[graded("easy", 2), graded("hard", 4), graded("why", 2, solution=True)])
    return Unit("tiny", json.dumps(nb))


def evaluation(student, easy, hard, **changes):
    """Points for both questions; a lost point of the hard one is a known mistake."""
    lost = CheckResult("hard", "It is hard.", Status.FAILED, 1, "Wrong.\n\nDo not flip.", "flips")
    right = CheckResult("hard", "It is hard.", Status.PASSED)
    questions = (
        QuestionResult("easy", easy, 2, False, (CheckResult("easy", "Easy.", Status.PASSED),)),
        QuestionResult("hard", hard, 4, False, (lost if hard < 4 else right,)),
        QuestionResult("why", 0, 2, True),
    )
    return Evaluation("tiny", questions, student, usage={"notebook_cpu_s": 1.5}, **changes)


@pytest.fixture
def report(unit):
    class_ = {
        "ada": evaluation("ada", 2, 4),
        "bob": evaluation("bob", 2, 0),
        "eve": evaluation("eve", 1, 0, notices=("Cell 3 ended the kernel: memory.",)),
        "mal": evaluation("mal", 0, 0, judged=False, reason="the file is not JSON"),
        "new": None,
    }
    handed_in = {"ada": LOOP, "bob": RENAMED, "eve": OTHER}
    submissions = {
        name: Submission(name, "tiny", json.dumps(notebook(handed_in.get(name, "1"))).encode())
        for name in class_
    }
    return analyse(unit, class_, submissions)


def test_scores_are_of_what_was_judged(report):
    """Broken files are no zeros in the statistics, and the ungraded are named."""
    assert sorted(report.scores) == [1, 2, 6]
    assert report.not_graded == ("new",)
    assert report.worth == 6


def test_difficulty_and_discrimination(report):
    """The mean share of the points, and the correlation with the rest, question by question."""
    easy, hard, why = report.questions
    assert (easy.difficulty, hard.difficulty) == (pytest.approx(5 / 6), pytest.approx(1 / 3))
    assert easy.discrimination == pytest.approx(0.5)
    assert why.by_hand == 3
    assert why.discrimination is None


def test_mistakes_are_counted_by_name(report):
    """A known mistake with its sentence and who made it, once for each student."""
    [line] = report.mistakes
    assert (line.name, line.sentence) == ("flips", "Do not flip.")
    assert line.students == ("bob", "eve")


def test_checks_that_tell_nobody_apart_are_marked(report):
    """A check that all pass is marked; one that some fail is not."""
    remarks = {check.title: check.remark for check in report.checks}
    assert remarks == {"Easy.": "everybody passes", "It is hard.": ""}


def test_submissions_to_look_at_have_reasons(report):
    """What could not be judged and what broke a limit is listed with its reason."""
    assert [one.student for one in report.look_at] == ["eve", "mal"]
    assert "not JSON" in report.look_at[1].reasons[0]


def test_the_page_is_one_file(report):
    """Every part is on the page, nothing is fetched, and a student's text cannot add markup."""
    text = page(report)
    for word in ("flips", "eve", "not JSON", "everybody passes", "data:image/png"):
        assert word in text
    for word in ("<script", "http:", "https:", "<link"):
        assert word not in text


def test_names_of_students_are_escaped(unit):
    """A student id that is markup is shown as text."""
    evil = "<img src=x>"
    one = evaluation(evil, 0, 0, judged=False, reason="<b>")
    text = page(analyse(unit, {evil: one}, {evil: Submission(evil, "tiny", b"")}))
    assert evil not in text
    assert "&lt;img src=x&gt;" in text


def test_the_command_writes_the_page(tiny_course, tmp_path):
    """Who is not graded yet is named with what to do; a unit nobody handed in is refused."""
    page_of = ["report", tiny.UNIT, "--to", str(tmp_path / "r.html"), "--course"]
    with pytest.raises(CourseError, match="Nobody has handed in"):
        cli.app([*page_of, str(tiny_course.root)], standalone_mode=False)
    tiny.submit(tiny_course, "ada")
    cli.app([*page_of, str(tiny_course.root)], standalone_mode=False)
    text = (tmp_path / "r.html").read_text()
    assert "autograder grade tiny" in text
    assert "ada" in text


def test_renamed_code_is_found_and_other_code_is_not():
    """Other names and numbers do not hide a copy; another way to the result is no copy."""
    class_ = {f"honest{n}": notebook(OTHER.replace("array", f"a{n}") + f"x{n} = {n}\n" * n)
              for n in range(2)}  # fmt: skip
    found = similar_pairs({"ada": notebook(LOOP), "bob": notebook(RENAMED), **class_}, notebook())
    assert {(pair.first, pair.second) for pair in found} >= {("ada", "bob")}
    assert not any({p.first, p.second} & {"honest0"} and {p.first, p.second} & {"ada"}
                   for p in found)  # fmt: skip


def test_what_the_release_gives_and_the_class_shares_is_no_copy():
    """Code of the released notebook and code that many have alike make no pair."""
    everyone = {f"s{n}": notebook(LOOP) for n in range(10)}
    assert similar_pairs(everyone, notebook()) == []
    assert similar_pairs({"a": notebook(LOOP), "b": notebook(LOOP)}, notebook(LOOP)) == []


def test_code_that_cannot_be_read_is_no_error():
    """A broken cell, an empty notebook and a single student give no pairs."""
    assert similar_pairs({"a": notebook("def ("), "b": notebook("'''")}, notebook()) == []
    assert similar_pairs({"a": notebook(LOOP)}, notebook()) == []
