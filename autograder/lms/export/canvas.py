"""Canvas: the file that its gradebook exports, with the scores filled in.

The rules are those of Canvas's own importer (instructure/canvas-lms, lib/gradebook_importer.rb).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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
from autograder.lms.export.table import State, Table
from autograder.lms.matching import Kind, match

POINTS = "Points Possible"  # a row whose first cell contains this has no student
RESERVED = ("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Section",
            "Integration ID", "Root Account")  # fmt: skip
# Canvas drops every column whose header contains one of these.
DROPPED = re.compile(r"(Current|Final|Override) (Score|Points|Grade)|Override Status")
NUMBERED = re.compile(r"^(.*)\s\((\d+)\)$")  # a title with the assignment's number behind it
KINDS = {"ID": Kind.LMS, "SIS User ID": Kind.ID, "SIS Login ID": Kind.ID, "Integration ID": Kind.ID}
NEXT = "Next: in Canvas, Grades → Import → choose the file, and look at the changes it lists."


def sheet(table: Table, roster: CsvFile | None, titles: Mapping[str, str]) -> Sheet:
    """The sheet of a class. ``roster`` is Canvas's own export of the gradebook."""
    places = columns(table, roster, titles, _title)
    for place in places:
        _check_title(place)
    return _filled(table, roster, places) if roster else _plain(table, places)


def _title(header: str) -> str:
    found = NUMBERED.match(header)
    return found[1] if found else header


def _check_title(place: Column) -> None:
    """Refuse what Canvas would drop or take for another assignment."""
    title = place.title
    if not title.strip() or title in RESERVED or DROPPED.search(title):
        raise CourseError(
            f"Canvas drops a column called {title!r}. Choose another title: "
            f"--column '{place.unit.name}=TITLE'."
        )
    if place.index is None and NUMBERED.match(title):
        raise CourseError(
            f"Canvas takes the number in {title!r} for an assignment's own. Hand in its export "
            "with --roster, or choose a title without it."
        )


def _filled(table: Table, roster: CsvFile, places: tuple[Column, ...]) -> Sheet:
    width = _identity_width(roster)
    names = (0, 1) if roster.header[0] == "LastName" else (0,)
    people = [i for i, row in enumerate(roster.rows) if not _describes(row)]
    points = next((row for row in roster.rows if _has_points(row)), None)
    keys = {i: KINDS[title] for i, title in enumerate(roster.header[:width]) if title in KINDS}
    matches = match(roster, table.students, keys, rows=people)
    left_out, notes = unmatched(matches, table, roster)
    rows: list[Row] = [(*roster.header[:width], *(place.title for place in places))]
    rows.append(_points_row(points, width, places, notes))
    for index in people:
        row = roster.rows[index]
        identity = tuple(_name(c) if i in names else c for i, c in enumerate(row[:width]))
        student = matches.students.get(index)
        cells = scores(table, student or "", row, places)
        if student is not None:
            cells = _excused(table, student, row, places, cells, left_out)
        rows.append((*identity, *cells))
    notes += waiting(table, list(matches.students.values()), "Canvas's own cell stays")
    notes += [
        f"Canvas has no assignment {place.title!r}: the import offers to create it"
        for place in places
        if place.index is None
    ]
    return Sheet(
        tuple(rows), roster.style, len(matches.students), tuple(left_out), tuple(notes), NEXT
    )


def _identity_width(roster: CsvFile) -> int:
    """How many columns say who a student is: all up to “Section”."""
    header = roster.header
    by_name = header[:2] == ("Student", "ID") or header[:3] == ("LastName", "FirstName", "ID")
    width = header.index("Section") + 1 if "Section" in header[:9] else 0
    if not (by_name and width and set(header[:width]) <= set(RESERVED)):
        raise CourseError(
            f"{roster.name} is no Canvas gradebook: its columns should begin with Student, ID, "
            f"… Section, and are {', '.join(printable(h) for h in header[:4])}. "
            "In Canvas: Grades → Export → Export Entire Gradebook."
        )
    return width


def _describes(row: Row) -> bool:
    """Rows of Canvas's export that are no student: points, and which grades are posted by hand."""
    marks = [cell for cell in row if cell.strip()]
    posting = all(re.fullmatch(r"\s*(Muted|Manual Posting.*)\s*", c, re.I) for c in marks)
    return _has_points(row) or posting


def _has_points(row: Row) -> bool:
    return POINTS in row[0] and not row[1].strip()


def _points_row(
    points: Row | None, width: int, places: tuple[Column, ...], notes: list[str]
) -> Row:
    cells = []
    for place in places:
        ours = number(place.unit.max_score)
        theirs = points[place.index].strip() if points and place.index is not None else ""
        if "read only" in theirs:
            notes.append(f"{place.title}: Canvas says “read only” and will not take these scores")
        elif theirs and _value(theirs) != place.unit.max_score:
            notes.append(f"{place.title}: {theirs} points in Canvas, {ours} here; not rescaled")
        cells.append(theirs or ours)
    return (f"    {POINTS}", *[""] * (width - 1), *cells)


def _value(points: str) -> float | None:
    try:
        return float(points.replace(",", "."))
    except ValueError:
        return None


def _excused(
    table: Table, student: str, row: Row, places: tuple[Column, ...], cells: Row, said: list[str]
) -> Row:
    """Whom the instructor excused in Canvas stays excused."""
    kept = list(cells)
    for number_, place in enumerate(places):
        before = row[place.index] if place.index is not None else ""
        final = table.result(student, place.unit.name).state is State.FINAL
        if final and before.strip().upper() == "EX":
            kept[number_] = before
            said.append(f"{printable(student)}, {place.title}: excused in Canvas, score left out")
    return tuple(kept)


def _name(name: str) -> str:
    """A name as Canvas can read it: one line, no formula, and not its row of points."""
    return one_line(name).replace(POINTS, POINTS.replace(" ", "-"))


def _plain(table: Table, places: tuple[Column, ...]) -> Sheet:
    """Without Canvas's own file, the student id is the login; names could match another person."""
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    left_out = unsafe_ids(table)
    rows: list[Row] = [(*header, *(place.title for place in places))]
    rows.append(_points_row(None, len(header), places, []))
    students = [s for s in table.students if has_final(table, s.id) and safe_id(s)]
    for student in students:
        identity = (student.id, student.lms_id, "", student.id, "")
        rows.append((*identity, *scores(table, student.id, (), places)))
    notes = waiting(table, [s.id for s in students], "left blank")
    notes.append("no --roster: Canvas must know each student id as a SIS Login ID")
    return Sheet(
        tuple(rows), students=len(students), left_out=tuple(left_out), notes=tuple(notes),
        following=NEXT,
    )  # fmt: skip
