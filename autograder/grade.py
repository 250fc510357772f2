"""Grades a unit for the whole class: evaluate in parallel, then record one by one.

Evaluating needs no database and keeps its results by content, so a run that was stopped goes
on where it was. Recording is nbgrader's own ``Autograde``, and the only writer of the
gradebook.
"""

from __future__ import annotations

import contextlib
import io
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from traitlets.config import Config

from .course import Course
from .evaluate import SEED, unjudged
from .gradebook import STORE
from .kernel.preloaded import close_shared
from .results import Evaluation
from .store import Store
from .submission import Submission
from .unit import CourseError, Unit


@dataclass(frozen=True)
class Graded:
    """What became of one submission. ``new`` is False where the kept evaluation was used."""

    student_id: str
    evaluation: Evaluation
    new: bool
    error: str = ""  # why it could not be recorded


def grade(
    course: Course,
    unit_name: str,
    *,
    jobs: int = 0,
    seed: int = SEED,
    progress: Callable[[Graded, int, int], None] = lambda graded, done, total: None,
) -> list[Graded]:
    """Evaluate and record every submission of a unit; report each one as it is recorded."""
    unit = course.unit(unit_name)
    submissions = course.submissions(unit_name)
    if not submissions:
        raise CourseError(
            f"Nobody has handed in {unit_name!r}: there is no {course.path('submitted')}"
            f"/STUDENT/{unit_name}. Collect first, with nbgrader collect or zip_collect."
        )
    graded = []
    for evaluation, new in _evaluations(course, unit, submissions, jobs, seed):
        error = record(course, evaluation)
        graded.append(Graded(evaluation.student_id, evaluation, new, error))
        progress(graded[-1], len(graded), len(submissions))
    return sorted(graded, key=lambda one: one.student_id)


def _evaluations(
    course: Course, unit: Unit, submissions: list[Submission], jobs: int, seed: int
) -> Iterator[tuple[Evaluation, bool]]:
    """Evaluations in the order in which they are done."""
    workers = min(jobs or os.cpu_count() or 1, len(submissions))
    with ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_start_worker
    ) as pool:
        waiting = {
            pool.submit(_evaluate, course.root / STORE, submission, unit, seed): submission
            for submission in submissions
        }
        for future in as_completed(waiting):
            try:
                yield future.result()
            except Exception as error:  # a crash of ours must not stop the batch
                reason = f"the grader failed ({type(error).__name__}: {error})"
                yield unjudged(waiting[future], unit, reason), True


def _start_worker() -> None:
    Finalize(None, close_shared, exitpriority=10)  # atexit does not run in pool workers


def _evaluate(
    folder: Path, submission: Submission, unit: Unit, seed: int
) -> tuple[Evaluation, bool]:
    return Store(folder).evaluate(submission, unit, seed=seed)


def record(course: Course, evaluation: Evaluation) -> str:
    """Write one evaluation into ``autograded/`` and the gradebook; return what went wrong."""
    config = Config(course.config)
    config.EvaluatingExporter.retry = False
    names = {"student_id": evaluation.student_id, "assignment_id": evaluation.unit}
    said = io.StringIO()
    log = logging.getLogger("autograder.record")
    log.handlers, log.propagate = [logging.StreamHandler(said)], False
    try:
        converter = Autograde(coursedir=course.directory(**names), config=config)
        converter.log, converter.force = log, True
        with contextlib.redirect_stderr(said):
            converter.start()
    except NbGraderException as error:
        return f"{error} {said.getvalue()[-500:]}".strip()
    return ""
