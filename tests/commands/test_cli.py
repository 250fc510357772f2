"""The command line: JSON for machines, one clear line for what is wrong."""

from __future__ import annotations

import json
import shutil

import pytest
from support.courses import ROOT

from autograder.commands import app as cli

SOLVED = ROOT / "solutions" / "02_convolution" / "02_convolution.ipynb"


@pytest.fixture
def autograder(capsys, monkeypatch):
    """Run the command line in a folder; returns what it wrote to stdout and stderr."""

    def run(folder, *arguments, status=0):
        monkeypatch.chdir(folder)
        monkeypatch.setattr("sys.argv", ["autograder", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == status
        return capsys.readouterr()

    return run


def test_evaluate_as_json(autograder):
    """A solved notebook gets its points, in the documented form."""
    said = autograder(ROOT, "evaluate", str(SOLVED), "--json").out
    values = json.loads(said)
    assert {"unit", "score", "max_score", "questions"} <= values.keys()
    assert values["max_score"] == sum(q["max_score"] for q in values["questions"])
    assert values["score"] == sum(q["score"] for q in values["questions"])
    by_id = {question["id"]: question for question in values["questions"]}
    assert by_id["conv2d"]["score"] == by_id["conv2d"]["max_score"] == 8
    judged = [q for q in values["questions"] if not q["needs_manual_grade"]]
    assert all(q["score"] >= q["max_score"] for q in judged)
    assert by_id["equivariance_in_words"]["needs_manual_grade"]
    check = by_id["conv2d"]["checks"][0]
    assert {"title", "status", "weight", "message"} <= check.keys()
    assert check["status"] == "passed"


def test_another_name_and_another_student(autograder, tmp_path):
    """A renamed file is judged with --unit; a foreign id is explained and flagged, not hidden."""
    shutil.copy(SOLVED, tmp_path / "mine.ipynb")
    arguments = ["--unit", "02_convolution", "--student", "grace", "--json", "--course", str(ROOT)]
    said = autograder(tmp_path, "evaluate", "mine.ipynb", *arguments).out
    values = json.loads(said)
    [question] = [q for q in values["questions"] if q["id"] == "shape_predictions"]
    assert question["needs_manual_grade"]
    assert "'grace'" in question["checks"][0]["message"]
    assert any("'grace'" in notice for notice in values["notices"])


def test_wrong_input_gets_one_line(autograder, tmp_path):
    """A missing file, a missing course, an unknown unit, a broken file."""
    (tmp_path / "bad.ipynb").write_text("oops")
    for arguments, says in (
        (["evaluate", "none.ipynb"], "no file none.ipynb"),
        (["evaluate", "bad.ipynb"], "nbgrader_config.py"),
        (["evaluate", "bad.ipynb", "--course", str(ROOT)], "no unit 'bad'"),
        (["evaluate", "bad.ipynb", "--unit", "02_convolution", "--course", str(ROOT)], "not JSON"),
        (["grade", "02_convolution", "--course", str(ROOT)], "Nobody has handed in"),
    ):
        said = autograder(tmp_path, *arguments, status=1).err
        assert says in said
        assert len(said.strip().splitlines()) == 1


def test_doctor_says_that_this_machine_can_grade(autograder):
    assert "A sealed kernel ran" in autograder(ROOT, "doctor").out
