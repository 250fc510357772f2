"""A unit of the course as a value: the released notebook, its helper files, its grader."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from nbformat import NotebookNode

from autograder.course.files import digest_of
from autograder.course.settings import PLAIN, Runtime
from autograder.errors import CourseError

SHARED = "shared"  # the folder of what the graders of several units use


@dataclass(frozen=True)
class Question:
    """A graded cell with its points; ``bonus`` points lie above the maximum."""

    id: str
    points: float
    bonus: float
    manual: bool

    @property
    def worth(self) -> float:
        """What a full answer earns."""
        return self.points + self.bonus


@dataclass(frozen=True)
class Unit:
    """Everything that judging needs to know about a unit, and nothing from its solution."""

    name: str
    notebook: str = field(repr=False)  # the released notebook, as JSON text
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    graders: Path = Path()  # the folder of all hidden checks; this unit's lie in NAME/ and shared/
    runtime: Runtime = PLAIN

    @classmethod
    def load(
        cls, course: Path, name: str, graders: Path = Path(), runtime: Runtime = PLAIN
    ) -> Unit:
        """Read a unit from ``release/`` of a course. Raises CourseError where it is not there."""
        folder = course / "release" / name
        path = folder / f"{name}.ipynb"
        if not path.is_file():
            known = sorted(p.parent.name for p in course.glob("release/*/*.ipynb"))
            raise CourseError(
                f"There is no unit {name!r} in {course / 'release'} "
                f"(there are: {', '.join(known) or 'none'}). "
                f"Generate it with: nbgrader generate_assignment {name}"
            )
        files = {
            str(p.relative_to(folder)): p.read_bytes()
            for p in sorted(folder.rglob("*"))
            if p.is_file() and p != path and not any(q.startswith((".", "__")) for q in p.parts)
        }
        return cls(name, path.read_text("utf-8"), files, graders, runtime)

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The notebook's metadata, where a unit asks for other limits."""
        return dict(nbformat.reads(self.notebook, as_version=4).metadata)

    @cached_property
    def cells(self) -> tuple[NotebookNode, ...]:
        """The cells that nbgrader knows, in the order of the notebook."""
        nb = nbformat.reads(self.notebook, as_version=4)
        return tuple(cell for cell in nb.cells if "grade_id" in cell.metadata.get("nbgrader", {}))

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The graded questions, in the order of the notebook."""
        return tuple(
            Question(
                id=cell.metadata.nbgrader.grade_id,
                points=float(cell.metadata.nbgrader.points),
                bonus=float(cell.metadata.get("autograder", {}).get("bonus", 0)),
                manual=bool(cell.metadata.nbgrader.solution),
            )
            for cell in self.cells
            if cell.metadata.nbgrader.grade
        )

    @cached_property
    def lesson(self) -> types.ModuleType:
        """The unit's own ``lesson.py``, which is released with the notebook, as a module."""
        return load_module("lesson", self.files)

    @cached_property
    def checks(self) -> Mapping[str, bytes]:
        """The files of the hidden checks by their path below ``graders``.

        Raises CourseError where there are none: nothing could be judged.
        """
        own = self.graders / self.name
        if not any(own.glob("*.py")):
            raise CourseError(
                f"The unit {self.name!r} has no hidden checks. Write {own}/test_QUESTION.py; "
                "docs/authors.md says how."
            )
        paths = [*own.rglob("*.py"), *(self.graders / SHARED).rglob("*.py")]
        return {str(path.relative_to(self.graders)): path.read_bytes() for path in sorted(paths)}

    @cached_property
    def digest(self) -> str:
        """Changes whenever the notebook, a helper file or a hidden check changes."""
        parts = [self.name.encode(), self.notebook.encode(), msgspec.json.encode(self.runtime)]
        for files in (self.files, self.checks):
            parts += [
                part for name, data in sorted(files.items()) for part in (name.encode(), data)
            ]
        return digest_of(*parts)


def load_module(name: str, files: Mapping[str, bytes]) -> types.ModuleType:
    """Run ``name.py`` of a unit's files as a module; its imports of sibling files work too."""
    source = files.get(f"{name}.py")
    if source is None:
        raise CourseError(f"The unit has no file {name}.py.")
    module = types.ModuleType(name)
    module.__dict__["__builtins__"] = {
        **vars(__import__("builtins")),
        "__import__": _importer(files),
    }
    exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return module


def _importer(files: Mapping[str, bytes]):  # type: ignore[no-untyped-def]
    def importer(name, globals=None, locals=None, fromlist=(), level=0):  # type: ignore[no-untyped-def]
        if f"{name}.py" in files and level == 0:
            return load_module(name, files)
        return __import__(name, globals, locals, fromlist, level)

    return importer


def unit_names(course: Path) -> list[str]:
    """The units of a course, in order: the folders of ``source/`` that hold their notebook."""
    return sorted(p.parent.name for p in course.glob("source/*/*.ipynb") if p.stem == p.parent.name)
