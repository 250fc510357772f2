"""A whole class: what is evaluated, recorded, taken up again, and told."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from rich.console import Console
from support import tiny
from support.courses import ROOT

from autograder.classrun import grading
from autograder.classrun.graded import Progress
from autograder.classrun.grading import grade
from autograder.classrun.workers import LocalWorkers
from autograder.errors import CourseError
from autograder.judging.version import JUDGING
from autograder.reports.progress import class_progress
from autograder.reports.terminal import changes_table, class_summary

UNIT = tiny.UNIT


@pytest.fixture
def course(tiny_course, monkeypatch):
    """The tiny course, evaluated without kernels."""
    monkeypatch.setattr(grading, "LocalWorkers", tiny.Inline)
    return tiny_course


def scores(course):
    with Gradebook(course.db_url) as gradebook:
        return {
            submission.student_id: submission.notebooks[0].grades[0].auto_score
            if submission.notebooks[0].grades[0].name == "double"
            else submission.notebooks[0].grades[1].auto_score
            for submission in gradebook.assignment_submissions(UNIT)
        }


class Told(Progress):
    """Remembers what it was told."""

    def __init__(self):
        self.texts, self.changed, self.recorded_before = [], [], None

    def say(self, text):
        self.texts.append(text)

    def changes(self, graded):
        self.changed = [(one.student_id, one.gained, one.changes) for one in graded]


def by_student(graded):
    return {one.student_id: one for one in graded}


def test_a_class_is_graded_and_a_second_run_finds_nothing_to_do(course):
    """Every student once, by what they wrote; again costs no evaluation and writes nothing."""
    tiny.submit(course, "ada")
    tiny.submit(course, "bob", tiny.WRONG)
    (course.root / "submitted" / "eve" / UNIT).mkdir(parents=True)  # without a notebook
    first = by_student(grade(course, UNIT))
    assert scores(course) == {"ada": 4.0, "bob": 0.0, "eve": 0.0}
    assert first["ada"].new
    assert not first["eve"].judged
    assert "empty" in first["eve"].reason
    written = {p: p.stat().st_mtime_ns for p in (course.root / "autograded").rglob("*.ipynb")}
    tiny.Inline.last = None
    again = grade(course, UNIT)
    assert all(one.unchanged for one in again)
    assert tiny.Inline.last is None  # no worker was even started
    assert written == {
        p: p.stat().st_mtime_ns for p in (course.root / "autograded").rglob("*.ipynb")
    }


def test_only_what_changed_is_evaluated_again(course):
    """A new submission, a new seed, a changed check: each reruns what depends on it."""
    for student in ("ada", "bob"):
        tiny.submit(course, student, tiny.WRONG)
    grade(course, UNIT)
    tiny.submit(course, "bob")
    grade(course, UNIT)
    assert tiny.Inline.last.evaluated == ["bob"]
    grade(course, UNIT, seed=7)
    assert tiny.Inline.last.evaluated == ["ada", "bob"]
    path = course.root / "graders" / UNIT / "test_double.py"
    path.write_text(path.read_text().replace("student.double(4), 8", "student.double(5), 10"))
    grade(course, UNIT)
    assert tiny.Inline.last.evaluated == ["ada", "bob"]


def test_a_regrade_says_who_gains_and_loses_before_it_records(course):
    """The changes come first; --dry-run stops there; the next run records without evaluating."""
    tiny.submit(course, "ada", tiny.WRONG)
    tiny.submit(course, "bob")
    grade(course, UNIT)
    tiny.submit(course, "ada")
    tiny.submit(course, "bob", tiny.WRONG)
    tiny.submit(course, "cleo")

    class Watching(Told):
        def changes(self, graded):
            super().changes(graded)
            self.recorded_before = scores(course)

    told = Watching()
    grade(course, UNIT, dry_run=True, progress=told)
    changes = [("ada", 4.0, (("double", 0.0, 4.0),)), ("bob", -4.0, (("double", 4.0, 0.0),))]
    assert sorted(told.changed) == changes
    assert scores(course) == {"ada": 0.0, "bob": 4.0}
    told = Watching()
    tiny.Inline.last = None
    graded = grade(course, UNIT, progress=told)
    assert tiny.Inline.last is None
    assert sorted(told.changed) == changes
    assert told.recorded_before["ada"] == 0.0
    assert scores(course) == {"ada": 4.0, "bob": 0.0, "cleo": 4.0}
    said = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    said.print(changes_table(one for one in graded if one.changes))
    text = said.export_text()
    assert text.index("bob") < text.index("ada")  # the loss first
    assert "-4" in text
    assert "double: 0 → 4" in text


def test_what_the_gradebook_lost_is_recorded_again(course):
    """A deleted gradebook entry or notebook comes back from what is kept, without evaluation."""
    tiny.submit(course, "ada")
    grade(course, UNIT)
    (course.root / "autograded" / "ada" / UNIT / f"{UNIT}.ipynb").unlink()
    with Gradebook(course.db_url) as gradebook:
        gradebook.remove_submission(UNIT, "ada")
    tiny.Inline.last = None
    [one] = grade(course, UNIT)
    assert tiny.Inline.last is None
    assert not one.unchanged
    assert scores(course) == {"ada": 4.0}
    assert (course.root / "autograded" / "ada" / UNIT / f"{UNIT}.ipynb").is_file()


def test_a_torn_result_is_evaluated_again(course):
    """A notebook that was cut off in the store is not taken for whole."""
    tiny.submit(course, "ada")
    grade(course, UNIT)
    [kept] = (course.root / ".autograder" / "results").rglob("*.ipynb")
    kept.write_bytes(kept.read_bytes()[:100])
    (course.root / "autograded" / "ada" / UNIT / f"{UNIT}.ipynb").unlink()
    [one] = grade(course, UNIT)
    assert one.new
    assert scores(course) == {"ada": 4.0}


def test_a_locked_gradebook_is_waited_for(course, monkeypatch):
    """Another writer holds the database: the run says so, waits, and records everything."""
    tiny.submit(course, "ada")
    tiny.submit(course, "bob")
    other = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)
    told = Told()

    def locking(parcel, submission, seed):
        if submission.student_id == "ada":
            other.execute("BEGIN EXCLUSIVE")
            threading.Timer(7, other.rollback).start()  # SQLite itself waits for 5 seconds
        return tiny.evaluate(parcel, submission, seed)

    monkeypatch.setattr(tiny.Inline, "evaluate", staticmethod(locking))
    graded = grade(course, UNIT, progress=told)
    assert not any(one.error for one in graded)
    assert any("locked" in text for text in told.texts)
    assert scores(course) == {"ada": 4.0, "bob": 4.0}


def test_a_gradebook_that_stays_away_loses_nothing(course, monkeypatch):
    """The run ends with one line; what was evaluated is there for the next one."""
    tiny.submit(course, "ada")
    other = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)

    def locking(*args):
        other.execute("BEGIN EXCLUSIVE")
        return tiny.evaluate(*args)

    monkeypatch.setattr(tiny.Inline, "evaluate", staticmethod(locking))
    with pytest.raises(CourseError, match=r"locked.*0 of 1 submissions are done.*kept"):
        grade(course, UNIT, patience_s=0.1)
    other.rollback()
    other.close()
    tiny.Inline.last = None
    grade(course, UNIT)
    assert tiny.Inline.last is None
    assert scores(course) == {"ada": 4.0}


def test_the_penalty_follows_the_due_date(course):
    """A submission that has become late is recorded again though nothing else changed."""
    config = course.root / "nbgrader_config.py"
    plugin = "class Half:\n    pass\n"
    config.write_text(
        config.read_text()
        + "\nfrom nbgrader.plugins import LateSubmissionPlugin\n"
        + plugin.replace("Half:", "Half(LateSubmissionPlugin):").replace(
            "pass", "def late_submission_penalty(self, s, score, late):\n        return score / 2"
        )
        + "c.AssignLatePenalties.plugin_class = Half\n"
    )
    tiny.submit(course, "ada")
    handed_in = datetime(2026, 3, 1, 12)
    (course.root / "submitted" / "ada" / UNIT / "timestamp.txt").write_text(f"{handed_in} UTC")
    grade(course, UNIT)
    with Gradebook(course.db_url) as gradebook:
        gradebook.find_assignment(UNIT).duedate = handed_in - timedelta(days=1)
        gradebook.db.commit()
    grade(course, UNIT)
    with Gradebook(course.db_url) as gradebook:
        notebook = gradebook.find_submission_notebook(UNIT, UNIT, "ada")
        assert notebook.late_submission_penalty == 2.0


def test_a_late_answer_that_was_graded_by_hand_is_not_asked_for_again(course):
    """Grading again computes the penalty anew, from the whole score, and leaves the rest."""
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.LatePenalty.per_day = 0.5\n")
    tiny.submit(course, "ada")
    (course.root / "submitted" / "ada" / UNIT / "timestamp.txt").write_text("2026-03-01 12:00 UTC")
    grade(course, UNIT)
    with Gradebook(course.db_url) as gradebook:
        gradebook.find_assignment(UNIT).duedate = datetime(2026, 3, 1)
        by_hand = gradebook.find_grade("why", UNIT, UNIT, "ada")
        by_hand.manual_score, by_hand.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    grade(course, UNIT)
    with Gradebook(course.db_url) as gradebook:
        submission = gradebook.find_submission(UNIT, "ada")
        assert (submission.score, submission.late_submission_penalty) == (6.0, 3.0)
        assert not submission.needs_manual_grade


def test_nonsense_in_a_timestamp_costs_nobody_the_grade(course):
    """timestamp.txt comes from the student; an unreadable one counts as none."""
    tiny.submit(course, "ada")
    (course.root / "submitted" / "ada" / UNIT / "timestamp.txt").write_bytes(b"\xff\x00 soon")
    [one] = grade(course, UNIT)
    assert not one.error
    assert scores(course) == {"ada": 4.0}


def test_the_log_has_the_times_of_each_submission(course):
    """One JSON object a line, with state, reason and seconds per stage."""
    tiny.submit(course, "ada")
    (course.root / "submitted" / "eve" / UNIT).mkdir(parents=True)
    grade(course, UNIT)
    [log] = (course.root / ".autograder" / "logs").iterdir()
    lines = {line["student"]: line for line in map(json.loads, log.read_text().splitlines())}
    assert lines["ada"]["state"] == "new"
    assert {"answer_s", "keep_s", "record_s"} <= lines["ada"].keys()
    assert "empty" in lines["eve"]["reason"]


def test_each_worker_keeps_to_a_core_of_its_own():
    """Two workers never share a core where there are two; a worker's kernels inherit its core."""
    allowed = os.sched_getaffinity(0)
    with LocalWorkers(2) as workers:
        asked = [workers.submit(os.sched_getaffinity, 0) for _ in range(2)]
        cores = [future.result() for future in asked]
    assert [len(own) for own in cores] == [1, 1]
    assert len(set.union(*cores)) == min(2, len(allowed))


def test_the_summary_gives_every_reason(course):
    """How many of each kind, and who with what reason."""
    tiny.submit(course, "ada")
    (course.root / "submitted" / "eve" / UNIT).mkdir(parents=True)
    grade(course, UNIT)
    tiny.submit(course, "bob")
    console = Console(width=100, record=True)
    with class_progress(console) as progress:
        graded = grade(course, UNIT, progress=progress)
    console.print(class_summary(graded))
    text = console.export_text()
    assert "3 submissions: 1 evaluated, 2 unchanged" in text
    assert "why: ada, bob" in text
    assert "the file is empty: eve" in text


def test_the_digest_of_the_judging_code_leaves_nothing_out():
    """What evaluating loads of this package is covered by the version, or only carries it about."""
    program = "import autograder.judging.evaluation, json, sys; print(json.dumps([*sys.modules]))"
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    loaded = {name.split(".")[1] for name in json.loads(said) if name.startswith("autograder.")}
    assert loaded - {"startup"} <= {name.removesuffix(".py") for name in JUDGING}
    assert "judging" in loaded
