"""``nbgrader zip_collect`` on what learning systems let an instructor download.

Two plug-ins of nbgrader's: :class:`SafeExtractor` unpacks the archives, :class:`LmsCollector`
says which file is whose newest submission, by the names that ``downloads`` reads.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets import Unicode

from autograder.cleaning.characters import printable
from autograder.course import timestamps
from autograder.errors import CourseError
from autograder.lms.collect.archives import is_archive, unpack
from autograder.lms.collect.downloads import METADATA, handed
from autograder.lms.collect.planning import (
    Plan,
    known_users,
    plan,
)
from autograder.lms.csvfile import read_csv
from autograder.lms.people import Person


class SafeExtractor(ExtractorPlugin):
    """Unpacks notebooks and Gradescope's list; everything else stays in the archives."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack or copy every file of the archive folder; say what was left out, and why."""
        for path in sorted(Path(archive_path).rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            place = Path(extracted_path) / path.relative_to(archive_path)
            if is_archive(path.name):
                self.log.info("Unpacking %s", path)
                for problem in unpack(path, place, _wanted):
                    self.log.error("%s", printable(problem))
            elif _wanted(path.name):
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place)
        for problem in _spell(Path(extracted_path)):
            self.log.error("%s", printable(problem))


def _spell(folder: Path) -> Iterator[str]:
    """Give notebooks the one suffix that nbgrader knows; a line for each that cannot have it."""
    for path in sorted(folder.rglob("*.[iI][pP][yY][nN][bB]")):
        usual = path.with_suffix(".ipynb")
        if path == usual or not path.is_file() or path.is_symlink():
            continue
        if usual.exists():
            yield f"{path.name!r} is left out: {usual.name!r} is there too"
        else:
            path.rename(usual)


def _wanted(name: str) -> bool:
    return name.lower().endswith(".ipynb") or name == METADATA


class LmsCollector(FileNameCollectorPlugin):
    """Collects the newest notebook of each student from a download of a learning system."""

    roster = Unicode(
        "", help="Canvas's gradebook export or Moodle's grading worksheet, to tell who is who"
    ).tag(config=True)

    _plan: Plan | None = None

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The student, the notebook and the time of a file, or None where it does not count."""
        if self._plan is None:
            self._plan = self._make_plan()
        chosen = self._plan.chosen.get(Path(submitted_file))
        if chosen is None:
            return None
        student, one = chosen
        info = {"student_id": student, "file_id": f"{self.parent.coursedir.assignment_id}.ipynb"}
        if one.timestamp is not None:
            info["timestamp"] = one.timestamp.isoformat(" ")
        return info

    def _make_plan(self) -> Plan:
        app, directory = self.parent, self.parent.coursedir
        folder = Path(app._format_collect_path(app.extracted_directory))
        archive = Path(app._format_collect_path(app.archive_directory))
        packed = [p.name for p in archive.iterdir() if is_archive(p.name)]
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            students = [
                Person(s.id, s.first_name or "", s.last_name or "", s.email or "",
                        s.lms_user_id or "")
                for s in gradebook.students
            ]  # fmt: skip
        try:
            known = known_users(read_csv(Path(self.roster)), students) if self.roster else {}
        except CourseError as error:
            app.fail(str(error))
        found = handed(folder, packed, self.named_regexp)
        made = self._newer(plan(found, students, directory.assignment_id, known))
        for note in made.notes:
            self.log.warning("%s", note)
        for one in made.left_out:
            self.log.error("Not collected: %s", one)
        self.log.info(
            "%d students; %d left out. Next: autograder grade %s",
            len(made.chosen), len(made.left_out), directory.assignment_id,
        )  # fmt: skip
        self._keep_earlier(made)
        return made

    def _newer(self, made: Plan) -> Plan:
        """Leave out what is older than what was collected before."""
        directory, chosen, notes = self.parent.coursedir, {}, list(made.notes)
        for path, (student, one) in made.chosen.items():
            folder = directory.format_path(
                directory.submitted_directory, student, directory.assignment_id
            )
            try:
                before = timestamps.read(Path(folder))
            except (timestamps.Unclear, OSError):
                before = None
            if one.timestamp and before and before > one.timestamp:
                notes.append(f"{printable(student)}: what was collected before is newer, it stays")
            else:
                chosen[path] = (student, one)
        return Plan(chosen, made.left_out, tuple(notes))

    def _keep_earlier(self, made: Plan) -> None:
        """nbgrader replaces what was collected before; keep a copy of what is different."""
        directory = self.parent.coursedir
        unit = directory.assignment_id
        for path, (student, _) in made.chosen.items():
            folder = Path(directory.format_path(directory.submitted_directory, student, unit))
            before = folder / f"{unit}.ipynb"
            if not before.is_file() or before.read_bytes() == path.read_bytes():
                continue
            moment = datetime.fromtimestamp(before.stat().st_mtime)
            name = f"{moment:%Y-%m-%d-%H-%M-%S}"
            kept = Path(self.parent._format_collect_path("earlier")) / student / name
            shutil.copytree(folder, kept, dirs_exist_ok=True)
            self.log.info("The earlier submission of %s is kept in %s", student, kept)
