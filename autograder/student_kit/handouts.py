"""One zip per unit that a student can work with alone: the notebook and what belongs to it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import mistune
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from autograder.course.course import Course
from autograder.course.leaks import LEAKS
from autograder.course.unit import Unit
from autograder.errors import CourseError
from autograder.sandbox.limits import LIMITS
from autograder.student_kit.files import preflight_cells as preflight

KIT = Path(__file__).parent / "files"
PROGRAM = ("check_before_submitting.py", "preflight_cells.py", "preflight_run.py")
DATE = (2026, 1, 1, 0, 0, 0)  # of every file in every zip, whenever it is packed


def handout(course: Course, name: str, folder: Path) -> Path:
    """Write ``<folder>/<unit>.zip`` from ``release/<unit>``. Raises CourseError.

    The same release gives the same bytes, whenever and wherever it is packed.
    """
    unit = course.unit(name)
    contents = files(course, unit)
    for file, data in contents.items():
        if leak := next((leak for leak in LEAKS if leak.encode() in data), None):
            raise CourseError(f"{name} is not handed out: {file} contains {leak!r}.")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.zip"
    path.write_bytes(_zip(name, contents))
    return path


def files(course: Course, unit: Unit) -> dict[str, bytes]:
    """Everything in a student's folder, by name. Raises CourseError."""
    return {
        "START_HERE.html": _start_here(course, unit).encode(),
        f"{unit.name}.ipynb": unit.notebook.encode(),
        **unit.files,
        **{name: (KIT / name).read_bytes() for name in PROGRAM},
        "requirements.txt": _requirements(course),
        "unit.json": (json.dumps(manifest(unit), indent=1) + "\n").encode(),
    }


def manifest(unit: Unit) -> dict[str, object]:
    """What ``check_before_submitting.py`` knows of a unit: names and fingerprints, no answers."""
    limits = LIMITS.for_unit(unit.metadata)
    return {
        "unit": unit.name,
        "limits": {"cell_cpu_s": limits.cell_cpu_s, "wall_s": limits.wall_s(limits.cell_cpu_s)},
        "files": {name: preflight.digest(data.decode()) for name, data in unit.files.items()},
        "cells": {
            cell.metadata.nbgrader.grade_id: {
                "id": cell.id,
                "kind": "answer" if cell.metadata.nbgrader.solution else "locked",
                "sha256": preflight.digest(cell.source),
            }
            for cell in unit.cells
        },
    }


def _requirements(course: Course) -> bytes:
    """What pip installs on a student's machine: the course's own list, or the general one."""
    own = course.settings.requirements
    return (course.named_file("requirements") if own else KIT / "requirements.txt").read_bytes()


def _start_here(course: Course, unit: Unit) -> str:
    style = (KIT / "style.css").read_text("utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{unit.name}: '
        f"start here</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{mistune.html(_start_here_text(course, unit))}</body>\n</html>\n"
    )


def _start_here_text(course: Course, unit: Unit) -> str:
    """The general text, or the course's own, which may extend the general one block by block."""
    general = FileSystemLoader(KIT)
    pages = Environment(
        loader=general, undefined=StrictUndefined, trim_blocks=True, autoescape=False
    )
    if not course.settings.start_here:
        return pages.get_template("START_HERE.md").render(unit=unit.name)
    path = course.named_file("start_here")
    try:
        return pages.from_string(path.read_text("utf-8")).render(unit=unit.name)
    except (TemplateError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is no template of Jinja: {error}") from None


def _zip(folder: str, contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    # Stored, not deflated: the bytes of a compressed file depend on the version of zlib.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in contents.items():
            info = zipfile.ZipInfo(f"{folder}/{name}", DATE)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()
