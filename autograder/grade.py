"""Grades a unit for the whole class: evaluate in parallel, then record one by one.

Evaluating needs no database and keeps its results by content, so a run that was stopped goes
on where it was. Recording is the only writer of nbgrader's gradebook.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path

from nbgrader.api import MissingEntry
from sqlalchemy.exc import SQLAlchemyError

from .course import Course
from .evaluate import SEED, unjudged
from .gradebook import STORE, Recorder
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
    with Recorder(course, unit) as recorder:
        for evaluation, new in _evaluations(course, unit, submissions, jobs, seed):
            graded.append(
                Graded(evaluation.student_id, evaluation, new, _record(recorder, evaluation))
            )
            progress(graded[-1], len(graded), len(submissions))
    return sorted(graded, key=lambda one: one.student_id)


def _record(recorder: Recorder, evaluation: Evaluation) -> str:
    """Record one evaluation; what goes wrong with one must not stop the others."""
    try:
        recorder.record(evaluation)
    except (OSError, SQLAlchemyError, MissingEntry) as error:
        return f"{type(error).__name__}: {str(error)[:300]}"
    return ""


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
