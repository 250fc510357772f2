"""An instructor grades a written answer in nbgrader's formgrader, in a real browser."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import pytest
from support.courses import ROOT, hand_in, nbgrader

from autograder.authoring import samples
from autograder.classrun.grading import grade
from autograder.course.course import Course

browser = pytest.importorskip("student_browser", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(
    not browser.CHROMIUM, reason="there is no Chromium here: apt install chromium"
)

UNIT, QUESTION = "02_convolution", "equivariance_in_words"
# Before the stored grades and comments have arrived, nobody listens to the fields.
FIELDS_ARE_BOUND = "() => formgrader.grades?.loaded && formgrader.comments?.loaded"
COMMENT = "Say also what happens at the border; <b>well put</b>."


def test_points_and_a_comment_reach_the_csv_and_the_feedback(scratch, tmp_path):
    """Open the submission, read the rubric, give 1.5 points and a comment; find both again."""
    [sample] = [one for one in samples.load(Course(ROOT), UNIT) if one.name == "conv_flips_kernel"]
    hand_in(scratch, "ada", UNIT, sample.data("ada", demonstrations=False))
    grade(scratch, UNIT, jobs=1)
    home = tmp_path / "home"
    home.mkdir()
    variables = {**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    server = browser.jupyterlab(Path(sys.executable), scratch.root, home, variables)
    with server as url, browser.chromium((1200, 900)) as page:
        page.goto(url("lab"))  # signs in: the formgrader's own requests carry no token
        page.goto(url(f"formgrader/gradebook/{UNIT}/{UNIT}"))
        page.locator("a", has_text="Submission #1").first.click()
        page.get_by_text("How this answer is graded").first.wait_for()
        page.get_by_text("do not flip").first.wait_for()
        page.wait_for_function(FIELDS_ARE_BOUND)
        _fill(page, f"#{QUESTION}", "1.5")
        _fill(page, f"#{QUESTION}-comment", COMMENT)
        page.reload()
        page.wait_for_function(FIELDS_ARE_BOUND)
        assert page.locator(f"#{QUESTION}").input_value() == "1.5"
        if "SCREENSHOTS" in os.environ:
            page.screenshot(path=Path(os.environ["SCREENSHOTS"]) / "formgrader.png")
    nbgrader(scratch.root, "generate_feedback", UNIT)
    exporter = "autograder.lms.export.QuestionsExporter"
    nbgrader(scratch.root, "export", "--exporter", exporter, "--to", "questions.csv")
    with (scratch.root / "questions.csv").open() as file:
        [row] = csv.DictReader(file)
    assert float(row[f"{UNIT}/{QUESTION}"]) == 1.5
    assert row[f"{UNIT}/status"] == "graded"
    text = (scratch.root / "feedback" / "ada" / UNIT / f"{UNIT}.html").read_text()
    assert "1.5 / 2 points" in text
    assert "Say also what happens at the border; &lt;b&gt;well put&lt;/b&gt;." in text


def _fill(page, field, value):
    """Type into a field of the formgrader and leave it; returns when the server has stored it."""
    with page.expect_response(lambda answer: answer.request.method == "PUT") as stored:
        page.locator(field).fill(value)
        page.keyboard.press("Tab")
    assert stored.value.ok
