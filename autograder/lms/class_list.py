"""The class list: students from a CSV file into nbgrader's gradebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.api import Student as Entry

from autograder.cleaning.characters import printable
from autograder.course.course import Course
from autograder.errors import CourseError
from autograder.gradebook.access import opened
from autograder.lms.csvfile import CsvFile, plain, read_csv
from autograder.lms.people import Person

# Titles of columns, compared without case, spaces and punctuation; earlier ones win.
IDS = ("studentid", "sid", "sisloginid", "username", "loginid", "login", "netid", "userid",
       "studentnumber", "idnumber", "sisuserid", "id")  # fmt: skip
FIRST = ("firstname", "first", "givenname", "forename")
LAST = ("lastname", "last", "surname", "familyname")
EMAIL = ("email", "emailaddress", "mail", "sisloginid")
WHOLE = ("student", "fullname", "name")  # “Last, First” where there is a comma


@dataclass(frozen=True)
class Imported:
    """What an import did. ``others`` are students of the gradebook that the file does not name."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    others: tuple[str, ...]
    skipped: tuple[int, ...]  # rows without an id


def read_roster(path: Path, id_column: str = "") -> tuple[tuple[Person, ...], tuple[int, ...]]:
    """The students of a file, and the rows that name nobody. Raises CourseError.

    ``id_column`` is the title of the column with the student ids, where it is not one of IDS.
    """
    file = read_csv(path)
    place = _place(file, (plain(id_column),) if id_column else IDS)
    if place is None:
        wanted = f"called {id_column!r}" if id_column else "of student ids (such as student_id)"
        raise CourseError(
            f"{file.name} has no column {wanted}; name it with --id TITLE "
            f"(there are: {', '.join(printable(title) for title in file.header)})."
        )
    students, skipped = [], []
    for number, row in enumerate(file.rows, 2):
        if row[place].strip():
            students.append(_student(file, row, place))
        elif any(cell.strip() for cell in row):
            skipped.append(number)
    _check(file, students)
    return tuple(students), tuple(skipped)


def import_roster(gradebook: Gradebook, students: Sequence[Person]) -> dict[str, str]:
    """Add and update students, all or none; an empty cell changes nothing, nobody is removed.

    Returns ``added``, ``updated`` or ``unchanged`` for each id.
    """
    known = {entry.id: entry for entry in gradebook.students}
    done = {}
    for student in students:
        values = {
            "first_name": student.first_name,
            "last_name": student.last_name,
            "email": student.email,
            "lms_user_id": student.lms_id,
        }
        given = {name: value for name, value in values.items() if value}
        entry = known.get(student.id)
        if entry is None:
            gradebook.db.add(Entry(id=student.id, **given))
            done[student.id] = "added"
            continue
        new = {name: value for name, value in given.items() if getattr(entry, name) != value}
        for name, value in new.items():
            setattr(entry, name, value)
        done[student.id] = "updated" if new else "unchanged"
    gradebook.db.commit()
    return done


def roster(course: Course, path: Path, id_column: str = "") -> Imported:
    """Import a class list into the gradebook of a course. Doing it twice is doing it once."""
    students, skipped = read_roster(path, id_column)
    with opened(course, create=True) as gradebook:
        before = {entry.id for entry in gradebook.students}
        done = import_roster(gradebook, students)
    kinds = {
        kind: tuple(student for student, what in done.items() if what == kind)
        for kind in ("added", "updated", "unchanged")
    }
    return Imported(**kinds, others=tuple(sorted(before - done.keys())), skipped=skipped)


def _place(file: CsvFile, titles: Sequence[str]) -> int | None:
    header = [plain(title) for title in file.header]
    return next((header.index(title) for title in titles if title in header), None)


def _student(file: CsvFile, row: tuple[str, ...], place: int) -> Person:
    def cell(titles: Sequence[str]) -> str:
        index = _place(file, titles)
        return "" if index is None else row[index].strip()

    first, last, whole = cell(FIRST), cell(LAST), cell(WHOLE)
    if whole and not (first or last):
        last, _, first = (part.strip() for part in whole.partition(","))
    email = cell(EMAIL)
    # Canvas's own number stands in a column “ID” beside the ids that an institution gives.
    own = cell(("id",)) if _place(file, ("id",)) != place and _place(file, ("section",)) else ""
    return Person(row[place].strip(), first, last, email if "@" in email else "", own)


def _check(file: CsvFile, students: Sequence[Person]) -> None:
    if not students:
        raise CourseError(f"{file.name} names no student.")
    counts = Counter(student.id for student in students)
    if twice := [id_ for id_, count in counts.items() if count > 1]:
        raise CourseError(
            f"{file.name} has the id {printable(twice[0])!r} {counts[twice[0]]} times "
            f"({len(twice)} such ids); nothing was imported."
        )
    for student in students:
        odd = any(c in "/\\" or not c.isprintable() for c in student.id)
        if odd or student.id.startswith("."):
            raise CourseError(
                f"{file.name}: {printable(student.id)!r} cannot be a student id, because it "
                "names a folder; nothing was imported."
            )
