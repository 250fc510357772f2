"""A course of one unit with one question: for tests in which the unit does not matter.

:class:`Inline` evaluates in the test's own process, without kernels, so that a class of any
size costs next to nothing. What it gives is an evaluation like any other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import Future
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.classrun.workers import Workers
from autograder.course.course import Course
from autograder.course.results import CheckResult, Evaluation, Status
from autograder.course.submission import parse, restore
from autograder.errors import Unreadable
from autograder.judging import grade_cells
from autograder.judging.evaluation import score, unjudged
from support.courses import ROOT, hand_in, nbgrader

UNIT = "tiny"
RIGHT, WRONG = "def double(x):\n    return 2 * x", "def double(x):\n    return x"
GRADER = '''
from autograder import check_equal, question


@question("double")
def test_double(student):
    """Your double gives twice its argument."""
    check_equal(student.double(4), 8)
'''


def build(folder: Path) -> Course:
    """The course, released with nbgrader. Its hidden checks lie in ``graders/``."""
    notebook = new_notebook(
        cells=[
            _cell("setup", "import math", locked=True),
            new_code_cell('STUDENT_ID = ""'),
            _cell("double_answer", f"### BEGIN SOLUTION\n{RIGHT}\n### END SOLUTION", solution=True),
            _cell("double", "assert double(1) == 2", grade=True, locked=True, points=4),
            _cell("why", "", new_markdown_cell, grade=True, solution=True, points=2),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    source = folder / "source" / UNIT / f"{UNIT}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(notebook, source)
    configure(folder)
    (folder / "graders" / UNIT).mkdir(parents=True)
    (folder / "graders" / UNIT / "test_double.py").write_text(GRADER)
    nbgrader(folder, "generate_assignment", UNIT)
    return Course(folder)


def configure(folder: Path) -> None:
    """Our plug-ins, and nothing of the project's own course."""
    text = (ROOT / "nbgrader_config.py").read_text().partition("\n# This course.")[0]
    (folder / "nbgrader_config.py").write_text(text + '\nc.Autograder.title = "A tiny course"\n')


def _cell(name, source, make=new_code_cell, **marks):
    cell = make(source)
    plain = {"grade": False, "locked": False, "solution": False, "task": False}
    cell.metadata.nbgrader = {"schema_version": 3, "grade_id": name, **plain, **marks}
    return cell


def submit(course: Course, student: str, answer: str = RIGHT, unit: str = UNIT) -> None:
    """Hand in the released notebook with this answer; a second time replaces the first."""
    notebook = nbformat.read(course.root / "release" / unit / f"{unit}.ipynb", as_version=4)
    notebook.cells[2].source = answer
    shutil.rmtree(course.root / "submitted" / student / unit, ignore_errors=True)
    hand_in(course, student, unit, nbformat.writes(notebook).encode())


def add_unit(course: Course, name: str) -> None:
    """A second unit that differs by its name alone; not released yet."""
    for old, new in (
        (Path("source", UNIT, f"{UNIT}.ipynb"), Path("source", name, f"{name}.ipynb")),
        (Path("graders", UNIT, "test_double.py"), Path("graders", name, "test_double.py")),
    ):
        (course.root / new).parent.mkdir(exist_ok=True)
        shutil.copy(course.root / old, course.root / new)


def evaluate(parcel, submission, seed) -> Evaluation:
    """Judge by reading the answer, not by running it: right where it doubles."""
    with tempfile.TemporaryDirectory() as folder:
        unit = parcel.unpack(Path(folder))
    try:
        notebook, notices = restore(parse(submission.data), unit)
    except Unreadable as error:
        return unjudged(submission, unit, str(error))
    right = any("2 * x" in cell.source for cell in notebook.cells)
    status = Status.PASSED if right else Status.FAILED
    check = CheckResult("double", "Your double gives twice its argument.", status)
    evaluation = Evaluation(
        unit.name, score(unit, (check,)), submission.student_id, notices=notices
    )
    grade_cells.write(notebook, evaluation, {})
    return Evaluation(**{**vars(evaluation), "notebook": nbformat.writes(notebook)})


class Inline(Workers):
    """One worker that is this process. ``evaluate`` may be replaced by one that breaks."""

    lost = (BrokenPipeError,)
    evaluate = staticmethod(evaluate)

    def __init__(self, jobs: int = 1) -> None:
        self.evaluated: list[str] = []
        Inline.last = self

    def capacity(self) -> int:
        return 1

    def submit(self, function, *args) -> Future:
        future: Future = Future()
        self.evaluated.append(args[1].student_id)
        try:
            future.set_result(type(self).evaluate(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self, *, at_once: bool) -> None:
        pass


DRIVER = """
import sys, time
sys.path.insert(0, {tests!r})
from pathlib import Path
from support import tiny
from autograder.classrun import grading
from autograder.commands import app
slow = {slow!r}
if slow is not None:
    def slowly(*args):
        time.sleep(slow)
        return tiny.evaluate(*args)
    tiny.Inline.evaluate = staticmethod(slowly)
    grading.LocalWorkers = tiny.Inline
app.main()
"""


def command(course: Course, *arguments: str, slow: float | None = 0.0) -> list[str]:
    """``autograder`` on this course in a process of its own.

    ``slow`` are the seconds of an inline evaluation; None evaluates in real workers.
    """
    program = DRIVER.format(tests=str(Path(__file__).parents[1]), slow=slow)
    return [sys.executable, "-c", program, *arguments]


def start(course: Course, *arguments: str, slow: float | None = 0.0) -> subprocess.Popen[str]:
    """Begin ``autograder`` in the course; its output is read by ``communicate()``."""
    return subprocess.Popen(
        command(course, *arguments, slow=slow),
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "120"},
    )
