"""`autograder new`: a course, a unit and exercises that work at once, or one line and nothing."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.courses import ROOT

from autograder.authoring.beginning import KINDS, begin_course, begin_exercise, begin_unit
from autograder.authoring.notebook_edits import add_exercise, percent
from autograder.course import files
from autograder.course.course import Course
from autograder.course.unit import unit_names
from autograder.errors import CourseError

UNIT = "01_first"


@pytest.fixture
def course(tmp_path):
    """A new course with a unit and an exercise of each kind."""
    begin_course(tmp_path, "course")
    course = Course(tmp_path / "course")
    begin_unit(course, UNIT)
    for kind in KINDS:
        begin_exercise(course, UNIT, f"my_{kind}", kind)
    return course


def contents(folder):
    """Every file and folder with what it holds."""
    return {p: p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


def test_what_is_written_is_python_as_the_project_writes_it(course):
    """Checks, rubrics and helpers need no tidying up before an author changes them."""
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--config", str(ROOT / "pyproject.toml"), "--isolated"][:2]
    places = [str(course.graders), str(course.root / "source")]
    for arguments in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [*ruff, *arguments, *options, *places], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_course_begins_with_the_projects_own_wiring():
    """What nbgrader has to know is the same in each course; only the course's own lines differ."""

    def wiring(text):
        lines = ast.parse(text).body
        targets = [(ast.unparse(one), one) for one in lines if isinstance(one, ast.Assign)]
        return [text for text, one in targets if "c.Autograder." not in text
                and "course_id" not in text]  # fmt: skip

    template = ROOT / "autograder/authoring/templates/course/nbgrader_config.py.j2"
    text = template.read_text().replace("{{ title | tojson }}", "''")
    assert wiring(text) == wiring((ROOT / "nbgrader_config.py").read_text())


@pytest.mark.parametrize("unit", unit_names(ROOT))
def test_an_exercise_joins_a_unit_that_is_there(tmp_path, unit):
    """The project's own notebooks: all their cells stay as they are, but for the summary."""
    shutil.copytree(ROOT / "source" / unit, tmp_path / "source" / unit)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    before = nbformat.read(ROOT / "source" / unit / f"{unit}.ipynb", as_version=4)
    for kind in KINDS:
        begin_exercise(Course(tmp_path), unit, f"my_{kind}", kind)
    after = nbformat.read(tmp_path / "source" / unit / f"{unit}.ipynb", as_version=4)
    nbformat.validate(after)
    kept = [cell for cell in after.cells if cell.id in {cell.id for cell in before.cells}]
    assert kept[:-1] == before.cells[:-1]
    assert [name in after.cells[-1].source for name in ("my_function", "my_written")] == [
        True,
        False,
    ]
    ids = [cell.id for cell in after.cells]
    assert len(set(ids)) == len(ids)


names = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", ".", "..", "/x", "a/b", "shared", UNIT, "my_function", "print", "np", "if",
                     "lesson", "x\n", "-x", "é", "my_function_answer", "setup", "summary"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(what=st.sampled_from(["course", "unit", "exercise"]), name=names, unit=names, kind=names)
def test_a_wrong_name_gets_one_line_and_leaves_nothing(course, what, name, unit, kind):
    """Whatever is typed: either something whole is there, or one line says what is wrong."""
    root, said = course.root, ""
    before = contents(root)
    try:
        if what == "course":
            begin_course(root, name)
        elif what == "unit":
            begin_unit(course, name)
        else:
            begin_exercise(course, unit, name, kind)
    except CourseError as error:
        said = str(error)
    assert "\n" not in said
    assert (contents(root) == before) == bool(said)


@pytest.mark.parametrize("writes", range(4))
def test_a_full_disk_leaves_nothing_half_written(course, monkeypatch, writes):
    """Where a file cannot be written, those before it are taken back."""
    before, left = contents(course.root), [writes]
    whole = files.write_whole

    def failing(path, data, mode=0o644):
        left[0] -= 1
        if left[0] == -1:
            raise OSError(28, "No space left on device", str(path))
        whole(path, data, mode)

    monkeypatch.setattr(files, "write_whole", failing)
    with pytest.raises(CourseError, match=r"Nothing was written: .*No space left"):
        begin_exercise(course, UNIT, "another", "prediction")
    left[0] = writes
    with pytest.raises(CourseError, match="Nothing was written"):
        begin_course(course.root, "second")
    assert contents(course.root) == before


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    """A course begins in a new folder or an empty one."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(CourseError, match="not an empty folder"):
        begin_course(tmp_path, "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    assert tmp_path / "empty" / "nbgrader_config.py" in begin_course(tmp_path, "empty")


@given(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True), unique=True, max_size=20))
def test_the_summary_names_every_exercise_in_its_order(exercises):
    """However many there are, and however the call is broken into lines."""
    notebook = percent((Path(files.__file__).parents[1] / TEMPLATE).read_text())
    for name in exercises:
        notebook = add_exercise(notebook, percent("# %%\n1").cells, name, summary=True)
    [call] = [node for node in ast.walk(ast.parse(notebook.cells[-1].source))
              if isinstance(node, ast.Call)]  # fmt: skip
    assert [one.value for one in call.args] == exercises
    assert max(map(len, notebook.cells[-1].source.splitlines())) <= 100


TEMPLATE = "authoring/templates/unit/notebook.py.j2"
