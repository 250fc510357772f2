"""What is wrong with the files of a unit's samples, told without running them."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.authoring import samples
from autograder.authoring.findings import Finding
from autograder.authoring.samples import Sample
from autograder.course.course import Course
from autograder.course.unit import Unit
from autograder.errors import CourseError


def place(course: Course, unit: str) -> str:
    """The folder of a unit's samples, as people name it."""
    path = course.samples / unit
    return str(path.relative_to(course.root)) if path.is_relative_to(course.root) else str(path)


def examine(course: Course, unit: Unit) -> tuple[list[Sample], list[Finding]]:
    """The samples that can be read, and what is wrong with the others."""
    folder = course.samples / unit.name
    files = [p for p in sorted(folder.glob("*")) if p.suffix in (".py", ".ipynb")]
    if not files and any(not question.manual for question in unit.questions):
        what = "this unit has no sample submission."
        remedy = "Write one for each mistake that students make; docs/authors.md says how."
        return [], [Finding(place(course, unit.name), what, remedy)]
    found: list[Sample] = []
    findings: list[Finding] = []
    for path in files:
        file = f"{place(course, unit.name)}/{path.name}"
        try:
            found.append(samples.read(path, course, unit.name))
        except CourseError as error:
            what = str(error).replace(str(path), "").strip(" :").rstrip(".") + "."
            findings.append(Finding(file, what, "Correct the file; docs/authors.md says how."))
    findings += [f for sample in found for f in _head(course, unit, sample)]
    return found, findings


def _head(course: Course, unit: Unit, sample: Sample) -> Iterator[Finding]:
    file = f"{place(course, unit.name)}/{sample.name}"
    worth = {question.id: question.worth for question in unit.questions if not question.manual}
    if not sample.title:
        yield Finding(file, "it has no title.", "Begin its docstring with what it shows.")
    for name, expected in sample.head.expect.items():
        if name not in worth:
            remedy = f"The questions with checks are: {', '.join(worth)}."
            yield Finding(file, "it expects a score of no question.", remedy, name)
        elif not 0 <= expected.score <= worth[name]:
            remedy = f"The question is worth {worth[name]:g}."
            yield Finding(file, f"it expects a score of {expected.score:g}.", remedy, name)
