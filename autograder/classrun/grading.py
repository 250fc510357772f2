"""Grades a unit for the whole class: evaluate in parallel, record one by one.

Evaluating needs no database. Each result is kept by content before anything else is done with
it, so a run that was killed goes on where it was. Recording is the only writer of nbgrader's
gradebook; where a score changes, it waits until all the changes have been shown.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from autograder.classrun.cluster import ClusterWorkers
from autograder.classrun.graded import Graded, Progress
from autograder.classrun.kept_results import Kept, KeptResults, key
from autograder.classrun.recording import Earlier, Recorder
from autograder.classrun.retries import PATIENCE_S
from autograder.classrun.run_lock import only_run
from autograder.classrun.run_log import Journal, Times
from autograder.classrun.scheduling import WorkerAnswer, evaluate_all
from autograder.classrun.worker import Parcel
from autograder.classrun.workers import LocalWorkers, Workers, named
from autograder.course.course import Course
from autograder.course.results import Evaluation
from autograder.course.submission import Submission
from autograder.course.text import is_storable, storable
from autograder.course.unit import Unit
from autograder.errors import CourseError
from autograder.judging.evaluation import unjudged
from autograder.sandbox.bubblewrap import refuse_to_show
from autograder.sandbox.limits import LIMITS

T = TypeVar("T")


def grade(
    course: Course,
    unit_name: str,
    *,
    jobs: int = 0,
    scheduler: str = "",
    seed: int | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    patience_s: float = PATIENCE_S,
) -> list[Graded]:
    """Evaluate and record every submission of a unit; one Graded for each, by student.

    ``jobs`` worker processes on this machine (0: one for each core), or the workers of a dask
    ``scheduler`` (its address). A ``dry_run`` evaluates, and records nothing. Raises CourseError
    where the run cannot begin or go on; what was evaluated and recorded by then is kept.
    """
    progress = progress or Progress()
    unit = course.unit(unit_name)
    students = course.students(unit_name)
    if not students:
        raise CourseError(
            f"Nobody has handed in {unit_name!r}: there is no {course.path('submitted')}"
            f"/STUDENT/{unit_name}. Collect first, with nbgrader collect or zip_collect."
        )
    refuse_to_show(*course.hidden)
    folder = course.root / ".autograder"
    with contextlib.ExitStack() as stack:
        with _writing():
            stack.enter_context(only_run(folder, unit_name))
            journal = stack.enter_context(Journal(folder / "logs", unit_name))
        recorder = stack.enter_context(
            Recorder(course, unit, say=progress.say, patience_s=patience_s)
        )
        run = _Run(
            course,
            unit,
            course.seed if seed is None else seed,
            dry_run,
            recorder,
            journal,
            progress,
        )
        try:
            run.all(students, jobs, scheduler)
        except CourseError as error:
            raise CourseError(
                f"{error} {len(run.graded)} of {len(students)} submissions are done, and what was "
                "evaluated is kept: run the same command again."
            ) from error
    return sorted(run.graded, key=lambda one: one.student_id)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """Make a full disk or a read-only folder one clear line."""
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or "the course"
        raise CourseError(f"{where} cannot be written: {error.strerror or error}.") from error


class _Run:
    """One run over a class: what is known, what was done, what still has to be recorded."""

    def __init__(
        self,
        course: Course,
        unit: Unit,
        seed: int,
        dry_run: bool,
        recorder: Recorder,
        journal: Journal,
        progress: Progress,
    ) -> None:
        self._course, self._unit, self._seed, self._dry_run = course, unit, seed, dry_run
        self._recorder, self._journal, self._progress = recorder, journal, progress
        self._store = KeptResults.of(course)
        self._earlier: dict[str, Earlier] = recorder.earlier()
        self._waiting: list[tuple[Graded, str]] = []  # changed scores, by the key in the store
        self.graded: list[Graded] = []

    def say(self, text: str) -> None:
        """Tell it now, and in the log."""
        self._journal.write("message", text=text)
        self._progress.say(text)

    def all(self, students: list[str], jobs: int, scheduler: str) -> None:
        """Take up what is known, evaluate the others, record."""
        self._progress.begin(len(students))
        todo = [student for student in students if self._guarded(student, self.todo) is not None]
        if todo and scheduler:
            self.evaluate(ClusterWorkers(scheduler, say=self.say), todo)
        elif todo:
            self.evaluate(LocalWorkers(min(jobs or os.cpu_count() or 1, len(todo))), todo)
        self.settle()

    def _guarded(self, student: str, work: Callable[[str], T]) -> T | None:
        """Work on one submission. Whatever it is, it costs nobody else the grade.

        This is the one place where a surprise with one student is caught: it is written down for
        that student, and the run goes on. What stops all (CourseError) passes.
        """
        try:
            return work(student)
        except CourseError:
            raise
        except Exception as error:
            self._leave(Submission(student, self._unit.name, b""), named(error))
            return None

    # ------------------------------------------------------------- evaluating

    def todo(self, student: str) -> str | None:
        """The student, where something has to be evaluated; who is known is taken up at once."""
        if not is_storable(student):
            self._leave(
                Submission(student, self._unit.name, b""),
                "the folder's name is no text (UTF-8); rename it to the student's id",
            )
            return None
        return None if self.known(student) else student

    def known(self, student: str) -> bool:
        """Whether nothing has to be evaluated for a student; then it is taken up at once."""
        times = Times()
        try:
            with times.stage("look_up_s"):
                submission = self._course.submission(student, self._unit.name)
                name = key(submission, self._unit, self._seed)
                kept = self._store.look_up(name)
                if kept is None or not kept.final(submission):
                    return False
                if self._recorder.holds(self._earlier.get(student), kept):
                    one = replace(Graded.of(kept.evaluation, new=False), unchanged=True)
                    self._finish(one, times)
                    return True
                evaluation = self._store.get(name)
        except OSError:  # of this submission's files; evaluating it will say so
            return False
        if evaluation is None:
            return False
        self._take(evaluation, name, times, new=False)
        return True

    def evaluate(self, workers: Workers, students: list[str]) -> None:
        """Evaluate these in the workers; keep each result, then take it up."""
        with workers:
            results = evaluate_all(
                workers,
                Parcel.pack(self._unit),
                self._seed,
                self._read(students),
                wall_s=LIMITS.for_unit(self._unit.metadata).submission_wall_s,
                at_work=self._progress.at_work,
                say=self.say,
            )
            for result in results:
                self._guarded(result.submission.student_id, partial(self._keep, result))

    def _read(self, students: list[str]) -> Iterator[Submission]:
        """Submissions one by one, each read once: what it is graded by is what is kept."""
        for student in students:
            try:
                yield self._course.submission(student, self._unit.name)
            except OSError as error:
                self._leave(Submission(student, self._unit.name, b""), f"no access: {error}")

    def _keep(self, result: WorkerAnswer, student: str) -> None:
        times, submission = Times(), result.submission
        times.add("answer_s", result.seconds)
        evaluation = result.evaluation or unjudged(submission, self._unit, result.error)
        earlier = self._earlier.get(student)
        if earlier is not None and earlier.graded and not Kept(evaluation, "").final(submission):
            self._leave(submission, evaluation.fault)
            return
        name = key(submission, self._unit, self._seed)
        with _writing(), times.stage("keep_s"):
            self._store.put(name, evaluation)
        self._take(evaluation, name, times, new=True)

    def _leave(self, submission: Submission, reason: str) -> None:
        """A fault of ours must not replace the grade that an earlier run gave."""
        name = storable(submission.student_id)
        one = Graded.of(
            unjudged(replace(submission, student_id=name), self._unit, reason), new=True
        )
        error = f"{reason}; what the gradebook holds was left as it is"
        self._finish(replace(one, error=error), Times())

    # -------------------------------------------------------------- recording

    def _take(self, evaluation: Evaluation, name: str, times: Times, *, new: bool) -> None:
        """Record an evaluation, or put it off where it changes a score."""
        one = Graded.of(evaluation, new=new)
        doubts = self._recorder.doubts(one.student_id)
        one = replace(one, notices=(*doubts, *one.notices))
        earlier = self._earlier.get(one.student_id)
        if earlier is not None and earlier.graded:
            changes = self._recorder.changes(earlier, evaluation)
            one = replace(one, changes=tuple((q, a or 0.0, b) for q, (a, b) in changes.items()))
        if one.changes:
            self._waiting.append((one, name))
            self._progress.done(one)
        elif self._dry_run:
            self._finish(one, times, evaluation.usage)
        else:
            self._finish(self._record(one, evaluation, times), times, evaluation.usage)

    def settle(self) -> None:
        """Show what changes, then record it."""
        if self._waiting:
            self._progress.changes([one for one, _ in self._waiting])
        for one, name in self._waiting:
            self._guarded(one.student_id, partial(self._settle, one, name))
        self._waiting = []

    def _settle(self, one: Graded, name: str, student: str) -> None:
        times, done = Times(), one
        if not self._dry_run:
            evaluation = self._store.get(name)
            if evaluation is None:
                done = replace(one, error="its evaluation is gone from .autograder/results")
            else:
                done = self._record(one, evaluation, times)
        self._finish(done, times, told=True)

    def _record(self, one: Graded, evaluation: Evaluation, times: Times) -> Graded:
        """What goes wrong with one must not stop the others; a full disk stops them all."""
        try:
            with _writing(), times.stage("record_s"):
                self._recorder.record(evaluation)
        except CourseError:
            raise
        except Exception as error:
            text = " ".join(str(error).split())[:300]
            return replace(one, error=f"{type(error).__name__}: {text}")
        return one

    def _finish(
        self,
        one: Graded,
        times: Times,
        usage: dict[str, float] | None = None,
        *,
        told: bool = False,
    ) -> None:
        self.graded.append(one)
        self._journal.write(
            "submission",
            student=one.student_id,
            state="unchanged" if one.unchanged else "new" if one.new else "kept",
            score=one.score,
            reason=one.reason or one.error,
            **times.seconds,
            **({name: round(value, 3) for name, value in (usage or {}).items()} if one.new else {}),
        )
        if not told:
            self._progress.done(one)
