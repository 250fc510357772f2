"""What must not be seen does not lie in what a notebook can see, wherever things were put."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import tiny
from support.courses import ROOT

from autograder.course.course import Course
from autograder.errors import SandboxUnavailable
from autograder.sandbox import bubblewrap
from autograder.sandbox.bubblewrap import refuse_to_show

PARTS = st.lists(st.sampled_from(["a", "b", "course", "x y", "ü"]), min_size=1, max_size=4)


@given(PARTS, PARTS, st.booleans())
def test_a_course_in_a_folder_that_notebooks_see_is_refused(shown, below, inside):
    """An environment made in the course's folder would show the gradebook; one beside it not."""
    with pytest.MonkeyPatch.context() as patch:
        prefix = Path("/srv", *shown)
        patch.setattr(sys, "prefix", str(prefix))
        course = Path(prefix, *below) if inside else Path("/data", *below)
        if inside:
            with pytest.raises(SandboxUnavailable, match="Move the course"):
                refuse_to_show(course)
        else:
            refuse_to_show(course)


@pytest.mark.parametrize("folder", bubblewrap.SYSTEM)
def test_a_course_below_a_system_folder_is_refused(folder):
    """The system's folders are bound as they are."""
    if Path(folder).exists():
        with pytest.raises(SandboxUnavailable, match="lies in it"):
            refuse_to_show(Path(folder, "share", "course"))


def test_an_environment_that_holds_a_home_is_refused(monkeypatch, tmp_path):
    """``python -m venv ~`` would show everything that its owner has."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "ada"))
    with pytest.raises(SandboxUnavailable):
        refuse_to_show(Path("/data/course"))


def test_every_way_to_judge_refuses(tiny_course, monkeypatch):
    """evaluate, grade and nbgrader autograde: none runs where the course could be read."""
    tiny.submit(tiny_course, "ada")
    notebook = str(tiny_course.path("submitted", "ada", tiny.UNIT) / f"{tiny.UNIT}.ipynb")
    program = (
        "import sys; sys.base_prefix = {root!r}\n"
        "from autograder.commands.app import main\n"
        "from nbgrader.apps.nbgraderapp import main as nbgrader\n"
        "sys.argv = {argv!r}\n(nbgrader if sys.argv[0] == 'nbgrader' else main)()"
    )
    for argv in (["autograder", "evaluate", notebook], ["autograder", "grade", tiny.UNIT],
                 ["nbgrader", "autograde", tiny.UNIT]):  # fmt: skip
        text = program.format(root=str(tiny_course.root), argv=argv)
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=tiny_course.root, capture_output=True, text=True
        )
        assert done.returncode != 0, argv
        assert "Move the course" in done.stderr, argv
    assert not (tiny_course.root / "autograded" / "ada" / tiny.UNIT / f"{tiny.UNIT}.ipynb").exists()


LARGE = shutil.ignore_patterns(
    "torch*", "nvidia*", "triton*", "cuda*", "sklearn*", "scipy*", "playwright*", "mypy*", "jedi*",
    "pandas*", "__pycache__",
)  # fmt: skip


def linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def test_an_environment_and_a_course_below_tmp_grade(tiny_course, tmp_path):
    """Kernels have an empty /tmp of their own, and still find a Python that lies in it."""
    place = Path("/tmp") / f"autograder-{os.getpid()}"
    try:
        env = place / "env"
        packages = Path(*Path(pytest.__file__).parts[:-2])
        lib = env / packages.relative_to(sys.prefix)
        shutil.copytree(packages, lib, ignore=LARGE, copy_function=linked, symlinks=True)
        (env / "bin").mkdir()
        (env / "bin" / "python").symlink_to(os.path.realpath(sys.executable))
        (env / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\n")
        course = Course(Path(shutil.copytree(tiny_course.root, place / "course")))
        tiny.submit(course, "ada")
        notebook = str(course.path("submitted", "ada", tiny.UNIT) / f"{tiny.UNIT}.ipynb")
        done = subprocess.run(
            [str(env / "bin" / "python"), "-m", "autograder.commands.app", "evaluate", notebook],
            cwd=course.root,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert "4/4" in done.stdout, done.stdout + done.stderr
    finally:
        shutil.rmtree(place, ignore_errors=True)
