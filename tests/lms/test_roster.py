"""Class lists, deadlines, extensions and late penalties in nbgrader's gradebook."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from nbgrader.apps.dbapp import DbStudentListApp
from nbgrader.preprocessors import AssignLatePenalties
from support.gradebooks import UNIT, course_in, hand_in
from traitlets.config import Config

from autograder.commands.app import app
from autograder.errors import CourseError
from autograder.gradebook.access import opened
from autograder.gradebook.late import (
    LatePenalty,
    extend,
    outdated,
    parse_deadline,
    penalise,
    set_deadline,
)
from autograder.lms.class_list import roster
from autograder.lms.export.table import State, read


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def listed(course):
    with opened(course) as gradebook:
        return {
            s.id: (s.first_name, s.last_name, s.email, s.lms_user_id) for s in gradebook.students
        }


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (
            "student_id,First Name,Surname,E-mail\n007,Ada,Lovelace,ada@x.edu\n",
            {"007": ("Ada", "Lovelace", "ada@x.edu", None)},
        ),
        (
            "\ufeffName;SID;Email Address\r\n'Zoë, O\"Brien';0012;z@x.edu\r\n",
            {"0012": ("O\"Brien'", "'Zoë", "z@x.edu", None)},
        ),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,HW (1)\n    Points Possible,,,,,10\n"
            '"Lovelace, Ada",11,S7,ada@x.edu,A,5\n',
            {"ada@x.edu": ("Ada", "Lovelace", "ada@x.edu", "11")},
        ),
        (
            "First name,Last name,ID number,Email address\nÉmile,Borel,e1,e@x.edu\n",
            {"e1": ("Émile", "Borel", "e@x.edu", None)},
        ),
    ],
    ids=["plain", "semicolon", "canvas", "moodle"],
)
def test_class_lists(course, text, students):
    """Columns are found by their usual titles; ids keep their zeros."""
    path = course.root / "class.csv"
    path.write_bytes(text.encode())
    roster(course, path)
    assert listed(course) == students


def test_importing_again_updates_and_never_removes(course):
    """Added, updated, unchanged; an empty cell changes nothing, and nobody is lost."""
    path = course.root / "class.csv"
    path.write_text("id,first name,email\na,Ada,a@x.edu\nb,Bob,b@x.edu\n")
    assert roster(course, path).added == ("a", "b")
    again = roster(course, path)
    assert (again.added, again.updated, again.unchanged) == ((), (), ("a", "b"))
    path.write_text("id,first name,email\na,Ada,\nc,Cy,c@x.edu\n")
    done = roster(course, path)
    assert (done.added, done.unchanged, done.others) == (("c",), ("a",), ("b",))
    path.write_text("id,first name,email\na,Augusta,\n")
    assert roster(course, path).updated == ("a",)
    assert listed(course)["a"] == ("Augusta", None, "a@x.edu", None)
    assert set(listed(course)) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"name,mail\nAda,a\n", r"no column of student ids.*--id TITLE.*there are: name, mail"),
        (b"id,name\na,A\nb,B\na,C\n", "id 'a' 2 times"),
        ("id,name\na,Zoë\n".encode("latin-1"), "not UTF-8"),
        (b"id\n../x\n", "cannot be a student id"),
        (b"id,name\n,Ada\n", "names no student"),
        (b"", "is empty"),
    ],
)
def test_a_class_list_that_is_wrong(course, data, says):
    """One line says what; nobody is imported."""
    path = course.root / "class.csv"
    path.write_bytes(data)
    with pytest.raises(CourseError, match=says) as error:
        roster(course, path)
    assert "\n" not in str(error.value)
    assert listed(course) == {}


def test_the_commands_say_what_they_did(course, capsys, monkeypatch):
    """From the class list to a penalty, by the commands that the guide shows."""
    monkeypatch.chdir(course.root)
    (course.root / "class.csv").write_text("id,name\na,A\n,nobody\n")
    for arguments in (
        ["roster", "class.csv"],
        ["deadline", UNIT, "2026-12-01T23:59+01:00"],
        ["extend", "a", UNIT, "--days", "2"],
        ["late", UNIT],
    ):
        app(arguments, standalone_mode=False)
    said = capsys.readouterr()
    assert "class.csv: 1 added, 0 updated, 0 unchanged" in said.out
    assert "left out: 3" in said.err
    assert "(2026-12-01 22:59 UTC)" in said.out
    assert "(2026-12-03 22:59 UTC)" in said.out
    assert "0 late, 0 penalties changed." in said.out


@pytest.mark.parametrize("when", ["2026-12-01T23:59", "2026-12-01", "soon"])
def test_a_deadline_says_its_time_zone(when):
    """nbgrader takes a time without zone for UTC; an hour off is a wrong grade."""
    with pytest.raises(CourseError, match=r"2026-12-01T23:59\+01:00"):
        parse_deadline(when)


DUE = datetime(2026, 12, 1, 12)
POLICY = Config(
    {
        "AssignLatePenalties": {"plugin_class": "autograder.gradebook.late.LatePenalty"},
        "LatePenalty": {"per_day": 0.1, "grace_minutes": 15, "cap": 0.5},
    }
)


@pytest.mark.parametrize(
    ("late", "lost"),
    [
        (timedelta(minutes=15), 0),
        (timedelta(minutes=15, seconds=1), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1, seconds=1), 2),
        (timedelta(days=40), 5),
    ],
)
def test_the_penalty(late, lost):
    """Grace, a share for each day begun, and a cap."""
    policy = LatePenalty(config=POLICY)
    assert (policy.late_submission_penalty("a", 10.0, late.total_seconds()) or 0) == lost


def test_without_a_share_nbgraders_own_method_decides():
    """A course that had LateSubmissionPlugin.penalty_method keeps it."""
    policy = LatePenalty(config=Config({"LateSubmissionPlugin": {"penalty_method": "zero"}}))
    assert policy.late_submission_penalty("a", 10.0, 60.0) == 10.0


def test_the_policy_of_the_course_is_what_nbgrader_loads(course):
    """``nbgrader autograde`` and ``autograder grade`` ask the same plug-in."""
    assign = AssignLatePenalties(config=course.config)
    assign.init_plugin()
    assert isinstance(assign.plugin_inst, LatePenalty)
    assert assign.plugin_inst.late_submission_penalty("a", 10.0, 1e6) is None


def test_penalties_follow_deadline_extension_and_hand_grades(course):
    """Each of them changes what is lost; the stored penalty is known to be out of date."""
    with opened(course) as gradebook:
        gradebook.add_student("a")
        hand_in(gradebook, "a", 6.0, at=DUE + timedelta(hours=30))
        assert penalise(gradebook, POLICY, UNIT) == []
        set_deadline(gradebook, UNIT, DUE)
        [late] = penalise(gradebook, POLICY, UNIT)
        assert late.penalty == pytest.approx(1.2)
        assert gradebook.find_submission(UNIT, "a").late_submission_penalty == late.penalty
        hand_in(gradebook, "a", 6.0, 2.0, at=DUE + timedelta(hours=30))
        [stale] = outdated(gradebook, POLICY, [UNIT])
        assert (stale.before, stale.penalty) == pytest.approx((1.2, 1.6))
        penalise(gradebook, POLICY, UNIT)
        assert read(gradebook).result("a", UNIT).score == pytest.approx(6.4)
        extend(gradebook, UNIT, "a", timedelta(days=1))
        [late] = penalise(gradebook, POLICY, UNIT)
        assert (late.seconds, late.penalty) == (6 * 3600, pytest.approx(0.8))
        extend(gradebook, UNIT, "a", timedelta(days=2))
        penalise(gradebook, POLICY, UNIT)
        assert read(gradebook).result("a", UNIT).score == 8.0
        extend(gradebook, UNIT, "a", timedelta())
        assert penalise(gradebook, POLICY, UNIT)[0].penalty == pytest.approx(1.6)


def test_an_extension_is_no_submission(course):
    """Given before anything was handed in, it counts as nothing, and stays when work comes."""
    with opened(course) as gradebook:
        gradebook.add_student("a")
        with pytest.raises(CourseError, match="no deadline to extend"):
            extend(gradebook, UNIT, "a", timedelta(days=1))
        set_deadline(gradebook, UNIT, DUE)
        with pytest.raises(CourseError, match="no student 'b'"):
            extend(gradebook, UNIT, "b", timedelta(days=1))
        assert extend(gradebook, UNIT, "a", timedelta(days=1)) == DUE + timedelta(days=1)
        assert read(gradebook).result("a", UNIT).state is State.NOT_SUBMITTED
        assert penalise(gradebook, POLICY, UNIT) == []
        hand_in(gradebook, "a", 6.0, 2.0, at=DUE + timedelta(hours=23))
        assert read(gradebook).result("a", UNIT).state is State.FINAL
        assert penalise(gradebook, POLICY, UNIT) == []


def test_the_gradebook_stays_nbgraders(course, capsys, monkeypatch):
    """``nbgrader db student list`` shows what was imported."""
    (course.root / "class.csv").write_text("id,first,email\n007,Ada,ada@x.edu\n")
    roster(course, course.root / "class.csv")
    monkeypatch.chdir(course.root)
    listing = DbStudentListApp()
    listing.initialize([])
    listing.start()
    assert "007 (None, Ada) -- ada@x.edu" in capsys.readouterr().out
