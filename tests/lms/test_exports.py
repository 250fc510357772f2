"""Grade files are read back by the rules of the systems that they are for."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import datetime

import pytest
from nbgrader.apps import ExportApp
from support import lms_readers
from support.gradebooks import OTHER, UNIT, course_in, hand_in

from autograder.commands.app import app
from autograder.course.course import Course
from autograder.errors import CourseError
from autograder.gradebook.access import opened
from autograder.lms import export as exports
from autograder.lms.csvfile import number, read_csv

# What a student may be called; two have the same name.
NAMES = (
    'O"Brien, "Q"', "=cmd|'/C calc'!A0", "line\nbreak", "tab\tname", "Zoë ☃ 王", "x" * 400,
    "\u202eevil\u200f", "Points Possible", "a;b;c", "-", "@twin", "@twin", "+1+1", "'quoted'",
)  # fmt: skip
IDS = tuple(f"{i:04}" for i in range(len(NAMES)))  # leading zeros
SCORES = {id_: 10 * i / 13 for i, id_ in enumerate(IDS)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The gradebook of a class of hostile names, made once."""
    found = course_in(tmp_path_factory.mktemp("class"))
    with opened(found) as gradebook:
        for id_, name in zip(IDS, NAMES, strict=True):
            gradebook.add_student(id_, last_name=name, first_name="F", email=f"{id_}@x.edu")
            hand_in(gradebook, id_, SCORES[id_], 0.0)
        gradebook.add_student("waits", email="waits@x.edu")
        hand_in(gradebook, "waits", 3.0)
        gradebook.add_student("absent", email="absent@x.edu")
    return found


@pytest.fixture
def course(graded, tmp_path):
    """Everybody is graded; one more student waits for a hand grade, one handed in nothing."""
    for name in ("gradebook.db", "nbgrader_config.py"):
        shutil.copy(graded.root / name, tmp_path)
    return Course(tmp_path)


def write(course, name, rows, encoding="utf-8", delimiter=",", newline="\n"):
    """A file as a learning system exports it."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    path = course.root / name
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def export(course, kind, **options):
    path = course.root / "out.csv"
    with opened(course) as gradebook:
        sheet = exports.export(gradebook, kind, path, **options)
    return sheet, path


CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
CANVAS_USERS = {
    str(900 + i): {"name": f"{name}, F", "sis": f"S{id_}", "login": id_}
    for i, (id_, name) in enumerate(zip(IDS, NAMES, strict=True))
} | {
    "950": {"name": "W", "sis": "SW", "login": "waits"},
    "951": {"name": "T", "sis": "", "login": "t"},
}


def canvas_export(course, before, **style):
    """Canvas's own export, with the cells that stood in it before."""
    title = f"{UNIT} (77)"
    rows = [(*CANVAS, "Essay (12)", title, "Final Score"),
            ("", "", "", "", "", "Manual Posting", "", ""),
            ("    Points Possible", "", "", "", "", "5", "10", "(read only)")]  # fmt: skip
    people = list(CANVAS_USERS.items())  # Canvas tells the delimiter by the first three lines:
    people = [*people[2:], *people[:2]]  # a name of two lines comes first
    rows += [(u["name"], key, u["sis"], u["login"], "A, B", "4", before.get(u["login"], ""), "9")
             for key, u in people]  # fmt: skip
    return write(course, "canvas.csv", rows, **style)


@pytest.mark.parametrize(
    "style", [{}, {"encoding": "utf-8-sig", "newline": "\r\n"}, {"delimiter": ";"}], ids=str
)
def test_canvas_credits_everybody_with_their_own_score(course, style):
    """Each student's score arrives whole under Canvas's own number; nothing else changes."""
    roster = canvas_export(course, {"waits": "6.5", "0003": "1"}, **style)
    sheet, path = export(course, "canvas", roster=roster)
    assert read_csv(path).style == read_csv(roster).style
    found = lms_readers.canvas(path, CANVAS_USERS, {"12": "Essay", "77": UNIT})
    grades = {CANVAS_USERS[user]["login"]: g for (user, key), g in found["grades"].items()}
    assert grades.pop("waits") == "6.5"
    assert grades.pop("t") == ""
    assert {id_: float(grade) for id_, grade in grades.items()} == SCORES
    assert found["points"] == {"77": "10"}
    assert found["new assignments"] == found["new students"] == []
    assert read_csv(path).header == (*CANVAS, f"{UNIT} (77)")
    before, after = read_csv(roster).rows[2:], read_csv(path).rows[1:]
    assert [row[1:5] for row in after] == [row[1:5] for row in before]
    assert not sheet.left_out
    assert any("waits" in note and "hand grade" in note for note in sheet.notes)
    assert any("nobody in the gradebook" in note for note in sheet.notes)


