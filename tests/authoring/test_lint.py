"""`autograder lint` says what is wrong with a unit."""

from __future__ import annotations

import json

import pytest
from support.courses import ROOT, copy_course

from autograder.authoring.linting import lint
from autograder.course.unit import unit_names

UNIT = "02_convolution"


@pytest.fixture
def copy(tmp_path):
    """A copy of the project's course and grader that a test may break."""
    return copy_course(tmp_path, UNIT, parts=("source", "release", "solutions"))


def edit(course, folder, name, change):
    path = course.root / folder / UNIT / f"{UNIT}.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
            cell["source"] = change("".join(cell["source"]))
    path.write_text(json.dumps(notebook))


@pytest.mark.parametrize("name", unit_names(ROOT))
def test_the_course_is_clean(project, name):
    assert lint(project, name) == []


def test_stale_folders_are_found(copy):
    edit(copy, "source", "conv2d_answer", lambda source: source + "\n# new")
    edit(copy, "source", "setup", lambda source: source + "\n# new")
    complaints = lint(copy, UNIT)
    assert any(f"release/{UNIT} is stale" in c for c in complaints)
    assert any(f"solutions/{UNIT} is stale" in c for c in complaints)


def test_an_unwritten_answer_must_not_stop_run_all(copy):
    for folder in ("source", "release"):
        path = copy.root / folder / UNIT / f"{UNIT}.ipynb"
        path.write_text(path.read_text().replace("raises-exception", "other"))
    assert any("'shape_predictions_answer' needs the tag" in c for c in lint(copy, UNIT))


def test_questions_and_checks_must_match(copy):
    path = copy.graders / UNIT / f"test_{UNIT}.py"
    text = path.read_text().replace('@question("conv2d_backward"', '@question("conv3d"')
    path.write_text(text.replace('"equivariance_in_words": [', '"other": ['))
    complaints = lint(copy, UNIT)
    assert any("'conv2d_backward' has no check" in c for c in complaints)
    assert any("'conv3d', which is no question" in c for c in complaints)
    assert any("rubric" in c for c in complaints)


def test_the_solution_must_earn_everything(copy):
    path = copy.graders / UNIT / f"test_{UNIT}.py"
    path.write_text(path.read_text().replace("return sum(start + ", "return 1 + sum(start + "))
    assert any("The solution earns" in c for c in lint(copy, UNIT))


def test_the_release_must_earn_nothing(copy):
    path = copy.graders / UNIT / f"test_{UNIT}.py"
    path.write_text(
        path.read_text()
        + '\n\n@question("conv2d")\ndef test_nothing(student):\n    """Nothing."""\n'
    )
    assert any("The untouched release earns" in c for c in lint(copy, UNIT))
