"""Moodle's grading worksheet of one assignment, filled in place.

Moodle finds the columns by their titles in the language of the site, so none is changed
(mod/assign/feedback/offline/importgradeslib.php, mod/assign/gradingtable.php). Columns in order:
identifier, full name, who the student is, status, grade, maximum grade, and so on.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.cleaning.characters import printable
from autograder.errors import CourseError
from autograder.lms.csvfile import CsvFile, neutral, number
from autograder.lms.export.sheet import Row, Sheet, cell, only_unit, unmatched, waiting
from autograder.lms.export.table import Table
from autograder.lms.matching import identity, match

NAME = 1  # the second column, which the student may have chosen
NEXT = "Next: in the Moodle assignment, Submissions → Actions → Upload grading worksheet."


def sheet(table: Table, roster: CsvFile | None, titles: Mapping[str, str]) -> Sheet:
    """The worksheet of a unit. ``roster`` is the worksheet that Moodle offers to download."""
    unit = only_unit(table, "A Moodle worksheet")
    if roster is None:
        raise CourseError(
            "Moodle takes back only its own worksheet: download it in the assignment (Submissions "
            "→ Actions → Download grading worksheet) and hand it in with --roster."
        )
    grade = _grade_column(roster, titles.get(unit.name, "Grade"))
    keys = {i: kind for i, kind in identity(roster).items() if NAME < i < grade}
    if not keys:
        raise CourseError(
            f"{roster.name} says of nobody who it is: it has no column Email address or ID number. "
            "Where the assignment is marked anonymously, reveal the identities first."
        )
    matches = match(roster, table.students, keys)
    left_out, notes = unmatched(matches, table, roster)
    rows: list[Row] = [roster.header]
    for index, row in enumerate(roster.rows):
        cells = [_kept(i, text, grade, keys, len(row)) for i, text in enumerate(row)]
        student = matches.students.get(index)
        if student is not None:
            result = table.result(student, unit.name)
            most = _value(row[grade + 1]) if grade + 1 < len(row) else None
            if result.score is not None and most is not None and result.score > most:
                left_out.append(
                    f"{printable(student)}: Moodle takes no more than {number(most)} points, "
                    f"not {number(result.score)}"
                )
            else:
                cells[grade] = cell(result, row[grade])
        rows.append(tuple(cells))
    notes += waiting(table, list(matches.students.values()), "left as it is")
    return Sheet(
        tuple(rows), roster.style, len(matches.students), tuple(left_out), tuple(notes), NEXT
    )


def _kept(index: int, text: str, grade: int, keys: Mapping[int, object], width: int) -> str:
    """Moodle's own cells stay; a name or a text of the student's must not become a formula."""
    own = index in (0, grade, width - 1) or index in keys  # the last column is the feedback
    return text if own or text.strip() == "-" else str(neutral(text))


def _grade_column(roster: CsvFile, title: str) -> int:
    """By its title, else as the column before the one that holds the same maximum for everybody."""
    if title in roster.header:
        return roster.header.index(title)
    places = [
        index - 1
        for index in range(3, len(roster.header))
        if roster.rows
        and len(set(roster.column(index))) == 1
        and _value(roster.rows[0][index]) is not None
        and all(c.strip() in ("", "-") or _value(c) is not None for c in roster.column(index - 1))
    ]
    if len(places) != 1:
        raise CourseError(
            f"{roster.name} has no column {title!r}; name the column of grades with "
            f"--column 'UNIT=TITLE' (there are: {', '.join(printable(h) for h in roster.header)})."
        )
    return places[0]


def _value(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
