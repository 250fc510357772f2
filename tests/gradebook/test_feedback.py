"""What a student gets back: one page, scores first, comments in place, nothing from a network."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from support.courses import ROOT, nbgrader

from autograder.gradebook.feedback import Line

UNIT = "tiny"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The feedback of one student, whose written answer was graded by hand."""
    tmp_path = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "convnets") as gradebook:
        gradebook.add_assignment(UNIT)
        gradebook.add_notebook(UNIT, UNIT)
        for name, points, kind in (
            ("sum", 4, "code"),
            ("bonus", 0, "code"),
            ("why", 2, "markdown"),
        ):
            gradebook.add_grade_cell(name, UNIT, UNIT, max_score=points, cell_type=kind)
        gradebook.add_solution_cell("why", UNIT, UNIT)
        gradebook.add_student("ada")
        gradebook.add_submission(UNIT, "ada")
        for name, score in (("sum", 1.5), ("bonus", 1)):
            grade = gradebook.find_grade(name, UNIT, UNIT, "ada")
            grade.auto_score, grade.needs_manual_grade = score, False
        written = gradebook.find_grade("why", UNIT, UNIT, "ada")
        written.manual_score, written.needs_manual_grade = 1, False
        gradebook.find_comment("why", UNIT, UNIT, "ada").manual_comment = "Good, but <why>?"
        gradebook.find_submission_notebook(UNIT, UNIT, "ada").late_submission_penalty = 0.5
        gradebook.db.commit()
    folder = tmp_path / "autograded" / "ada" / UNIT
    folder.mkdir(parents=True)
    nbformat.write(executed_notebook(), folder / f"{UNIT}.ipynb")
    nbgrader(tmp_path, "generate_feedback", UNIT)
    return (tmp_path / "feedback" / "ada" / UNIT / f"{UNIT}.html").read_text()


def executed_notebook():
    def mark(name, points, *, solution=False):
        values = {"schema_version": 3, "grade_id": name, "grade": True, "points": points,
                  "locked": not solution, "solution": solution, "task": False}  # fmt: skip
        return {"nbgrader": values}

    def checks(text):
        return [new_output("execute_result", {"text/plain": "1.5", "text/html": f"<p>{text}</p>"})]

    bonus = mark("bonus", 0) | {"autograder": {"bonus": 1}}
    written = new_markdown_cell("Because $x_1$ is small.", metadata=mark("why", 2, solution=True))
    return new_notebook(
        cells=[
            new_markdown_cell("## A sum_of things"),
            new_code_cell("1", metadata=mark("sum", 4), outputs=checks("✗ it adds")),
            new_code_cell("2", metadata=bonus, outputs=checks("✓ more")),
            new_markdown_cell("## Why?"),
            written,
        ]
    )


def test_scores_stand_at_the_top(page):
    """The total after lateness, then each question by its heading, with its state in words."""
    head = page[: page.index("</header>")]
    assert "<strong>3</strong> of 6 points, after 0.5 taken off for lateness" in head
    for words in ("A sum_of things", "1.5 / 4", "partly right", "1 bonus", "Why? (in words)"):
        assert words in head
    assert "your instructor will grade this" not in head


def test_checks_and_comments_stand_with_their_answers(page):
    """The checks' own text, the grader's comment with its signs escaped, formulas drawn."""
    assert "✗ it adds" in page
    assert "Good, but &lt;why&gt;?" in page
    assert "<msub>" in page


def test_the_page_fetches_nothing(page):
    """No script, style sheet, font or picture from elsewhere; it fits a phone."""
    for word in ("<script", "<link", "@import", " src=", "url("):
        assert word not in page
    assert 'name="viewport"' in page
    assert "default-src 'none'" in page


def test_a_question_that_waits_is_not_called_wrong():
    """Waiting, full, part and nothing are told apart in sign and words, bonus included."""
    waits = Line("q", "Q", 0, 2, 0, waits=True)
    full, part, none = (Line("q", "Q", score, 2, 0, waits=False) for score in (2, 1, 0))
    assert Line("q", "Q", 0, 0, 2, waits=False).state == "none"
    assert Line("q", "Q", 2, 0, 2, waits=False).state == "full"
    lines = (waits, full, part, none)
    assert len({line.sign for line in lines}) == len({line.words for line in lines}) == 4
