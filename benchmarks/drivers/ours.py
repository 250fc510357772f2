"""Grades the class in the current folder with this project, from the files to the gradebook.

ours.py warm WORKERS    as ``autograder grade`` does: worker processes and one recorder
ours.py cold            the same steps one after another, every kernel started from nothing
ours.py memory          how much memory the kernel of each submission holds at its end
"""

import sys
from pathlib import Path

import psutil
from layouts import UNIT
from meter import mark

from autograder.classrun.graded import Graded, Progress
from autograder.classrun.grading import grade
from autograder.classrun.recording import Recorder
from autograder.course.course import Course
from autograder.judging import evaluation
from autograder.judging.evaluation import evaluate
from autograder.sandbox.session import Session


class _Marks(Progress):
    def done(self, graded: Graded) -> None:
        _full(graded.student_id, graded.score, graded.max_score, graded.error)
        mark()


def _full(student: str, score: float, most: float, error: str = "") -> None:
    if score < most or error:
        sys.exit(f"{student}: {score:g} of {most:g} points {error}")


def warm(course: Course, workers: int) -> None:
    grade(course, UNIT, jobs=workers, progress=_Marks())


def cold(course: Course) -> None:
    unit = course.unit(UNIT)
    with Recorder(course, unit) as recorder:
        mark()
        for student in course.students(UNIT):
            found = evaluate(course.submission(student, UNIT), unit, warm=False)
            recorder.record(found)
            graded = Graded.of(found, new=True)
            _full(student, graded.score, graded.max_score)
            mark()


class _Weighed(Session):
    """Prints the private memory (USS, bytes) of the kernel before it is ended."""

    def __exit__(self, *error: object) -> None:
        below = psutil.Process().children(recursive=True)
        parents = {process.ppid() for process in below}
        kernels = [process for process in below if process.pid not in parents]  # the leaves
        print("USS", sum(kernel.memory_full_info().uss for kernel in kernels), flush=True)
        super().__exit__(*error)


def memory(course: Course) -> None:
    evaluation.Session = _Weighed
    unit = course.unit(UNIT)
    for student in course.students(UNIT)[:3]:
        evaluate(course.submission(student, UNIT), unit)


if __name__ == "__main__":
    {"warm": warm, "cold": cold, "memory": memory}[sys.argv[1]](
        Course.find(Path.cwd()), *map(int, sys.argv[2:])
    )
