"""What learning systems do with a grade file: small copies of their documented import rules."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path


def canvas(path: Path, users: dict[str, dict], assignments: dict[str, str]) -> dict:
    """Canvas: instructure/canvas-lms, lib/gradebook_importer.rb.

    ``users`` maps Canvas's number to name, sis and login; ``assignments`` its number to a title.
    Returns grades by (user, assignment), points by assignment, and what would be created.
    """
    text = path.read_bytes().decode("utf-8")
    lines = text.splitlines(keepends=True)[:3]
    mark = ";" if _fields(lines, ";") > _fields(lines, ",") else ","
    kept = "".join(x for x in text.splitlines(keepends=True) if not re.fullmatch(r"[;, ]+\n?", x))
    header, *rows = [
        [_decimal(cell) for cell in row]
        for row in csv.reader(io.StringIO(kept, newline=""), delimiter=mark, strict=True)
    ]
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    width, sis, login = 3, None, None
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        width, login = 4, 2
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        sis, login = 2, 3
        width = 5 + (header[4] == "Integration ID")
    assert "Section" in header[width - 1]
    dropped = "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|"
    dropped += "Override Score|Override Grade|Override Status"
    found: dict = {"grades": {}, "points": {}, "new assignments": [], "new students": []}
    places = {}
    for title in header[width:]:
        if re.search(dropped, title):
            continue
        numbered = re.match(r"^(.*)\s\((\d+)\)$", title)
        key = numbered[2] if numbered and numbered[2] in assignments else None
        key = key or next((k for k, known in assignments.items() if known == title), None)
        if key is None:
            key = title
            found["new assignments"].append(title)
        places[key] = header.index(title)
    for row in rows:
        if "Points Possible" in row[0]:
            found["points"] = {key: row[i] for key, i in places.items()}
            continue
        user = row[1] if row[1] in users else None
        for place, what in ((sis, "sis"), (login, "login")):
            if user is None and place is not None and row[place]:
                user = next((u for u, known in users.items() if known[what] == row[place]), None)
        if user is None:
            user = next((u for u, known in users.items() if known["name"] == row[0]), None)
        if user is None:
            found["new students"].append(row[0])
            continue
        for key, i in places.items():
            found["grades"][user, key] = row[i].strip()
    return found


def _fields(lines: list[str], mark: str) -> int:
    try:
        counts = {
            len(next(csv.reader([line.rstrip("\r\n")], delimiter=mark, strict=True)))
            for line in lines
        }
    except csv.Error:
        return 0
    return counts.pop() if len(counts) == 1 else 0


def _decimal(cell: str) -> str:
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    *parts, last = re.split(r"[,.]", cell)
    return f"{''.join(parts)}.{last}" if parts else last


class Refused(Exception):
    """The system does not take the file."""


def moodle(path: Path, users: dict[str, str], mapped: str, most: float = 100) -> dict:
    """Moodle: grade/import/csv/classes/load_data.php, every score column mapped to a new item.

    ``users`` maps what the column ``mapped`` holds to Moodle's number.
    """
    text = path.read_bytes().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    place = header.index(mapped)
    first = max(i for i, h in enumerate(header) if not h.endswith("feedback") and "@" not in h)
    scores = [i for i, h in enumerate(header) if f"{h} feedback" in header]
    assert first in scores
    grades: dict = {}
    user = None  # a row with an empty cell goes to the user of the row before
    for row in rows:
        if len(row) != len(header):
            raise Refused("columns")
        if value := row[place].strip():
            if value not in users:
                raise Refused(f"unknown user {value}")
            user = users[value]
        for i in scores:
            if row[i].strip() == "-":
                continue
            if float(row[i]) > most:
                raise Refused("grade too big")
            grades[user, header[i]] = float(row[i])
    return grades


def worksheet(path: Path, strings: dict[str, str], users: set[str], most: float) -> dict:
    """Moodle: mod/assign/feedback/offline/importgradeslib.php with its site's ``strings``."""
    text = path.read_bytes().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    if not {strings["grade"], strings["id"], strings["modified"]} <= set(header):
        raise Refused("not a worksheet")
    grades = {}
    for row in rows:
        user = row[header.index(strings["id"])][len(strings["hidden"]) :]
        value = row[header.index(strings["grade"])]
        if user in users and value not in ("", "-") and 0 <= float(value.replace(",", ".")) <= most:
            grades[user] = float(value.replace(",", "."))
    return grades


def blackboard(path: Path, users: set[str], columns: set[str]) -> dict:
    """Blackboard: Username, the number behind ``|``, and quotes around every field."""
    data = path.read_bytes()
    text = data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8-sig")
    mark = "\t" if "\t" in text.split("\n")[0] else ","
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    for line, row in zip(text.splitlines(), [header], strict=False):
        assert line == mark.join('"' + cell.replace('"', '""') + '"' for cell in row)
    numbers = {i: h.rpartition("|")[2] for i, h in enumerate(header) if "|" in h}
    if "Username" not in header or not set(numbers.values()) <= columns:
        raise Refused("columns")
    found = {}
    for row in rows:
        user = row[header.index("Username")]
        if user not in users:
            raise Refused(f"unknown user {user}")
        found |= {(user, number): row[i] for i, number in numbers.items()}
    return found
