"""Moodle's gradebook: Grades → Import → CSV file, where the instructor maps the columns.

Rules: grade/import/csv/classes/load_data.php and docs.moodle.org/en/Grade_import. One user whom
Moodle does not know aborts the whole import, and a row whose mapped cell is empty is credited
to the student of the row before it. So only users of the roster are written, and no identity
column that has a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograder.cleaning.characters import printable
from autograder.errors import CourseError
from autograder.lms.csvfile import CsvFile, number, one_line
from autograder.lms.export.sheet import (
    Column,
    Row,
    Sheet,
    columns,
    has_final,
    safe_id,
    scores,
    unmatched,
    unsafe_ids,
    waiting,
)
from autograder.lms.export.table import Table
from autograder.lms.matching import identity, match

MOST = 100.0  # points that Moodle takes unless the site allows unlimited grades
NEXT = (
    "Next: in Moodle, Grades → Import → CSV file; identify the users by {key}, and map each "
    "column of scores to its grade item (or to “new”)."
)


def sheet(table: Table, roster: CsvFile | None, titles: Mapping[str, str]) -> Sheet:
    """The sheet of a class. ``roster`` is Moodle's own export of grades or participants."""
    places = columns(table, roster, titles)
    return _filled(table, roster, places) if roster else _plain(table, places)


def _filled(table: Table, roster: CsvFile, places: tuple[Column, ...]) -> Sheet:
    keys = identity(roster)
    if not keys:
        raise CourseError(
            f"{roster.name} says of nobody who it is: it has no column Username, ID number or "
            "Email address. In Moodle: Grades → Export → Plain text file."
        )
    matches = match(roster, table.students, keys)
    left_out, notes = unmatched(matches, table, roster)
    written = {i: s for i, s in matches.students.items() if has_final(table, s)}
    gaps = [column for column in keys if not all(roster.rows[i][column].strip() for i in written)]
    if written and len(gaps) == len(keys):
        raise CourseError(
            f"Every identity column of {roster.name} is empty for some student; Moodle would "
            "credit such a row to the student before it. Export it with e-mail addresses."
        )
    notes += [
        f"the column {roster.header[column]!r} is left out: it is empty for some students, and "
        "Moodle would credit them to the student before"
        for column in gaps
    ]
    kept = [i for i in range(max(keys) + 1) if i not in gaps]
    header = tuple(roster.header[i] for i in kept)
    rows: list[Row] = [(*header, *_titles(places))]
    for index in sorted(written):
        row, student = roster.rows[index], written[index]
        who = tuple(row[i] if i in keys else one_line(row[i]) for i in kept)
        rows.append((*who, *_cells(table, student, row, places)))
    notes += waiting(table, list(matches.students.values()), "written as “-”, or not at all")
    notes += _too_high(table, written.values())
    key = next(roster.header[i] for i in keys if i not in gaps)
    return Sheet(
        tuple(rows), roster.style, len(written), tuple(left_out), tuple(notes),
        NEXT.format(key=f"“{key}”"),
    )  # fmt: skip


def _plain(table: Table, places: tuple[Column, ...]) -> Sheet:
    students = [s for s in table.students if has_final(table, s.id) and safe_id(s)]
    with_email = all(s.email and one_line(s.email) == s.email for s in students)
    who = ("username", "email") if with_email else ("username",)
    rows: list[Row] = [(*who, *_titles(places))]
    for s in students:
        own = (s.id, s.email) if with_email else (s.id,)
        rows.append((*own, *_cells(table, s.id, (), places)))
    notes = waiting(table, [s.id for s in table.students], "written as “-”, or not at all")
    notes += _too_high(table, (s.id for s in students))
    notes.append(
        "no --roster: one student whom Moodle does not know makes it refuse the whole file"
    )
    return Sheet(
        tuple(rows), students=len(students), left_out=tuple(unsafe_ids(table)), notes=tuple(notes),
        following=NEXT.format(key="“username”"),
    )  # fmt: skip


def _titles(places: tuple[Column, ...]) -> Row:
    return tuple(title for place in places for title in (place.title, f"{place.title} feedback"))


def _cells(table: Table, student: str, row: Row, places: tuple[Column, ...]) -> Row:
    """Score and remark of each unit; ``-`` is Moodle's sign for no grade."""
    cells: list[str] = []
    for place, score in zip(places, scores(table, student, row, places, "-"), strict=True):
        result = table.result(student, place.unit.name)
        late = result.penalty and result.score is not None
        remark = f"Late penalty: {number(result.penalty)} points" if late else ""
        cells += [score or "-", remark]
    return tuple(cells)


def _too_high(table: Table, students: Iterable[str]) -> list[str]:
    return [
        f"{printable(student)}, {unit.name}: {number(score)} is above {number(MOST)}; Moodle "
        "refuses the whole file unless “unlimited grades” is on"
        for student in students
        for unit in table.units
        if (score := table.result(student, unit.name).score) is not None and score > MOST
    ]
