"""What a course says of itself: the section ``c.Autograder`` of its nbgrader_config.py."""

from __future__ import annotations

from typing import Any

import msgspec

from autograder.errors import CourseError

SECTION = "Autograder"


class Runtime(msgspec.Struct, frozen=True):
    """What the kernels of a course find loaded, beside Python and numpy."""

    preload: tuple[str, ...] = ()
    tensors: str = ""
    environment: dict[str, str] = {}


PLAIN = Runtime()  # nothing besides Python and numpy


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a course. A key that is not named here is refused, not ignored."""

    title: str = "This course"  # what people read
    graders: str = "graders"  # the folder of the hidden checks
    samples: str = "samples"  # the folder of the sample submissions
    # Modules that notebooks import: loaded once for all kernels. One that is absent is left out.
    preload: tuple[str, ...] = ()
    # The library whose class Tensor may cross, by its function from_numpy; none: only numpy's.
    tensors: str = ""
    environment: dict[str, str] = {}  # variables that a student's process gets besides
    requirements: str = ""  # a file for pip that goes into the student's kit; none: numpy only
    start_here: str = ""  # a file that extends the kit's START_HERE.md block by block
    demo: str = ""  # the unit of `autograder demo`; none: the first

    @property
    def runtime(self) -> Runtime:
        """The part that a kernel needs."""
        return Runtime(self.preload, self.tensors, self.environment)


def read(section: Any) -> Settings:
    """The settings in a section of the configuration. Raises CourseError with the wrong key."""
    try:
        return msgspec.convert(dict(section), Settings)
    except msgspec.ValidationError as error:
        known = ", ".join(Settings.__struct_fields__)
        raise CourseError(
            f"nbgrader_config.py, c.{SECTION}: {error}. The settings are: {known}."
        ) from None
