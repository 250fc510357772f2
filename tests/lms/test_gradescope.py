"""Gradescope's results.json: the documented form, and never a silent zero."""

from __future__ import annotations

import json
import subprocess

import jsonschema
import pytest
from support.courses import ROOT

from autograder.commands.app import app
from autograder.course.results import CheckResult, Evaluation, QuestionResult, Status
from autograder.course.submission import Submission
from autograder.errors import CourseError
from autograder.lms.gradescope.results_json import results, write

VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMATS = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
# gradescope-autograders.readthedocs.io/en/latest/specs
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score"],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMATS,
        "test_output_format": FORMATS,
        "test_name_format": FORMATS,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": FORMATS,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": FORMATS,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}


def check(question, status, **values):
    return CheckResult(question, f"{question} works", status, **values)


EVALUATION = Evaluation(
    unit="02_convolution",
    questions=(
        QuestionResult("conv2d", 6.0, 8.0, True, (
            check("conv2d", Status.PASSED, weight=3.0),
            check("conv2d", Status.ERROR, detail="secret traceback", message="broke"),
        )),
        QuestionResult("bonus", 2.0, 0.0, False, (check("bonus", Status.PASSED),)),
        QuestionResult("size", 0.0, 2.0, False, (
            check("size", Status.FAILED, message="expected 3, got 4", mistake="off-by-one"),
        )),
        QuestionResult("in_words", 0.0, 2.0, True),
    ),
    notices=("The check 'x' could not be judged: secret traceback",),
    usage={"wall_s": 1.5},
)  # fmt: skip


def test_results_have_the_documented_form():
    """A test for each check; the score is that of the code, bonus included."""
    values = results(EVALUATION)
    jsonschema.validate(values, SCHEMA)
    assert values["score"] == 8.0
    by_number = {test["number"]: test for test in values["tests"] if "number" in test}
    assert (by_number["1.1"]["score"], by_number["1.1"]["max_score"]) == (6.0, 6.0)
    assert "max_score" not in by_number["2.1"]
    assert by_number["3.1"]["output"] == "expected 3, got 4"
    assert by_number["3.1"]["tags"] == ["size", "off-by-one"]
    assert "in_words" in values["output"]


def test_a_student_never_sees_what_is_for_the_instructor():
    """Where a check broke, and why, stays in hidden tests."""
    values = results(EVALUATION)
    visible = [test for test in values["tests"] if test.get("visibility") != "hidden"]
    assert "secret" not in json.dumps({**values, "tests": visible})
    assert values["stdout_visibility"] == "hidden"
    assert any("secret" in test["output"] for test in values["tests"])


def test_what_is_not_the_students_fault_is_no_zero(tmp_path):
    """Our fault: nothing is written, so Gradescope reports a failure. Theirs: 0, and why."""
    unjudged = Evaluation(
        "u", (QuestionResult("q", 0.0, 1.0, True),), judged=False, reason="the reason"
    )
    path = tmp_path / "results" / "results.json"
    with pytest.raises(CourseError, match="the reason"):
        write(unjudged, Submission("s", "u", b'{"cells": []}'), path)
    assert not path.exists()
    write(unjudged, Submission("s", "u", b"oops"), path)
    values = json.loads(path.read_text())
    assert values["score"] == 0
    assert "the reason" in values["output"]


def test_the_command_writes_results(tmp_path):
    """``autograder evaluate --gradescope`` on a file that is no notebook; no kernel runs."""
    (tmp_path / "mine.ipynb").write_text("oops")
    path = tmp_path / "results.json"
    arguments = ["evaluate", str(tmp_path / "mine.ipynb"), "--unit", "02_convolution"]
    app([*arguments, "--course", str(ROOT), "--gradescope", str(path)], standalone_mode=False)
    values = json.loads(path.read_text())
    jsonschema.validate(values, SCHEMA)
    assert (values["score"], "not JSON" in values["output"]) == (0, True)


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_the_scripts_are_shell(name):
    """Gradescope runs both files as they are: executable, and without a syntax error."""
    path = ROOT / "autograder" / "lms" / "gradescope" / name
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", path], check=True)
