"""The same class, laid out for each of the systems that are compared.

Every student hands in the unit's solution under an id of their own. For the other systems, the
cells of ``equivalent_tests.py`` take the place of this project's hidden checks.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell

COURSE = Path(__file__).parents[1]
UNIT = "02_convolution"
HELPERS = ("classroom.py", "lesson.py")

_ID = re.compile(r"(?m)^STUDENT_ID = .*$")


def students(count: int) -> list[str]:
    return [f"student{number:03}" for number in range(count)]


def submission(student: str) -> nbformat.NotebookNode:
    """The solution as this student hands it in, with the outputs of an earlier run."""
    notebook = nbformat.read(COURSE / "solutions" / UNIT / f"{UNIT}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = _ID.sub(f"STUDENT_ID = {student!r}", cell.source, count=1)
    return notebook


def tests() -> dict[str, str]:
    """The equivalent tests: their source by question."""
    cells = jupytext.read(Path(__file__).with_name("equivalent_tests.py"), fmt="py:percent").cells
    return {cell.metadata["title"]: cell.source for cell in cells if "title" in cell.metadata}


def _questions(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, str]]:
    """Check cells for which there is an equivalent test: position and question."""
    for position, cell in enumerate(notebook.cells):
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in tests():
            yield position, name


def ours(folder: Path, class_: list[str]) -> None:
    """A course of this project with its submissions."""
    folder.mkdir(parents=True)
    shutil.copytree(COURSE / "source" / UNIT, folder / "source" / UNIT)
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    _generate(folder)
    _hand_in(folder, class_)


_NBGRADER_CONFIG = """
import sys
sys.path.insert(0, {here!r})
from meter import mark

c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.ExecutePreprocessor.shutdown_kernel = {shutdown!r}

begun = []


def before(**names):
    if not begun:
        mark()
    begun.append(names)


c.Autograde.pre_convert_hook = before
c.Autograde.post_convert_hook = lambda **names: mark()
"""


def nbgrader(folder: Path, class_: list[str], shutdown: str) -> None:
    """A stock nbgrader course: the tests stand as hidden tests in the check cells."""
    source = folder / "source" / UNIT
    shutil.copytree(COURSE / "source" / UNIT, source)
    notebook = nbformat.read(source / f"{UNIT}.ipynb", as_version=4)
    for position, name in _questions(notebook):
        hidden = f"### BEGIN HIDDEN TESTS\n{tests()[name]}\n### END HIDDEN TESTS"
        notebook.cells[position].source += f"\n{hidden}"
    nbformat.write(notebook, source / f"{UNIT}.ipynb")
    config = _NBGRADER_CONFIG.format(here=str(Path(__file__).parent), shutdown=shutdown)
    (folder / "nbgrader_config.py").write_text(config)
    _generate(folder)
    _hand_in(folder, class_)


def _generate(folder: Path) -> None:
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", UNIT]
    env = {**os.environ, "PATH": path(sys.executable), "PYTHONPATH": str(Path(__file__).parent)}
    made = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(f"nbgrader generate_assignment failed: {made.stderr[-1000:]}")


def path(python: str | Path) -> str:
    """PATH with the programs of this environment first: nbgrader starts some by name."""
    return os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", os.defpath)])


def _hand_in(folder: Path, class_: list[str]) -> None:
    for student in class_:
        target = folder / "submitted" / student / UNIT
        target.mkdir(parents=True)
        nbformat.write(submission(student), target / f"{UNIT}.ipynb")
        for name in HELPERS:
            shutil.copy(COURSE / "release" / UNIT / name, target)


_OTTER_TEST = """
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = 1


@test_case(hidden=True)
def test(env):
    exec({source!r}, env)
"""


def otter(folder: Path, class_: list[str]) -> None:
    """Notebooks that call otter's checks, and the tests as otter's exception-based test files."""
    (folder / "tests").mkdir(parents=True)
    for name, source in tests().items():
        (folder / "tests" / f"{name}.py").write_text(_OTTER_TEST.format(name=name, source=source))
    for name in HELPERS:
        shutil.copy(COURSE / "release" / UNIT / name, folder)
    for student in class_:
        notebook = submission(student)
        for position, name in reversed(list(_questions(notebook))):
            notebook.cells.insert(position + 1, new_code_cell(f'grader.check("{name}")'))
        notebook.cells.insert(0, new_code_cell("import otter\ngrader = otter.Notebook()"))
        target = folder / "submitted" / student
        target.mkdir(parents=True)
        nbformat.write(notebook, target / f"{UNIT}.ipynb")


def prairielearn(folder: Path, class_: list[str]) -> None:
    """A test file for pytest, the tests as data beside it, and a notebook for each student."""
    folder.mkdir(parents=True)
    shutil.copy(Path(__file__).parent / "drivers" / "prairielearn_test.py", folder / "test_unit.py")
    (folder / "tests.json").write_text(json.dumps(tests()))
    (folder / "test_unit").mkdir()
    for name in HELPERS:
        shutil.copy(COURSE / "release" / UNIT / name, folder)
    for student in class_:
        target = folder / "submitted" / student
        target.mkdir(parents=True)
        nbformat.write(submission(student), target / "student_code.ipynb")


def floor(folder: Path, class_: list[str]) -> None:
    """The notebooks with the helpers, and the tests as data."""
    folder.mkdir(parents=True)
    (folder / "tests.json").write_text(json.dumps(tests()))
    for name in HELPERS:
        shutil.copy(COURSE / "release" / UNIT / name, folder)
    for student in class_:
        nbformat.write(submission(student), folder / f"{student}.ipynb")
