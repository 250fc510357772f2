"""Gradescope's file of grades for one assignment: one row per student, in its own columns."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.errors import CourseError
from autograder.lms.csvfile import CsvFile, number, one_line
from autograder.lms.export.sheet import (
    Row,
    Sheet,
    only_unit,
    safe_id,
    unmatched,
    unsafe_ids,
    waiting,
)
from autograder.lms.export.table import State, Table, UnitColumn, UnitGrade
from autograder.lms.matching import Kind, match

HEADER = ("First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points",
          "Status", "Submission ID", "Submission Time", "Lateness (H:M:S)")  # fmt: skip
NAMES = {"First Name", "Last Name", "Name"}
STATUS = {
    State.FINAL: "Graded",
    State.WAITING: "Ungraded",
    State.NOT_SUBMITTED: "Missing",
}


def sheet(table: Table, roster: CsvFile | None, titles: Mapping[str, str]) -> Sheet:
    """The grades of a unit. ``roster`` is a roster or a file of grades from Gradescope."""
    unit = only_unit(table, "Gradescope's file of grades")
    if roster is None:
        rows: list[Row] = [HEADER]
        students = [student for student in table.students if safe_id(student)]
        for s in students:
            who = (one_line(s.first_name), one_line(s.last_name), s.id, one_line(s.email), "")
            filled = _result(table.result(s.id, unit.name), unit)
            rows.append((*who, *(filled.get(title, "") for title in HEADER[5:])))
        notes = waiting(table, [s.id for s in students], "marked “Ungraded”")
        return Sheet(
            tuple(rows), students=len(students), left_out=tuple(unsafe_ids(table)),
            notes=tuple(notes),
        )  # fmt: skip
    keys = {i: kind for title, kind in (("SID", Kind.ID), ("Email", Kind.EMAIL))
            for i, header in enumerate(roster.header) if header == title}  # fmt: skip
    if not keys:
        raise CourseError(
            f"{roster.name} is not from Gradescope: it has no column SID or Email. In Gradescope: "
            "Roster → More → Download Roster."
        )
    matches = match(roster, table.students, keys)
    left_out, notes = unmatched(matches, table, roster)
    header = (*roster.header, *(title for title in HEADER[5:] if title not in roster.header))
    rows = [header]
    for index, row in enumerate(roster.rows):
        own = dict(zip(roster.header, row, strict=True))
        own |= {title: one_line(own[title]) for title in NAMES & own.keys()}
        if index in matches.students:
            own |= _result(table.result(matches.students[index], unit.name), unit)
        rows.append(tuple(own.get(title, "") for title in header))
    notes += waiting(table, list(matches.students.values()), "marked “Ungraded”")
    return Sheet(tuple(rows), roster.style, len(matches.students), tuple(left_out), tuple(notes))


def _result(result: UnitGrade, unit: UnitColumn) -> dict[str, str]:
    """What Gradescope's columns say of one student; a score that is not final is blank."""
    values = {
        "Total Score": "" if result.score is None else number(result.score),
        "Max Points": number(unit.max_score),
        "Status": STATUS[result.state],
        "Submission Time": "",
        "Lateness (H:M:S)": "",
    }
    if result.timestamp is not None:
        seconds = int(result.seconds_late)
        values["Submission Time"] = result.timestamp.strftime("%Y-%m-%d %H:%M:%S +0000")
        values["Lateness (H:M:S)"] = (
            f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        )
    return values