def test_canvas_leaves_excused_students_excused(course):
    """EX in Canvas is an instructor's decision; the score is listed instead."""
    sheet, path = export(course, "canvas", roster=canvas_export(course, {"0004": "ex"}))
    found = lms_readers.canvas(path, CANVAS_USERS, {"77": UNIT})
    assert found["grades"]["904", "77"] == "ex"
    assert ["excused" in one for one in sheet.left_out] == [True]


def test_canvas_without_its_export(course):
    """The student id is the login; no name is written that could match another person."""
    _, path = export(course, "canvas")
    found = lms_readers.canvas(path, CANVAS_USERS, {})
    grades = {CANVAS_USERS[user]["login"]: float(g) for (user, _), g in found["grades"].items()}
    assert grades == SCORES
    assert found["new assignments"] == [UNIT]
    assert found["points"] == {UNIT: "10"}


@pytest.mark.parametrize(
    "title", ["Final Score", "My Current Points", "Override Status", "Section", "HW (3)"]
)
def test_canvas_titles_that_it_would_drop_are_refused(course, title):
    """A column that Canvas silently drops, or takes for another assignment, is never written."""
    with pytest.raises(CourseError, match="Canvas"):
        export(course, "canvas", titles={UNIT: title})
    assert not (course.root / "out.csv").exists()


def test_ambiguous_and_unmatched_students_are_listed_not_guessed(course):
    """Two rows for one student, one row for two, and a student without a row."""
    rows = [(*CANVAS, UNIT),
            ("a", "1", "", "0000", ""), ("b", "2", "", "0000@x.edu", ""),  # both are 0000
            ("c", "3", "0001", "0002", ""),  # one id says 0001, the other 0002
            ("d", "4", "", "3", ""),  # 0003 after a spreadsheet has dropped its zeros
            ("e", "5", "", "0004", "")]  # fmt: skip
    sheet, path = export(course, "canvas", roster=write(course, "r.csv", rows))
    filled = {row[0]: row[-1] for row in read_csv(path).rows[1:]}
    assert filled == {"a": "", "b": "", "c": "", "d": "", "e": number(SCORES["0004"])}
    said = "\n".join(sheet.left_out)
    assert "both student 0000" in said
    assert "may be 0001 and 0002" in said
    assert all(f"{id_} has grades, but no row" in said for id_ in IDS if id_ != "0004")
    assert any("is it 0003, without its zeros?" in note for note in sheet.notes)


MOODLE = ("First name", "Last name", "ID number", "Department", "Email address")


def moodle_export(course, people, **style):
    rows = [(*MOODLE, "Quiz (Real)", "Last downloaded from this course")]
    rows += [("F", name, id_, "d", f"{id_}@X.edu", "5", "1700000000") for id_, name in people]
    return write(course, "moodle.csv", rows, **style)


def test_moodle_takes_the_whole_file(course):
    """Only users of the roster are written: one unknown user would abort the whole import."""
    people = [*zip(IDS[:-1], NAMES, strict=False), ("waits", "W"), ("stranger", "S")]
    sheet, path = export(course, "moodle", roster=moodle_export(course, people))
    users = {f"{id_}@X.edu": id_ for id_, _ in people}
    grades = lms_readers.moodle(path, users, "Email address")
    assert grades == {(id_, UNIT): SCORES[id_] for id_ in IDS[:-1]}
    assert [one.split()[0] for one in sheet.left_out] == [IDS[-1]]
    grades = lms_readers.moodle(path, {id_: id_ for id_ in IDS}, "ID number")
    assert len(grades) == len(IDS) - 1


def test_moodle_never_sees_an_empty_identity_cell(course):
    """Moodle would credit a row with an empty cell to the student before; the column goes."""
    rows = [
        (*MOODLE,),
        *(("F", "L", "" if id_ == "0005" else id_, "d", f"{id_}@x.edu") for id_ in IDS),
    ]
    sheet, path = export(course, "moodle", roster=write(course, "gap.csv", rows))
    assert "ID number" not in read_csv(path).header
    grades = lms_readers.moodle(path, {f"{id_}@x.edu": id_ for id_ in IDS}, "Email address")
    assert grades == {(id_, UNIT): SCORES[id_] for id_ in IDS}
    assert any("ID number" in note and "left out" in note for note in sheet.notes)


def test_moodle_warns_of_scores_that_it_refuses(course):
    """Above 100 Moodle refuses the file unless its site allows more."""
    with opened(course) as gradebook:
        hand_in(gradebook, "0000", 120.0, 0.0)
    sheet, path = export(course, "moodle")
    with pytest.raises(lms_readers.Refused):
        lms_readers.moodle(path, {id_: id_ for id_ in IDS}, "username")
    assert any("0000" in note and "above 100" in note for note in sheet.notes)


