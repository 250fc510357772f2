"""Opens a course's gradebook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.engine import make_url

from autograder.course.course import Course
from autograder.errors import CourseError


@contextmanager
def opened(course: Course, *, create: bool = False) -> Iterator[Gradebook]:
    """The gradebook of a course. Raises CourseError where there is none to read."""
    directory = course.directory()
    url = make_url(directory.db_url)
    if not create and url.drivername.startswith("sqlite") and not Path(url.database or "").exists():
        raise CourseError(
            f"There is no gradebook {url.database} yet. Release a unit first: "
            "nbgrader generate_assignment UNIT"
        )
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        yield gradebook
