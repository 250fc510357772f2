"""A student's first hour, in a real browser: open, run all, answer, see the check turn, save."""

from __future__ import annotations

import ast
import json
import re

import nbformat
import pytest
from support.courses import ROOT
from support.student_machine import make_python, unpack

from autograder.course.unit import unit_names
from autograder.student_kit.handouts import handout

browser = pytest.importorskip("student_browser", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(
    not browser.CHROMIUM, reason="there is no Chromium here: apt install chromium"
)

EVERY_DAY = "02_convolution"  # in `make test`; the others are slow
UNITS = [
    pytest.param(name, marks=() if name == EVERY_DAY else (pytest.mark.slow,))
    for name in unit_names(ROOT)
]


@pytest.fixture(scope="module")
def student_python(tmp_path_factory):
    packages = ["numpy", "torch", "torchvision", "matplotlib", "scikit-learn", "tqdm", "jupyterlab"]
    return make_python(tmp_path_factory.mktemp("machine") / "env", packages)


def first_exercise(name):
    """The grade_id of a unit's first exercise that is a function, and its solution."""
    source = nbformat.read(ROOT / "source" / name / f"{name}.ipynb", as_version=4)
    for cell in source.cells:
        mark = cell.metadata.get("nbgrader", {})
        text = re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION\n?", "", cell.source)
        if mark.get("solution") and cell.cell_type == "code":
            assert isinstance(ast.parse(text).body[-1], ast.FunctionDef)
            return mark["grade_id"].removesuffix("_answer"), text
    raise AssertionError(f"{name} has no exercise")


@pytest.mark.parametrize("name", UNITS)
def test_a_student_answers_one_exercise(project, tmp_path, student_python, name):
    """From the unzipped folder to a saved notebook; no red traceback before anything is wrong."""
    folder = unpack(handout(project, name, tmp_path / "zips"), tmp_path / "home")
    exercise, answer = first_exercise(name)
    with browser.open_notebook(student_python, folder / f"{name}.ipynb") as notebook:
        notebook.run_all()
        assert "not attempted yet" in notebook.output(notebook.number(exercise))
        assert "checks are done" in notebook.output(len(notebook.cells) - 1)
        notebook.answer(notebook.number(f"{exercise}_answer"), answer)
        notebook.run(notebook.number(exercise))
        assert "✓" in notebook.output(notebook.number(exercise))
        notebook.run(len(notebook.cells) - 1)
        assert f"✓ {exercise}: done" in notebook.output(len(notebook.cells) - 1)
        notebook.save()
    saved = json.loads((folder / f"{name}.ipynb").read_text("utf-8"))
    untouched = [json.dumps(cell["outputs"]) for cell in saved["cells"] if "outputs" in cell]
    assert not [text for text in untouched if "✗" in text or "\\u2717" in text]
    outputs = [output for cell in saved["cells"] for output in cell.get("outputs", ())]
    errors = {
        "\n".join(output["traceback"]) for output in outputs if output["output_type"] == "error"
    }
    assert all(error.startswith("○") for error in errors), errors
    assert not [output for output in outputs if output.get("name") == "stderr"]
