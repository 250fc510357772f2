"""Which row of a learning system's file is which student of the gradebook. Nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from autograder.cleaning.characters import printable
from autograder.lms.csvfile import CsvFile, plain
from autograder.lms.people import Person


class Kind(StrEnum):
    """What an identity column holds."""

    ID = "id"  # the student id of the gradebook, or the e-mail address as a login
    EMAIL = "email"
    LMS = "lms"  # the learning system's own number, nbgrader's lms_user_id


@dataclass(frozen=True)
class Matches:
    """``students`` maps rows to student ids; the rest is for the instructor to read.

    ``ambiguous`` are rows that point to several students or share one; ``strangers`` are rows
    without a student; ``missing`` are students without a row.
    """

    students: Mapping[int, str]
    ambiguous: tuple[str, ...]
    strangers: tuple[str, ...]
    missing: tuple[Person, ...]


class Directory:
    """Students by id, by e-mail address and by the learning system's number."""

    def __init__(self, students: Collection[Person]) -> None:
        self._known: dict[Kind, dict[str, set[str]]] = {kind: defaultdict(set) for kind in Kind}
        for student in students:
            self._known[Kind.ID][student.id].add(student.id)
            if student.email:
                self._known[Kind.EMAIL][student.email.casefold()].add(student.id)
            if student.lms_id:
                self._known[Kind.LMS][student.lms_id].add(student.id)

    def find(self, cells: Sequence[tuple[Kind, str]]) -> set[str]:
        """The students that every cell which names anybody agrees on.

        Empty: nobody is named. More than one: the cells contradict each other, or one e-mail
        address belongs to several students.
        """
        named = [found for kind, cell in cells if (found := self._named(kind, cell.strip()))]
        if not named:
            return set()
        agreed = set.intersection(*named)
        return agreed or set.union(*named)

    def _named(self, kind: Kind, cell: str) -> set[str]:
        if not cell:
            return set()
        if kind is Kind.EMAIL:
            return self._known[kind].get(cell.casefold(), set())
        found = self._known[kind].get(cell, set())
        if kind is Kind.ID and not found and "@" in cell:
            return self._known[Kind.EMAIL].get(cell.casefold(), set())
        return found


def match(
    file: CsvFile,
    students: Collection[Person],
    keys: Mapping[int, Kind],
    *,
    rows: Collection[int] | None = None,
) -> Matches:
    """Match rows by their identity columns: ``keys`` says which columns hold what."""
    directory = Directory(students)
    claims: dict[str, list[int]] = defaultdict(list)
    ambiguous, strangers = [], []
    for index in range(len(file.rows)) if rows is None else sorted(rows):
        cells = [(kind, file.rows[index][column]) for column, kind in keys.items()]
        found = directory.find(cells)
        if len(found) == 1:
            claims[found.pop()].append(index)
        elif found:
            names = " and ".join(printable(name) for name in sorted(found))
            ambiguous.append(f"{_who(file, index, keys)} may be {names}")
        else:
            strangers.append(_who(file, index, keys) + _zeros(cells, students))
    for student, indices in claims.items():
        if len(indices) > 1:
            both = " and ".join(_who(file, index, keys) for index in indices)
            ambiguous.append(f"{both} are both student {printable(student)}")
    matched = {indices[0]: student for student, indices in claims.items() if len(indices) == 1}
    missing = tuple(student for student in students if student.id not in set(matched.values()))
    return Matches(matched, tuple(ambiguous), tuple(strangers), missing)


def _who(file: CsvFile, index: int, keys: Mapping[int, Kind]) -> str:
    row = file.rows[index]
    cells = [row[0], *(row[column] for column in keys if column != 0)]
    return f"row {index + 2} ({', '.join(printable(cell) for cell in cells if cell)})"


def _zeros(cells: Sequence[tuple[Kind, str]], students: Collection[Person]) -> str:
    """Spreadsheets drop leading zeros; say so, but do not repair it."""
    short = {cell.strip().lstrip("0") for kind, cell in cells if kind is Kind.ID} - {""}
    like = [s.id for s in students if s.id.startswith("0") and s.id.lstrip("0") in short]
    return f": is it {printable(like[0])}, without its zeros?" if like else ""


KINDS = {"username": Kind.ID, "idnumber": Kind.ID, "email": Kind.EMAIL, "emailaddress": Kind.EMAIL}


def identity(file: CsvFile) -> dict[int, Kind]:
    """The columns that say who a student is: by title, or, in any language, all with an ``@``."""
    found = {i: KINDS[plain(title)] for i, title in enumerate(file.header) if plain(title) in KINDS}
    for index in range(len(file.header)):
        cells = [cell for cell in file.column(index) if cell.strip()]
        if index not in found and cells and all("@" in cell for cell in cells):
            found[index] = Kind.EMAIL
    return dict(sorted(found.items()))
