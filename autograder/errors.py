"""All errors of the package, as one tree::

    AutograderError
    ├── CourseError             the course or a command is wrong: one line, for who typed it
    │   └── GradebookAway       the database does not answer, is full or read-only
    ├── SandboxUnavailable      this machine cannot isolate kernels
    ├── PreloadedDied           a process of ours ended; the submission can be tried again
    ├── WrongVersion            a worker would judge otherwise than who asks it
    ├── GraderBroken            the hidden checks themselves do not work
    ├── Unreadable              what was handed in is no notebook that can be graded
    ├── ArchiveTooLarge         an archive holds more than may be unpacked
    └── CheckFailed             the answer is wrong; the text is for the student
        ├── StudentError        the student's code raised an exception
        ├── NotDefined          the notebook left no such name
        ├── TimedOut            a call used up its time
        ├── KernelDied          the student's process ended during a call
        └── OtherId             the notebook was filled in under another student id

One more stands apart, in the sealed process, which sees nothing of the rest:
:class:`autograder.sandbox_inside.codec.CodecError`, for values that may not cross.
"""

from __future__ import annotations


class AutograderError(Exception):
    """What this package raises on purpose."""


class CourseError(AutograderError):
    """Something about the course is wrong; the text says what, and what to do."""


class GradebookAway(CourseError):
    """The gradebook cannot be used: it is away for longer than we wait, full or read-only."""


class SandboxUnavailable(AutograderError, RuntimeError):
    """This machine cannot isolate kernels; the text says why and what to enable."""


class PreloadedDied(AutograderError, RuntimeError):
    """The preloaded process ended; the submission can be tried again with a new one."""


class WrongVersion(AutograderError, RuntimeError):
    """This worker would judge otherwise than the machine that asks; the text says what to do."""


class GraderBroken(AutograderError):
    """The unit's grader itself does not work; the text says how."""


class Unreadable(AutograderError, ValueError):
    """The file is not a notebook that can be graded; the text says why."""


class ArchiveTooLarge(AutograderError):
    """An archive passes a limit; what it held is not unpacked any further."""


class CheckFailed(AutograderError, AssertionError):
    """The student's answer is wrong; the text is for the student."""

    def __init__(self, message: str, hint: str = "", mistake: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.mistake = mistake

    @property
    def text(self) -> str:
        """The message and, as a paragraph of its own, the hint."""
        return f"{self.message}\n\n{self.hint}" if self.hint else self.message


class StudentError(CheckFailed):
    """The student's code raised an exception; ``types`` are the names of its classes."""

    def __init__(self, message: str, types: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint)
        self.types = types


class NotDefined(CheckFailed):
    """The notebook left no variable of that name."""


class TimedOut(CheckFailed):
    """The call used up its time."""


class KernelDied(CheckFailed):
    """The student's process ended during the call."""


class OtherId(CheckFailed):
    """The notebook was filled in under another student id than it was handed in under."""

    NAME = "other-student-id"
