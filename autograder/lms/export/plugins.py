"""Exporters for ``nbgrader export --exporter autograder.lms.export.NAME``, and one function."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Dict, Unicode
from traitlets.config import Config

from autograder.cleaning.characters import printable
from autograder.errors import CourseError
from autograder.gradebook.late import outdated
from autograder.lms.csvfile import CsvFile, number, read_csv, write_csv
from autograder.lms.export import blackboard, canvas, gradescope, moodle, plain, worksheet
from autograder.lms.export.sheet import Sheet
from autograder.lms.export.table import Table, read

INCOMPLETE = 3  # exit status: the file is written, but grades of some students are not in it


class Writer(Protocol):
    """Lays the grades of a class out for one system."""

    def __call__(
        self, table: Table, roster: CsvFile | None, titles: Mapping[str, str]
    ) -> Sheet: ...


@dataclass(frozen=True)
class Format:
    """A kind of grade file. ``everything`` also exports units that nobody handed in."""

    write: Writer
    everything: bool = False


FORMATS = {
    "nbgrader": Format(plain.grades, everything=True),
    "questions": Format(plain.questions, everything=True),
    "canvas": Format(canvas.sheet),
    "moodle": Format(moodle.sheet),
    "moodle-worksheet": Format(worksheet.sheet),
    "blackboard": Format(blackboard.sheet),
    "gradescope": Format(gradescope.sheet),
}


def export(
    gradebook: Gradebook,
    name: str,
    to: Path,
    *,
    roster: Path | None = None,
    units: Collection[str] = (),
    students: Collection[str] = (),
    config: Config | None = None,
    titles: Mapping[str, str] | None = None,
) -> Sheet:
    """Write the grades in a format and say what is in the file. Raises CourseError.

    ``roster`` is the learning system's own file; ``titles`` names the column of a unit; with
    ``config``, nbgrader's, late penalties that are out of date are noted.
    """
    if name not in FORMATS:
        raise CourseError(f"There is no format {name!r} (there are: {', '.join(FORMATS)}).")
    kind = FORMATS[name]
    file = None if roster is None else read_csv(roster)
    if roster is not None and to.exists() and to.samefile(roster):
        raise CourseError(f"{to} is the file of --roster itself; choose another one to write.")
    table = read(gradebook, units, students, everything=kind.everything)
    sheet = kind.write(table, file, titles or {})
    write_csv(to, sheet.rows, sheet.style)
    if config is None:
        return sheet
    return dataclasses.replace(sheet, notes=(*sheet.notes, *_outdated(gradebook, config, table)))


def _outdated(gradebook: Gradebook, config: Config, table: Table) -> list[str]:
    return [
        f"{printable(one.student_id)}, {one.unit}: the late penalty is {number(one.before)} and "
        f"would be {number(one.penalty)} today; run autograder late {one.unit}, and export again"
        for one in outdated(gradebook, config, [unit.name for unit in table.units])
    ]


class _Exporter(ExportPlugin):
    """What the exporters share. ``c.CanvasExporter.roster`` names the system's own file."""

    format: ClassVar[str] = ""
    file: ClassVar[str] = ""  # where to write unless --to says

    roster = Unicode("", help="the learning system's own file of students").tag(config=True)
    columns = Dict(help="the column of a unit where it is not called like it").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        path = Path(self.to or self.file or f"{self.format}.csv")
        try:
            sheet = export(
                gradebook, self.format, path,
                roster=Path(self.roster) if self.roster else None,
                units=[str(unit) for unit in self.assignment],
                students=[str(student) for student in self.student],
                titles=self.columns,
                config=self.config,
            )  # fmt: skip
        except CourseError as error:
            self.log.error("%s", error)
            sys.exit(1)
        for note in sheet.notes:
            self.log.warning("%s", note)
        for one in sheet.left_out:
            self.log.error("%s", one)
        self.log.info("Wrote %d rows to %s", len(sheet.rows) - 1, path)
        if sheet.left_out:
            sys.exit(INCOMPLETE)


class GradesExporter(_Exporter):
    """nbgrader's columns, properly quoted."""

    format = "nbgrader"
    file = "grades.csv"


class QuestionsExporter(_Exporter):
    """A column per question."""

    format = "questions"


class CanvasExporter(_Exporter):
    """For Canvas: Grades → Import."""

    format = "canvas"


class MoodleExporter(_Exporter):
    """For Moodle: Grades → Import → CSV file."""

    format = "moodle"


class MoodleWorksheetExporter(_Exporter):
    """For a Moodle assignment: Upload grading worksheet."""

    format = "moodle-worksheet"


class BlackboardExporter(_Exporter):
    """For Blackboard: Work Offline → Upload."""

    format = "blackboard"


class GradescopeExporter(_Exporter):
    """Gradescope's own columns."""

    format = "gradescope"