ENGLISH = {"id": "Identifier", "hidden": "Participant ", "grade": "Grade",
           "modified": "Last modified (grade)", "most": "Maximum Grade"}  # fmt: skip
GERMAN = {"id": "ID", "hidden": "Teilnehmer/in", "grade": "Bewertung",
          "modified": "Zuletzt geändert (Bewertung)", "most": "Beste Bewertung"}  # fmt: skip


@pytest.mark.parametrize("strings", [ENGLISH, GERMAN], ids=["en", "de"])
def test_moodle_worksheet_is_filled_in_place(course, strings):
    """In the language of the site: Moodle finds its own columns again, and each score."""
    header = (strings["id"], "Name", "Mail", "Status", strings["grade"], strings["most"],
              "Grade can be changed", strings["modified"], "Feedback comments")  # fmt: skip
    rows = [header]
    rows += [(f"{strings['hidden']}{7000 + i}", NAMES[i], f"{id_}@x.edu", "Submitted", "",
              "10,00" if strings is GERMAN else "10.00", "Yes", "-", "- well done")
             for i, id_ in enumerate(IDS)]  # fmt: skip
    roster = write(course, "worksheet.csv", rows, encoding="utf-8-sig", newline="\r\n")
    sheet, path = export(course, "moodle-worksheet", roster=roster)
    users = {str(7000 + i) for i in range(len(IDS))}
    grades = lms_readers.worksheet(path, strings, users, 10)
    assert grades == {str(7000 + i): SCORES[id_] for i, id_ in enumerate(IDS)}
    filled, before = read_csv(path), read_csv(roster)
    assert filled.header == before.header
    assert {row[8] for row in filled.rows} == {"- well done"}
    assert not any(row[1].startswith(("=", "+", "@")) for row in filled.rows)
    assert [one.split()[0] for one in sheet.left_out] == ["waits"]


BLACKBOARD = ("Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability")


@pytest.mark.parametrize(
    "style", [{"encoding": "utf-8-sig"}, {"encoding": "utf-16", "delimiter": "\t"}], ids=str
)
def test_blackboard_finds_its_numbered_column(course, style):
    """Username and the number behind the bar are kept, and every field is quoted."""
    title = f"{UNIT} [Total Pts: 10 Score] |123456"
    rows = [(*BLACKBOARD, "Quiz [Total Pts: 5 Score] |99", title)]
    rows += [(n, "F", id_, "", "", "Yes", "3", "") for id_, n in zip(IDS, NAMES, strict=True)]
    rows.append(("W", "F", "waits", "", "", "Yes", "3", "Needs Grading"))
    roster = write(course, "bb.csv", rows, newline="\r\n", **style)
    sheet, path = export(course, "blackboard", roster=roster)
    found = lms_readers.blackboard(path, {*IDS, "waits"}, {"123456"})
    assert {user: float(score) for (user, _), score in found.items()} == SCORES
    assert read_csv(path).header == (*BLACKBOARD, title)
    assert not sheet.left_out


def test_gradescope_columns(course):
    """Its own roster is kept, and what it calls graded, ungraded and missing."""
    with opened(course) as gradebook:
        gradebook.update_or_create_assignment(UNIT, duedate=datetime(2026, 12, 1, 12))
        hand_in(gradebook, "0001", 4.0, 1.0, at=datetime(2026, 12, 3, 13, 1, 2))
    rows = [("First Name", "Last Name", "SID", "Email", "Sections")]
    rows += [("F", n, id_, f"{id_}@x.edu", "") for id_, n in zip(IDS, NAMES, strict=True)]
    rows += [("W", "W", "waits", "", ""), ("A", "A", "absent", "", "")]
    sheet, path = export(course, "gradescope", roster=write(course, "gs.csv", rows))
    by_id = {
        row[2]: dict(zip(read_csv(path).header, row, strict=True)) for row in read_csv(path).rows
    }
    assert float(by_id["0002"]["Total Score"]) == SCORES["0002"]
    assert (by_id["waits"]["Total Score"], by_id["waits"]["Status"]) == ("", "Ungraded")
    assert (by_id["absent"]["Total Score"], by_id["absent"]["Status"]) == ("", "Missing")
    assert by_id["0001"]["Lateness (H:M:S)"] == "49:01:02"
    assert not sheet.left_out


def test_nothing_handed_in_is_not_zero_and_waiting_is_not_final(course):
    """nbgrader's columns: a zero that was earned, a score that waits, and no score at all."""
    _, path = export(course, "nbgrader", units=[UNIT])
    rows = {row["student_id"]: row for row in csv.DictReader(path.open(newline=""))}
    assert (rows["0000"]["score"], rows["0000"]["raw_score"]) == ("0", "0")
    assert (rows["waits"]["score"], rows["waits"]["raw_score"]) == ("", "3")
    assert (rows["absent"]["score"], rows["absent"]["raw_score"]) == ("", "")
    assert rows["0002"]["last_name"] == "line\nbreak"
    assert rows["0001"]["last_name"].startswith("'=")
    _, path = export(course, "questions", units=[UNIT])
    rows = {row["student_id"]: row for row in csv.DictReader(path.open(newline=""))}
    assert rows["waits"][f"{UNIT}/status"] == "needs manual grade"
    assert (rows["waits"][f"{UNIT}/conv2d"], rows["waits"][f"{UNIT}/in_words"]) == ("3", "")


