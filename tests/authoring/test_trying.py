"""`autograder try`: one answer against the solved notebook, in the loop that an author repeats."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time

import pytest
from nbformat.v4 import new_code_cell
from typer.testing import CliRunner

from autograder.authoring.needed_cells import needed
from autograder.authoring.samples import load, solution
from autograder.authoring.trying import try_answer
from autograder.commands.app import app
from autograder.course.course import Course
from autograder.course.submission import Submission
from autograder.errors import CourseError
from autograder.judging.evaluation import evaluate

UNIT = "01_matrices"
DIAGONAL = "def back_substitute(u, b):\n    return b / np.diag(u)\n"


@pytest.fixture
def course(second_course, tmp_path):
    """The second course in a folder of its own."""
    return Course(shutil.copytree(second_course.root, tmp_path / "course", symlinks=True))


def checks(question):
    return [(check.title, check.status, check.message) for check in question.checks]


def test_the_same_verdict_as_grading(second_course):
    """Score and messages of the questions that a sample answers, with fewer cells or with all."""
    unit = second_course.unit(UNIT)
    for sample in load(second_course, UNIT):
        if sample.notebook is None or sample.head.base == "release":
            continue
        data = sample.data("ada", demonstrations=False)
        graded = {q.id: q for q in evaluate(Submission("ada", UNIT, data), unit).questions}
        path = second_course.samples / UNIT / f"{sample.name}.py"
        for whole in (False, True):
            trial = try_answer(second_course, UNIT, path, whole=whole)
            assert trial.questions
            for question in trial.questions:
                assert checks(question) == checks(graded[question.id])


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("back_substitute.py", DIAGONAL, []),
        ("back_substitute_answer.py", DIAGONAL, []),
        ("mine.py", DIAGONAL, ["--question", "back_substitute"]),
        ("mine.py", f"# %% back_substitute_answer\n{DIAGONAL}", []),
    ],
)
def test_the_question_is_found(second_course, tmp_path, name, text, options):
    """By the file's name, by the line that samples have, or by the option."""
    (tmp_path / name).write_text(text)
    arguments = ["try", UNIT, str(tmp_path / name), "--course", str(second_course.root), *options]
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 0, said.output
    assert "back_substitute: 0/6" in said.output
    assert "The unknowns that are known already count too." in " ".join(said.output.split())


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("back_substitut.py", b"", "did you mean 'back_substitute'"),
        ("rank_in_words.py", b"", "no question of 01_matrices that code answers"),
        ("x.py", b"# %% nothing_answer\n1", "answers no question"),
        ("back_substitute.py", b"\xff", "cannot be read"),
        ("missing.py", None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_answer_gets_one_line(second_course, tmp_path, name, data, says):
    """What is wrong, and which questions there are."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(CourseError, match=re.escape(says)) as caught:
        try_answer(second_course, UNIT, tmp_path / name)
    assert "\n" not in str(caught.value)


def test_an_answer_that_does_not_run_is_shown_where_it_stops(second_course, tmp_path):
    """A syntax error is said once more beside the checks that it fails."""
    (tmp_path / "back_substitute.py").write_text("def back_substitute(u, b)\n    return b")
    trial = try_answer(second_course, UNIT, tmp_path / "back_substitute.py")
    assert trial.errors[0].startswith("SyntaxError")
    assert trial.questions[0].score == 0


def test_only_the_cells_that_a_question_needs_run(second_course):
    """A cell that is slow, and that neither answer nor checks mention, costs an author nothing."""
    cells = [
        new_code_cell("import numpy as np", id="a"),
        new_code_cell("slow = [np.sum(range(10)) for _ in range(3)]", id="b"),
        new_code_cell("def helper(x):\n    return other(x)", id="c"),
        new_code_cell("def other(x):\n    return np.abs(x)", id="d"),
        new_code_cell("def answer(x):\n    return helper(x)", id="e"),
        new_code_cell("model = 1", id="f"),
        new_code_cell("%time slow", id="g"),
    ]
    cells[4].metadata.nbgrader = {"grade_id": "q_answer"}
    assert [one.id for one in needed(cells, ["q_answer"], [])] == ["a", "c", "d", "e"]
    assert [one.id for one in needed(cells, ["q_answer"], ["model"])] == ["a", "c", "d", "e", "f"]
    whole = solution(second_course, UNIT).notebook.cells
    assert len(needed(whole, ["outer_rank_answer"], ["rank"])) < len(whole) / 2


def test_each_save_of_answer_or_check_is_judged(course, tmp_path):
    """`--watch` sees the answer and the hidden checks, and goes on behind a broken check."""
    answer = tmp_path / "back_substitute.py"
    answer.write_text(DIAGONAL)
    arguments = ["-m", "autograder.commands.app", "try", UNIT, str(answer), "--watch"]
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=course.root,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "400"},
    )
    said: list[str] = []
    threading.Thread(target=lambda: said.extend(process.stdout), daemon=True).start()

    def saved(path, text, expected):
        path.write_text(text)
        wait_for(lambda: any(expected in line for line in said))

    try:
        wait_for(lambda: any("Waiting for the next save" in line for line in said))
        sample = (course.samples / UNIT / "back_never_refuses.py").read_text()
        saved(answer, sample, "back_substitute: 5/6")
        check = course.graders / UNIT / "test_back_substitute.py"
        text = check.read_text()
        saved(check, text + "\n(", "test_back_substitute.py cannot be loaded")
        saved(check, text.replace("weight=3", "weight=9"), "back_substitute: 5.5/6")
    finally:
        process.kill()
        process.wait()


def wait_for(look, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if look():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
