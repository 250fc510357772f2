"""Which file of a download is whose newest submission. Nothing is guessed: the rest is listed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.cleaning.characters import printable
from autograder.errors import CourseError
from autograder.lms.collect.downloads import Handed
from autograder.lms.csvfile import CsvFile
from autograder.lms.matching import Directory, Kind, identity, match
from autograder.lms.people import Person


@dataclass(frozen=True)
class Plan:
    """The newest submission of each student, and a line for each thing left out or odd."""

    chosen: Mapping[Path, tuple[str, Handed]]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def plan(
    found: Sequence[Handed],
    students: Sequence[Person],
    unit: str,
    known: Mapping[str, str] | None = None,
) -> Plan:
    """Choose the newest notebook of each student. Nothing is guessed: the rest is listed.

    ``known`` maps a system's own users to student ids, from its list.
    """
    directory, names = Directory(students), _names(students)
    numbered = {student.id for student in students if student.lms_id}
    left_out, notes = [], []
    by_name = 0
    claims: dict[str, dict[str, list[Handed]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        whose, problem = _whose(one, directory, names, numbered, known or {})
        if problem:
            left_out.append(f"{_show(one)}: {problem}")
        else:
            claims[whose][one.user].append(one)
            by_name += not (one.student or one.user in (known or {}) or directory.find(one.cells))
    chosen = {}
    for student, users in sorted(claims.items()):
        own = [one for handed_in in users.values() for one in handed_in]
        systems = {one.user.partition(" ")[0] for one in own if not one.student}
        if len(users) > 1 and not _may_join(users, systems):
            who = " and ".join(printable(user) for user in sorted(users))
            left_out.append(f"{printable(student)}: {who} both seem to be this student")
            continue
        newest, problem = _newest(own, unit)
        if newest is None:
            left_out.append(f"{printable(student)}: {problem}")
            continue
        chosen[newest.path] = (student, newest)
        notes += [f"{printable(student)}: {note}" for note in _remarks(newest, len(own), unit)]
    if by_name:
        notes.append(
            f"{by_name} files were matched by the student's name alone; to match by number, "
            "import the system's list with autograder roster, or set LmsCollector.roster"
        )
    return Plan(chosen, tuple(left_out), tuple(notes))


def _may_join(users: Mapping[str, Sequence[Handed]], systems: set[str]) -> bool:
    """Gradescope numbers submissions, not people: several may be one student's."""
    return systems == {"Gradescope"} or not systems


def _whose(
    one: Handed,
    directory: Directory,
    names: Mapping[str, set[str]],
    numbered: Container[str],
    known: Mapping[str, str],
) -> tuple[str, str]:
    """The student, or why it cannot be told."""
    if one.student:
        odd = one.student.startswith(".") or not one.student.isprintable()
        return one.student, "this cannot be a student id" if odd else ""
    if not one.user:
        return "", "its name is not of a form that a learning system makes"
    if one.others:
        return "", f"handed in by {one.others + 1} students together; copy it to each by hand"
    if one.user in known:
        return known[one.user], ""
    candidates = directory.find(one.cells)
    if not candidates:  # a name that a student may choose: only where no id says otherwise
        candidates = names.get(_clean(one.display_name), set())
        if any(cell for kind, cell in one.cells if kind is not Kind.LMS):
            return "", f"{printable(one.display_name)}: nobody in the gradebook has this id"
        if one.cells and any(student in numbered for student in candidates):
            return "", "somebody of this name has another number in the gradebook"
    if len(candidates) == 1:
        return next(iter(candidates)), ""
    if candidates:
        return "", "it may be of " + " or ".join(printable(c) for c in sorted(candidates))
    return "", "nobody in the gradebook; import the class with autograder roster"


def _names(students: Iterable[Person]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for student in students:
        for parts in ((student.first_name, student.last_name),
                      (student.last_name, student.first_name)):  # fmt: skip
            if cleaned := _clean("".join(parts)):
                found[cleaned].add(student.id)
    return found


def _clean(name: str) -> str:
    """Systems drop spaces and punctuation from names, each in its own way."""
    return "".join(c for c in name.casefold() if c.isalnum())


def _newest(own: Sequence[Handed], unit: str) -> tuple[Handed | None, str]:
    """The newest download of one student; one download may hold several notebooks."""
    by_archive: dict[str, list[Handed]] = defaultdict(list)
    for one in own:
        by_archive[one.archive].append(one)
    picked = []
    for several in by_archive.values():
        named = [one for one in several if one.name == unit]
        if not named and len(several) > 1:
            files = ", ".join(printable(one.file) for one in several)
            return None, f"several notebooks and none is called {unit}.ipynb ({files})"
        picked += named or several
    last = max(one.order for one in picked)
    latest = [one for one in picked if one.order == last]
    if len({one.path.read_bytes() for one in latest}) > 1:
        files = ", ".join(_show(one) for one in latest)
        return None, f"different notebooks of the same age ({files})"
    return latest[0], ""


def _remarks(one: Handed, count: int, unit: str) -> list[str]:
    notes = []
    if one.late:
        notes.append(
            "late, by Canvas's own mark, which does not say how much; for a late penalty write "
            "the time into timestamp.txt beside the notebook"
        )
    if one.name != unit:
        notes.append(f"taken from {printable(one.file)}, the only notebook")
    if count > 1:
        notes.append(f"the newest of {count} notebooks; the others stay in the archives")
    return notes


def _show(one: Handed) -> str:
    return printable("/".join(one.path.parts[-2:]))


def known_users(file: CsvFile, students: Sequence[Person]) -> dict[str, str]:
    """Users of a system by its own list: Canvas's gradebook or a Moodle grading worksheet.

    Raises CourseError for a file of another kind.
    """
    if file.header[:2] == ("Student", "ID"):
        keys = {i: Kind.ID for i, title in enumerate(file.header) if title.startswith("SIS ")}
        prefix, place = "Canvas user ", 1
    else:
        keys, prefix, place = identity(file), "Moodle participant ", 0
    if not keys:
        raise CourseError(
            f"{file.name} says of nobody who it is; LmsCollector.roster takes Canvas's gradebook "
            "export or a Moodle grading worksheet."
        )
    matches = match(file, students, keys)
    numbers = {
        row: found[0]
        for row in matches.students
        if (found := re.findall(r"\d+$", file.rows[row][place].strip()))
    }
    return {prefix + number: matches.students[row] for row, number in numbers.items()}
