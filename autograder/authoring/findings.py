"""What is wrong with a unit, as a value: where, what, and what to do. Rendering comes after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.errors import CourseError


@dataclass(frozen=True)
class Finding:
    """One fault. ``file`` is relative to the course; ``cell`` is a cell's or a question's name."""

    file: str
    what: str
    remedy: str
    cell: str = ""

    def __str__(self) -> str:
        """One line, whatever the parts hold."""
        where = f"{self.file}, {self.cell}" if self.cell else self.file
        return " ".join(f"{where}: {self.what} {self.remedy}".split())


def refuse(findings: Iterable[Finding]) -> None:
    """Raise CourseError with one line for each finding, if there is one."""
    lines = [str(finding) for finding in findings]
    if lines:
        raise CourseError("\n".join(lines))
