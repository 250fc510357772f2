"""What the files and folders that a learning system made say about who handed in what.

Only names that the system made count; those further in are the students' own.

==========  ==================================================================================
Canvas      ``lovelaceada_LATE_1234_5678_week_2-1.ipynb``: user, attachment, file
            (instructure/canvas-lms, lib/content_zipper.rb)
Moodle      ``Ada Lovelace_1234_assignsubmission_file/week_2.ipynb``: participant
            (mod/assign/classes/downloader.php; older versions: one more ``_``, or no folder)
Gradescope  ``submission_1234/week_2.ipynb``, and ``submission_metadata.yml``
nbgrader    ``week_2_ada_attempt_2026-01-30-15-30-10_week_2.ipynb``
==========  ==================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from nbgrader.utils import parse_utc

from autograder.lms.collect.archives import is_archive
from autograder.lms.matching import Kind

METADATA = "submission_metadata.yml"
CANVAS = re.compile(
    r"^(?P<name>.*?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)$"
)
MOODLE = re.compile(r"^(?P<name>.+)_(?P<user>\d+)_assignsubmission_file(?:_(?P<file>.*))?$")
GRADESCOPE = re.compile(r"^submission_\d+$")
# What systems and browsers append to a name that is taken: “-1”, “ (1)”.
COPY = re.compile(r"^(?P<name>.*?)(?:-(?P<dash>\d{1,3})| ?\((?P<bracket>\d{1,3})\))?$")


@dataclass(frozen=True)
class Handed:
    """A notebook in the downloaded files, and what the system's own names say about it."""

    path: Path
    archive: str
    user: str  # the system's own name for who handed it in
    cells: tuple[tuple[Kind, str], ...] = ()  # ids and addresses that say who that is
    display_name: str = ""
    student: str = ""  # where the name itself holds the student id
    timestamp: datetime | None = None  # UTC
    attachment: int = 0  # Canvas counts them upwards
    late: bool = False
    file: str = ""
    others: int = 0  # further members of a group

    @property
    def name(self) -> str:
        """The file's name without what a system appended because the name was taken."""
        found = COPY.match(Path(self.file).stem)
        return found["name"] if found else ""

    @property
    def order(self) -> tuple[datetime, int, float, int]:
        """Sorts the submissions of one student: later ones are greater."""
        found = COPY.match(Path(self.file).stem)
        copy = int((found["dash"] or found["bracket"] or 0) if found else 0)
        return (
            self.timestamp or datetime.min, self.attachment, self.path.stat().st_mtime, copy
        )  # fmt: skip


def handed(folder: Path, packed: Iterable[str], named_regexp: str = "") -> list[Handed]:
    """Every notebook under a folder of unpacked downloads. ``packed`` are archives' own folders."""
    skipped = set(packed)
    found = []
    for path in sorted(folder.rglob("*.ipynb")):
        if path.is_file() and not path.is_symlink():
            parts = path.relative_to(folder).parts
            archive = parts[0] if parts[0] in skipped else ""
            found.append(_handed(path, archive, parts[1:] if archive else parts, named_regexp))
    return found


def _handed(path: Path, archive: str, parts: Sequence[str], named_regexp: str) -> Handed:
    """Whose a file is. ``parts`` are its folders and its name below the download."""
    for depth, part in enumerate(_of_the_system(parts)):
        last = depth == len(parts) - 1
        if GRADESCOPE.match(part):
            return _gradescope(path, archive, path.parents[len(parts) - depth - 2], part)
        if moodle := MOODLE.match(part):
            return Handed(
                path, archive, f"Moodle participant {moodle['user']}", display_name=moodle["name"],
                file=(moodle["file"] if last else "") or path.name,
            )  # fmt: skip
        canvas = CANVAS.match(part) if last or is_archive(part) else None
        if canvas:
            return Handed(
                path, archive, f"Canvas user {canvas['user']}", ((Kind.LMS, canvas["user"]),),
                display_name=canvas["name"], attachment=int(canvas["attachment"]),
                late=bool(canvas["late"]), file=canvas["file"] if last else path.name,
            )  # fmt: skip
        ours = _named(part, last, named_regexp)
        if ours:
            return Handed(
                path, archive, ours["student_id"], student=ours["student_id"],
                timestamp=_time(ours.get("timestamp")),
                file=ours["file_id"] + ".ipynb" if last else path.name,
            )  # fmt: skip
    return Handed(path, archive, "", file=path.name)


def _of_the_system(parts: Sequence[str]) -> Sequence[str]:
    """The names that the learning system made: down to the first archive, which a student packed.

    What stands in a student's archive is named by the student, and names nobody.
    """
    packed = next((n for n, part in enumerate(parts[:-1]) if is_archive(part)), len(parts) - 1)
    return parts[: packed + 1]


def _named(part: str, last: bool, named_regexp: str) -> Mapping[str, str] | None:
    """What nbgrader's form of a name says: of a notebook, or of an archive in its place."""
    name = part if last else f"{part.partition('.')[0]}.ipynb" if is_archive(part) else ""
    found = re.match(named_regexp, f"/{name}") if named_regexp and name else None
    return found.groupdict() if found else None


def _gradescope(path: Path, archive: str, folder: Path, submission: str) -> Handed:
    entry = metadata(folder.parent / METADATA).get(submission, {})
    people = entry.get(":submitters") or []
    person = people[0] if people else {}
    cells = (
        (Kind.ID, str(person.get(":sid") or "")),
        (Kind.EMAIL, str(person.get(":email") or "")),
    )
    return Handed(
        path, archive, f"Gradescope {submission}", cells,
        display_name=str(person.get(":name") or ""), timestamp=_time(entry.get(":created_at")),
        file=path.name, others=max(0, len(people) - 1),
    )  # fmt: skip


class _Ruby(yaml.SafeLoader):
    """Gradescope's file names Ruby classes; their plain values are all that is read."""


def _plain(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Ruby.add_multi_constructor("!ruby/", _plain)
_Ruby.yaml_implicit_resolvers = {  # an id such as 007 is no number
    first: [(tag, regexp) for tag, regexp in pairs if not tag.endswith((":int", ":float"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def metadata(path: Path) -> dict[str, Any]:
    """Gradescope's own list of submissions; empty where it is missing or cannot be read."""
    try:
        values = yaml.load(path.read_text("utf-8"), _Ruby)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    known = values if isinstance(values, dict) else {}
    return {str(key): value for key, value in known.items() if isinstance(value, dict)}


def _time(value: Any) -> datetime | None:
    if isinstance(value, dict):  # Ruby's TimeWithZone
        value = value.get("utc") or value.get("time")
    try:
        return parse_utc(value) if value else None
    except (ValueError, OverflowError, TypeError):
        return None
