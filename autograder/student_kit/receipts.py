"""The instructor's side of a receipt: the code that belongs to a file that was handed in.

A receipt shows that a file is the one which the student looked at with
``check_before_submitting.py``: same bytes, same unit, same id. It says nothing about when it was
handed in, and anybody can make one for a file of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.course.course import Course
from autograder.errors import CourseError
from autograder.student_kit.files import preflight_cells as preflight

LOOKALIKES = str.maketrans("OIL", "011", "- ")  # what people write for the code's 0 and 1


@dataclass(frozen=True)
class Receipt:
    """What the receipt of a file must say."""

    path: Path
    unit: str
    student_id: str  # as the file says; empty where it says none
    code: str

    def matches(self, code: str) -> bool:
        """Whether this is the code, however it was typed: lower case, with or without hyphens."""
        return _plain(self.code) == _plain(code)


def receipt(path: Path, unit: str) -> Receipt:
    """The receipt of one file. Raises CourseError where it is missing or no notebook."""
    if not path.is_file():
        raise CourseError(f"There is no file {path}.")
    if path.stat().st_size > preflight.MAX_BYTES:
        raise CourseError(f"{path} has more than {preflight.MAX_BYTES >> 20} MB.")
    data = path.read_bytes()
    try:
        student = str(preflight.student_id(preflight.read_cells(data)) or "").strip()
    except preflight.Unusable:
        raise CourseError(f"{path} is not a notebook, so it has no receipt.") from None
    return Receipt(path, unit, student, preflight.receipt_code(data, unit, student))


def class_receipts(course: Course, unit: str) -> list[tuple[str, Receipt | CourseError]]:
    """The receipt, or what stands against one, for each student who handed in this unit."""
    students = course.students(unit)
    if not students:
        raise CourseError(f"Nobody has handed in {unit}: there is no submitted/*/{unit}.")
    return [(student, _try(course, student, unit)) for student in students]


def _try(course: Course, student: str, unit: str) -> Receipt | CourseError:
    try:
        return receipt(course.path("submitted", student, unit) / f"{unit}.ipynb", unit)
    except CourseError as error:
        return error


def _plain(code: str) -> str:
    return code.upper().translate(LOOKALIKES)
