"""nbgrader's exchange carries the course: out to a student, back, and the feedback out again."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import nbformat
from jupyter_core.application import NoStart
from nbgrader.apps.nbgraderapp import NbGraderApp
from support import tiny
from support.tiny import UNIT

from autograder.classrun.grading import grade


def nbgrader(folder, *arguments):
    """Run one of nbgrader's commands in this process: loading nbgrader takes three seconds."""
    with contextlib.chdir(folder):
        app = NbGraderApp()
        try:
            app.initialize(list(arguments))
            with contextlib.suppress(NoStart):  # said once the subcommand has ended
                app.start()
        finally:
            if app.subapp is not None:
                type(app.subapp).clear_instance()
            NbGraderApp.clear_instance()


def test_feedback_comes_back_through_the_exchange(tiny_course, tmp_path, monkeypatch):
    """Release, fetch, submit, collect, grade, release the feedback and fetch it as the student."""
    course = tiny_course
    exchange, home = tmp_path / "exchange", tmp_path / "home"
    exchange.mkdir()
    exchange.chmod(0o777)
    home.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", programs)  # nbgrader calls alembic by its name
    shared = (f"--Exchange.root={exchange}", f"--ExchangeSubmit.cache={tmp_path / 'cache'}",
              f"--Exchange.cache={tmp_path / 'cache'}")  # fmt: skip
    nbgrader(course.root, "release_assignment", UNIT, *shared)

    student = ("--course", "convnets", *shared)
    nbgrader(home, "fetch_assignment", UNIT, *student)
    path = home / UNIT / f"{UNIT}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].source = tiny.WRONG
    nbformat.write(notebook, path)
    nbgrader(home, "submit", UNIT, *student)

    nbgrader(course.root, "collect", UNIT, *shared)
    [name] = os.listdir(course.root / "submitted")
    grade(course, UNIT, jobs=1)
    nbgrader(course.root, "generate_feedback", UNIT)
    nbgrader(course.root, "release_feedback", UNIT, *shared)
    nbgrader(home, "fetch_feedback", UNIT, *student)
    [page] = (home / UNIT / "feedback").rglob(f"{UNIT}.html")
    assert "Your double gives twice its argument." in page.read_text()
    assert page.read_text() == (course.root / "feedback" / name / UNIT / page.name).read_text()
