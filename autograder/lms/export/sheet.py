"""What every format has in common: a sheet to write, and the filling of a system's own file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from autograder.cleaning.characters import printable
from autograder.errors import CourseError
from autograder.lms.csvfile import PLAIN, CsvFile, Style, number, one_line
from autograder.lms.export.table import State, Table, UnitColumn, UnitGrade
from autograder.lms.matching import Matches
from autograder.lms.people import Person

Row = tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A grade file before it is written.

    ``left_out`` are grades that are not in the file although students have them: the instructor
    must act. ``notes`` are facts that need no action. ``following`` is what to do next.
    """

    rows: tuple[Row, ...]
    style: Style = PLAIN
    students: int = 0
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    following: str = ""


@dataclass(frozen=True)
class Column:
    """Where a unit's scores go: the title, and its place in the system's own file, if any."""

    unit: UnitColumn
    title: str
    index: int | None = None


def columns(
    table: Table,
    file: CsvFile | None,
    titles: Mapping[str, str],
    bare: Callable[[str], str] = lambda header: header,
) -> tuple[Column, ...]:
    """The column of each unit: by its whole header, else by what ``bare`` leaves of a header.

    ``titles`` names the column of a unit where it is not called like the unit.
    Raises CourseError where two columns have the name, or two units one column.
    """
    if unknown := set(titles) - {unit.name for unit in table.units}:
        raise CourseError(f"--column names {unknown.pop()!r}, which is no unit of this export.")
    found = []
    for unit in table.units:
        title = titles.get(unit.name, unit.name)
        index = None
        if file is not None:
            whole = [i for i, header in enumerate(file.header) if header == title]
            places = whole or [i for i, header in enumerate(file.header) if bare(header) == title]
            if len(places) > 1:
                raise CourseError(
                    f"{file.name} has {len(places)} columns called {title!r}. Give the whole "
                    f"header with --column '{unit.name}={file.header[places[0]]}'."
                )
            index = places[0] if places else None
            title = file.header[index] if index is not None else title
        found.append(Column(unit, title, index))
    names = [column.title for column in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise CourseError(f"Two units go to the column {twice[0]!r}; see --column.")
    if not found:
        raise CourseError("Nobody has handed in anything yet: there is no grade to export.")
    return tuple(found)


def cell(result: UnitGrade, before: str = "") -> str:
    """A final score; else what the system has already, so that an import changes nothing."""
    return before if result.score is None else number(result.score)


def scores(table: Table, student: str, row: Row, places: Sequence[Column], empty: str = "") -> Row:
    """The cells of one student for the given columns; ``row`` is the system's own row."""
    return tuple(
        cell(
            table.result(student, column.unit.name),
            empty if column.index is None else row[column.index],
        )
        for column in places
    )


def has_final(table: Table, student: str) -> bool:
    return any(table.result(student, unit.name).state is State.FINAL for unit in table.units)


def waiting(table: Table, students: Collection[str], shown: str) -> list[str]:
    """A note for each score that a person must still give."""
    return [
        f"{printable(student)}, {unit.name}: waits for a hand grade, {shown}"
        for unit in table.units
        for student in students
        if table.result(student, unit.name).state is State.WAITING
    ]


def unmatched(matches: Matches, table: Table, file: CsvFile) -> tuple[list[str], list[str]]:
    """What the matching left out, and what it only noticed."""
    left_out = [f"{one}: not filled in" for one in matches.ambiguous]
    left_out += [
        f"{printable(student.id)} has grades, but no row of {file.name}"
        for student in matches.missing
        if table.has_results(student.id)
    ]
    notes = [f"{one}: nobody in the gradebook, left as it is" for one in matches.strangers]
    return left_out, notes


def full_name(student: Person) -> str:
    """``Last, First`` on one line and without a formula, else the id."""
    return one_line(", ".join(filter(None, (student.last_name, student.first_name)))) or student.id


def only_unit(table: Table, what: str) -> UnitColumn:
    """The unit of a format that holds one. Raises CourseError."""
    if len(table.units) != 1:
        names = ", ".join(unit.name for unit in table.units) or "none"
        raise CourseError(f"{what} holds one unit; choose it with --unit (there are: {names}).")
    return table.units[0]


def safe_id(student: Person) -> bool:
    """Whether an id can stand in a file as it is, without becoming a formula."""
    return one_line(student.id) == student.id


def unsafe_ids(table: Table) -> list[str]:
    """Students whose own id cannot be written without the system's file to take it from."""
    return [
        f"{printable(student.id)}: the id would become a formula; hand in the system's own file "
        "with --roster"
        for student in table.students
        if not safe_id(student) and table.has_results(student.id)
    ]
