"""Spreads evaluations over worker processes, on this machine or on a cluster.

Both kinds of workers are executors in the sense of :mod:`concurrent.futures`. A bounded number
of submissions is under way, and they are read only when a worker is free for them, so the
memory that a class takes does not depend on its size. A worker that dies takes at most its own
submission along, which is tried once more.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    wait,
)
from dataclasses import dataclass, field

from autograder.classrun.worker import Parcel, work
from autograder.classrun.workers import LOOK_S, Workers, named
from autograder.course.results import Evaluation
from autograder.course.submission import Submission
from autograder.errors import CourseError, SandboxUnavailable, WrongVersion
from autograder.sandbox.limits import LIMITS

ATTEMPTS = 2  # the second one shows whether it was the submission that ended the worker


@dataclass
class _Task:
    submission: Submission
    began: float = field(default_factory=time.monotonic)
    handed: float = 0.0  # when it was handed to its worker
    attempts: int = 1
    late: bool = False  # its worker was given up


@dataclass(frozen=True)
class WorkerAnswer:
    """What a worker gave: an evaluation, or ``error``, the reason why there is none."""

    submission: Submission
    evaluation: Evaluation | None
    seconds: float  # from the first hand-over to the answer
    error: str = ""


def evaluate_all(
    workers: Workers,
    parcel: Parcel,
    seed: int,
    submissions: Iterator[Submission],
    *,
    wall_s: float = LIMITS.submission_wall_s,
    at_work: Callable[[list[str]], None] = lambda students: None,
    say: Callable[[str], None] = lambda text: None,
) -> Iterator[WorkerAnswer]:
    """Results in the order in which they come; ``at_work`` is told who is under way.

    A worker that does not answer within ``wall_s`` seconds is given up. Raises CourseError where
    no worker can evaluate: another version of the package, or a machine that cannot isolate
    kernels.
    """
    return _Round(workers, parcel, seed, submissions, wall_s, at_work, say).results()


class _Round:
    def __init__(
        self,
        workers: Workers,
        parcel: Parcel,
        seed: int,
        submissions: Iterator[Submission],
        wall_s: float,
        at_work: Callable[[list[str]], None],
        say: Callable[[str], None],
    ) -> None:
        self._workers, self._parcel, self._seed = workers, parcel, seed
        self._submissions, self._at_work, self._say = submissions, at_work, say
        self._wall_s = wall_s
        self._under_way: dict[Future[Evaluation], _Task] = {}
        self._ready: deque[WorkerAnswer] = deque()
        self._succeeded = False

    def results(self) -> Iterator[WorkerAnswer]:
        while True:
            self._fill()
            if not self._under_way and not self._ready:
                return
            self._collect(0 if self._ready else LOOK_S)
            self._fill()  # free workers first: what follows may take its time
            if self._ready:
                yield self._ready.popleft()

    def _fill(self) -> None:
        """Hand over submissions while workers are free and the results are taken up."""
        capacity = self._workers.capacity()
        while len(self._under_way) < capacity and len(self._ready) <= capacity:
            submission = next(self._submissions, None)
            if submission is None:
                break
            self._submit(_Task(submission))
        self._at_work([task.submission.student_id for task in self._under_way.values()])

    def _submit(self, task: _Task) -> None:
        future = self._workers.submit(work, self._parcel, task.submission, self._seed)
        task.handed, task.late = time.monotonic(), False
        self._under_way[future] = task

    def _collect(self, timeout: float) -> None:
        done, waiting = wait(self._under_way, timeout, return_when=FIRST_COMPLETED)
        for future in waiting:
            task = self._under_way[future]
            if time.monotonic() - task.handed > self._wall_s:
                task.late = self._workers.give_up(future)
        for future in done:
            task = self._under_way.pop(future)
            try:
                self._done(task, future.result(), "")
                self._succeeded = True
            except WrongVersion as error:
                raise CourseError(str(error)) from None
            except Exception as error:
                if isinstance(error, (*self._workers.lost, SandboxUnavailable)):
                    self._again(task, error)
                else:  # a crash of ours must not stop the batch
                    self._done(task, None, f"the grader failed ({named(error)})")

    def _again(self, task: _Task, error: BaseException) -> None:
        """Once more for the submission of a worker that died; twice is enough."""
        unsealed = isinstance(error, SandboxUnavailable)
        if task.attempts < ATTEMPTS:
            task.attempts += 1
            what = "A kernel could not be sealed off" if unsealed else "A worker died"
            if task.late:
                what = f"A worker did not answer within {self._wall_s:.0f} seconds"
            self._say(f"{what} during {task.submission.student_id}; trying once more.")
            self._submit(task)
        elif unsealed and not self._succeeded:
            raise error  # nothing runs on this machine; it says what to enable
        elif unsealed:
            self._done(task, None, f"its kernel could not be sealed off twice ({error})")
        elif task.late:
            self._done(task, None, f"it was not judged within {self._wall_s:.0f} seconds, twice")
        else:
            self._done(task, None, f"a worker died twice during its evaluation ({named(error)})")

    def _done(self, task: _Task, evaluation: Evaluation | None, error: str) -> None:
        seconds = time.monotonic() - task.began
        self._ready.append(WorkerAnswer(task.submission, evaluation, seconds, error))
