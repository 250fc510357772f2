"""Begins a course, a unit, an exercise: writes what an author then changes.

The files come from the templates beside this module. Everything is worked out before the first
file is written, so that a wrong name leaves nothing behind.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.authoring.notebook_edits import add_exercise, as_bytes, percent, read, uses
from autograder.course.course import CONFIGURATION, Course
from autograder.course.files import write_all
from autograder.course.unit import SHARED
from autograder.errors import CourseError

TEMPLATES = Path(__file__).parent / "templates"
KINDS = ("function", "prediction", "choice", "written")
CLASSROOM = "classroom.py"  # the helper that check cells use; one for all units

COURSE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
UNIT_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")  # learning systems put it into names of files
EXERCISE_NAME = re.compile(r"[a-z][a-z0-9_]*")
Files = dict[Path, bytes | Path]

_templates = Environment(
    loader=PackageLoader("autograder.authoring"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,
)


def begin_course(parent: Path, name: str, title: str = "") -> list[Path]:
    """Write the folder ``parent/name``; returns the files. Raises CourseError."""
    _check(COURSE_NAME, name, "course", "letters, digits, hyphens and underscores")
    folder = parent / name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} exists and is not an empty folder. Choose another name.")
    words = {"name": name, "title": _title(name, title)}
    return _write({
        folder / CONFIGURATION: _filled("course/nbgrader_config.py.j2", words),
        folder / "README.md": _filled("course/README.md.j2", words),
        **_shared_files(folder),
    })  # fmt: skip


def begin_unit(course: Course, name: str, title: str = "") -> list[Path]:
    """Write a unit without exercises; returns the files. Raises CourseError."""
    _check(UNIT_NAME, name, "unit", "small letters, digits and underscores")
    if name == SHARED:
        raise CourseError(f"A unit cannot be called {SHARED}: graders/{SHARED} serves all units.")
    source, graders = course.root / "source" / name, course.graders / name
    for folder in (source, graders):
        if folder.exists():
            raise CourseError(f"There is a unit {name} already: {folder} exists.")
    words = {"name": name, "title": _title(name, title)}
    cells = percent(_text("unit/notebook.py.j2", words))
    shared = {path: data for path, data in _shared_files(course.root).items() if not path.exists()}
    return _write({
        source / f"{name}.ipynb": as_bytes(cells),
        source / "lesson.py": _filled("unit/lesson.py.j2", words),
        source / CLASSROOM: Path("..") / CLASSROOM,
        graders / "rubrics.py": _filled("unit/rubrics.py.j2", words),
        **shared,
    })  # fmt: skip


def begin_exercise(course: Course, unit: str, name: str, kind: str, title: str = "") -> list[Path]:
    """Add an exercise to a unit's notebook, checks and samples. Raises CourseError."""
    if kind not in KINDS:
        raise CourseError(f"{kind!r} is no kind of exercise. There are: {', '.join(KINDS)}.")
    if unit not in course.unit_names():
        known = ", ".join(course.unit_names()) or "none yet"
        raise CourseError(
            f"There is no unit {unit!r} in {course.root / 'source'} (there are: {known}). "
            f"Begin it with: autograder new unit {unit}"
        )
    _check(EXERCISE_NAME, name, "exercise", "small letters, digits and underscores")
    if keyword.iskeyword(name) or hasattr(builtins, name):
        raise CourseError(f"{name!r} means something in Python. Choose another name.")
    words = {"name": name, "unit": unit, "title": _title(name, title)}
    return _write({
        **_in_notebook(course, unit, name, kind, words),
        **_appended(course, unit, kind, words),
        **_new_files(course, unit, name, kind, words),
    })  # fmt: skip


def _in_notebook(
    course: Course, unit: str, name: str, kind: str, words: Mapping[str, str]
) -> Files:
    path = course.root / "source" / unit / f"{unit}.ipynb"
    notebook = read(path)
    if uses(notebook, name):
        raise CourseError(f"The notebook of {unit} uses the name {name!r} already: choose another.")
    cells = percent(_text(f"exercise/{kind}/cells.py.j2", words)).cells
    return {path: as_bytes(add_exercise(notebook, cells, name, summary=kind != "written"))}


def _appended(course: Course, unit: str, kind: str, words: Mapping[str, str]) -> Files:
    """Files of the unit that get longer: lesson.py, rubrics.py."""
    targets = {
        "lesson.py.j2": (course.root / "source" / unit / "lesson.py", "unit/lesson.py.j2"),
        "rubric.py.j2": (course.graders / unit / "rubrics.py", "unit/rubrics.py.j2"),
    }
    files: Files = {}
    for part, (path, empty) in targets.items():
        if (TEMPLATES / "exercise" / kind / part).is_file():
            start = {"name": unit, "title": unit}
            before = path.read_bytes() if path.is_file() else _filled(empty, start)
            files[path] = before + _filled(f"exercise/{kind}/{part}", words)
    return files


def _new_files(course: Course, unit: str, name: str, kind: str, words: Mapping[str, str]) -> Files:
    """The hidden checks and the samples. Raises CourseError where one is there already."""
    folder = TEMPLATES / "exercise" / kind
    targets = {path: course.samples / unit / f"{name}_{path.stem}" for path in
               sorted(folder.glob("samples/*.j2"))}  # fmt: skip
    if (folder / "test.py.j2").is_file():
        targets[folder / "test.py.j2"] = course.graders / unit / f"test_{name}.py"
    if there := next((target for target in targets.values() if target.exists()), None):
        raise CourseError(f"{there} exists already. Choose another name, or remove the file.")
    return {
        target: _filled(str(path.relative_to(TEMPLATES)), words) for path, target in targets.items()
    }


def _shared_files(root: Path) -> Files:
    """What all units of a course share with their students."""
    source = TEMPLATES / "course" / "source"
    return {root / "source" / path.name: path.read_bytes() for path in sorted(source.iterdir())}


def _check(pattern: re.Pattern[str], name: str, what: str, made_of: str) -> None:
    if not pattern.fullmatch(name):
        raise CourseError(
            f"{name!r} cannot be the name of a {what}: it begins with a letter or a digit, and "
            f"consists of {made_of}."
        )


def _title(name: str, title: str) -> str:
    """One line for people: the title, or the name without its number."""
    words = re.sub(r"^\d+_", "", name).replace("_", " ").strip() or name
    return " ".join(title.split()) or words[:1].upper() + words[1:]


def _text(template: str, words: Mapping[str, str]) -> str:
    return _templates.get_template(template).render(words)


def _filled(template: str, words: Mapping[str, str]) -> bytes:
    return _text(template, words).encode()


def _write(files: Files) -> list[Path]:
    try:
        write_all(files)
    except OSError as error:
        raise CourseError(f"Nothing was written: {error}.") from None
    return list(files)
