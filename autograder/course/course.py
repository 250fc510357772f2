"""Where a course lies and what nbgrader's configuration says about it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.course import settings
from autograder.course.moved import moved_names
from autograder.course.secret import seed_of
from autograder.course.settings import Settings
from autograder.course.submission import Submission
from autograder.course.unit import Unit, unit_names
from autograder.errors import CourseError

CONFIGURATION = "nbgrader_config.py"

# nbgrader starts alembic and jupyter by name: find them where this Python's programs lie, also
# when the environment is not activated.
PROGRAMS = os.path.join(sys.prefix, "bin")
if PROGRAMS not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = PROGRAMS + os.pathsep + os.environ.get("PATH", os.defpath)


@dataclass(frozen=True)
class Course:
    """A folder with ``nbgrader_config.py``, ``source/``, ``release/``, ``submitted/`` and so on."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course in ``start`` or the nearest folder above it. Raises CourseError."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / CONFIGURATION).is_file():
                return cls(folder)
        raise CourseError(
            f"There is no {CONFIGURATION} in {here} or above. "
            "Go to the folder of your course, or name it with --course FOLDER."
        )

    @cached_property
    def config(self) -> Config:
        """nbgrader's configuration, with this folder as the root."""
        try:
            config = PyFileConfigLoader(CONFIGURATION, path=str(self.root)).load_config()
        except Exception as error:
            raise CourseError(f"{self.root / CONFIGURATION} cannot be read: {error}") from error
        for old, new in moved_names(config):
            raise CourseError(f"{CONFIGURATION} names {old}; since 0.2 it is {new}.")
        config.CourseDirectory.root = str(self.root)
        return config

    @cached_property
    def settings(self) -> Settings:
        """What the course says of itself. Raises CourseError for a key that is not known."""
        return settings.read(self.config[settings.SECTION])

    @property
    def graders(self) -> Path:
        """The folder of the hidden checks."""
        return self.root / self.settings.graders

    @property
    def seed(self) -> int:
        """What hidden random inputs are drawn from: the course's secret. Raises CourseError."""
        return seed_of(self.root)

    @property
    def hidden(self) -> tuple[Path, ...]:
        """What no student's process may see: the course with all that lies in it, its checks."""
        return (self.root, self.graders)

    @property
    def samples(self) -> Path:
        """The folder of the sample submissions."""
        return self.root / self.settings.samples

    def named_file(self, setting: str) -> Path:
        """The file that a setting names. Raises CourseError where it is not there."""
        path = self.root / str(getattr(self.settings, setting))
        if not path.is_file():
            raise CourseError(
                f"{CONFIGURATION}, c.{settings.SECTION}.{setting}: there is no file {path}."
            )
        return path

    def directory(self, **names: str) -> CourseDirectory:
        """nbgrader's own view of the course; ``names`` are its traits, such as assignment_id."""
        return CourseDirectory(config=self.config, **names)

    @cached_property
    def _directory(self) -> CourseDirectory:
        return self.directory()

    @property
    def db_url(self) -> str:
        return str(self.directory().db_url)

    def path(self, step: str, student: str = "", unit: str = "") -> Path:
        """The folder of a step (submitted, autograded, feedback) for a student and a unit."""
        directory = self._directory
        return Path(directory.format_path(getattr(directory, f"{step}_directory"), student, unit))

    def unit_names(self) -> list[str]:
        return unit_names(self.root)

    def unit(self, name: str) -> Unit:
        return Unit.load(self.root, name, self.graders, self.settings.runtime)

    def students(self, unit: str) -> list[str]:
        """Who handed in something for a unit; a folder without its notebook counts too."""
        folder = self.root / self.directory().submitted_directory
        return sorted(path.parent.name for path in folder.glob(f"*/{unit}") if path.is_dir())

    def submission(self, student: str, unit: str) -> Submission:
        """What a student handed in, read once; empty where the folder holds no notebook."""
        notebook = self.path("submitted", student, unit) / f"{unit}.ipynb"
        if not notebook.is_file():
            return Submission(student, unit, b"")
        return Submission.read(notebook, student, unit)