def test_bonus_and_late_penalty(course):
    """A bonus may lie above the maximum; a penalty never takes a score below 0."""
    with opened(course) as gradebook:
        hand_in(gradebook, "0000", 11.5, 2.0)
        for id_, penalty in (("0001", 0.25), ("0002", 99.0)):
            gradebook.find_submission_notebook(UNIT, UNIT, id_).late_submission_penalty = penalty
        gradebook.db.commit()
    _, path = export(course, "moodle")
    rows = {row["username"]: row for row in csv.DictReader(path.open(newline=""))}
    assert rows["0000"][UNIT] == "13.5"
    assert float(rows["0001"][UNIT]) == SCORES["0001"] - 0.25
    assert rows["0001"][f"{UNIT} feedback"] == "Late penalty: 0.25 points"
    assert rows["0002"][UNIT] == "0"


def test_an_id_that_would_become_a_formula_comes_from_the_roster_only(course):
    """Verbatim where the system gave it, left out where it would have to be changed."""
    with opened(course) as gradebook:
        gradebook.add_student("-12", email="m@x.edu")
        hand_in(gradebook, "-12", 1.0, 1.0)
    sheet, path = export(course, "moodle")
    assert [one.split(":")[0] for one in sheet.left_out] == ["-12"]
    assert "-12" not in path.read_text()
    roster = write(course, "r.csv", [("Username", "First name"), ("-12", "-x")])
    _, path = export(course, "moodle", roster=roster)
    assert read_csv(path).rows == (("-12", "2", ""),)


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("canvas", {"units": ["nope"]}, "no unit 'nope'"),
        ("xml", {}, "no format 'xml'"),
        ("blackboard", {}, "--roster"),
        ("moodle-worksheet", {}, "--roster"),
        ("gradescope", {"units": [UNIT, OTHER]}, "choose it with --unit"),
        ("canvas", {"titles": {UNIT: "A", OTHER: "A"}, "units": [UNIT, OTHER]}, "Two units"),
    ],
)
def test_wrong_input_writes_nothing(course, kind, options, says):
    """One clear line, and the file that was there stays."""
    (course.root / "out.csv").write_text("old")
    with pytest.raises(CourseError, match=says):
        export(course, kind, **options)
    assert (course.root / "out.csv").read_text() == "old"
    assert sorted(p.name for p in course.root.iterdir()) == sorted(
        ["gradebook.db", "nbgrader_config.py", "out.csv"]
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        ("Zoë".encode("latin-1"), "not UTF-8"),
        (b"a,b\n1,2,3\n", "row 2 has 3 cells"),
        (b"x,y\n1,2\n", "no Canvas gradebook"),
    ],
)
def test_a_roster_that_cannot_be_read(course, data, says):
    """A wrong encoding, ragged rows, another system's file."""
    (course.root / "r.csv").write_bytes(data)
    with pytest.raises(CourseError, match=says):
        export(course, "canvas", roster=course.root / "r.csv")


def test_the_command_says_what_is_missing_by_its_exit_status(course, capsys, monkeypatch):
    """0: all is in the file; 3: written, but some are left out; 1: refused."""
    monkeypatch.chdir(course.root)
    arguments = ["export", "--format", "canvas", "--to", "out.csv"]
    write(course, "r.csv", [(*CANVAS, UNIT), ("a", "1", "", "0000", "")])
    assert app([*arguments, "--roster", "r.csv"], standalone_mode=False) == 3
    said = capsys.readouterr()
    assert "left out: 0001 has grades" in said.err
    assert "Wrote out.csv: 1 students" in said.out
    assert "Next: in Canvas" in said.out
    assert not app(arguments, standalone_mode=False)


def test_as_plugins_of_nbgrader_export(course, monkeypatch):
    """The same file by nbgrader's own command, with the roster through its configuration."""
    roster = canvas_export(course, {})
    _, path = export(course, "canvas", roster=roster)
    monkeypatch.chdir(course.root)
    exporting = ExportApp()
    exporting.initialize([
        "--exporter=autograder.lms.export.CanvasExporter", f"--CanvasExporter.roster={roster}",
        "--to=by_nbgrader.csv",
    ])  # fmt: skip
    exporting.start()
    assert (course.root / "by_nbgrader.csv").read_bytes() == path.read_bytes()
