"""Blackboard's Grade Center: Work Offline → Upload.

A student is known by the Username, a column by the number behind ``|``; every field of a
comma-delimited file is quoted (help.blackboard.com, “Work offline with grade data”).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from autograder.cleaning.characters import printable
from autograder.errors import CourseError
from autograder.lms.csvfile import CsvFile, one_line, plain
from autograder.lms.export.sheet import Row, Sheet, columns, has_final, scores, unmatched, waiting
from autograder.lms.export.table import Table
from autograder.lms.matching import Kind, match

NUMBERED = re.compile(r"^(.*?)\s*(?:\[Total Pts:.*\])?\s*\|\s*\d+\s*$", re.S)
KINDS = {"username": Kind.ID, "studentid": Kind.ID}
NAMES = {"lastname", "firstname"}
NEXT = "Next: in Blackboard, Grade Center → Work Offline → Upload; check the columns it lists."


def sheet(table: Table, roster: CsvFile | None, titles: Mapping[str, str]) -> Sheet:
    """The sheet of a class. ``roster`` is Blackboard's own download of the Grade Center."""
    if roster is None:
        raise CourseError(
            "Blackboard knows a column by its number: download the Grade Center (Work Offline → "
            "Download) and hand it in with --roster."
        )
    keys = {i: KINDS[plain(t)] for i, t in enumerate(roster.header) if plain(t) in KINDS}
    if "username" not in {plain(roster.header[i]) for i in keys}:
        raise CourseError(f"{roster.name} is no Blackboard download: it has no column Username.")
    places = columns(table, roster, titles, _title)
    for place in places:
        if place.index is None or not NUMBERED.match(place.title):
            known = [_title(t) for t in roster.header if NUMBERED.match(t)]
            raise CourseError(
                f"{roster.name} has no numbered column {place.title!r}. Create it in Blackboard "
                f"and download again, or name it with --column '{place.unit.name}=TITLE' "
                f"(there are: {', '.join(printable(k) for k in known) or 'none'})."
            )
    matches = match(roster, table.students, keys)
    left_out, notes = unmatched(matches, table, roster)
    kept = [i for i, title in enumerate(roster.header) if not NUMBERED.match(title)]
    rows: list[Row] = [(*(roster.header[i] for i in kept), *(place.title for place in places))]
    written = {i: s for i, s in matches.students.items() if has_final(table, s)}
    for index in sorted(written):
        row = roster.rows[index]
        who = (one_line(row[i]) if plain(roster.header[i]) in NAMES else row[i] for i in kept)
        rows.append((*who, *scores(table, written[index], row, places)))
    notes += waiting(table, list(matches.students.values()), "Blackboard's own cell stays")
    style = dataclasses.replace(roster.style, quote_all=True)
    return Sheet(tuple(rows), style, len(written), tuple(left_out), tuple(notes), NEXT)


def _title(header: str) -> str:
    found = NUMBERED.match(header)
    return found[1] if found else header
