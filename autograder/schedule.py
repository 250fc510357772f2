"""Spreads evaluations over worker processes, on this machine or on a cluster.

Both kinds of workers are executors in the sense of :mod:`concurrent.futures`. A bounded number
of submissions is under way, and they are read only when a worker is free for them, so the
memory that a class takes does not depend on its size. A worker that dies takes at most its own
submission along, which is tried once more.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from typing import Any

from .inside.isolation import die_with_parent
from .kernel import SandboxUnavailable
from .kernel.preloaded import close_shared
from .results import Evaluation
from .submission import Submission
from .unit import CourseError
from .worker import Parcel, WrongVersion, work

ATTEMPTS = 2  # the second one shows whether it was the submission that ended the worker
_LOOK_S = 1.0  # how often to look whether there are more workers, and who is at work


class Workers(ABC):
    """Processes that evaluate. A context manager: leaving it ends or releases them."""

    lost: tuple[type[BaseException], ...]  # what a future raises whose worker has died

    @abstractmethod
    def capacity(self) -> int:
        """How many submissions may be under way now."""

    @abstractmethod
    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Begin a call; to be used only while fewer than ``capacity()`` are under way."""

    @abstractmethod
    def close(self, *, at_once: bool) -> None:
        """End or release the workers; ``at_once`` in the midst of what they do."""

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(at_once=kind is not None)


@dataclass
class _Task:
    submission: Submission
    began: float = field(default_factory=time.monotonic)
    attempts: int = 1


@dataclass(frozen=True)
class Result:
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
    at_work: Callable[[list[str]], None] = lambda students: None,
    say: Callable[[str], None] = lambda text: None,
) -> Iterator[Result]:
    """Results in the order in which they come; ``at_work`` is told who is under way.

    Raises CourseError where no worker can evaluate: another version of the package, or a
    machine that cannot isolate kernels.
    """
    return _Round(workers, parcel, seed, submissions, at_work, say).results()


class _Round:
    def __init__(
        self,
        workers: Workers,
        parcel: Parcel,
        seed: int,
        submissions: Iterator[Submission],
        at_work: Callable[[list[str]], None],
        say: Callable[[str], None],
    ) -> None:
        self._workers, self._parcel, self._seed = workers, parcel, seed
        self._submissions, self._at_work, self._say = submissions, at_work, say
        self._under_way: dict[Future[Evaluation], _Task] = {}
        self._ready: deque[Result] = deque()
        self._succeeded = False

    def results(self) -> Iterator[Result]:
        while True:
            self._fill()
            if not self._under_way and not self._ready:
                return
            self._collect(0 if self._ready else _LOOK_S)
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
        self._under_way[future] = task

    def _collect(self, timeout: float) -> None:
        done, _ = wait(self._under_way, timeout, return_when=FIRST_COMPLETED)
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
                    self._done(task, None, f"the grader failed ({_named(error)})")

    def _again(self, task: _Task, error: BaseException) -> None:
        """Once more for the submission of a worker that died; twice is enough."""
        unsealed = isinstance(error, SandboxUnavailable)
        if task.attempts < ATTEMPTS:
            task.attempts += 1
            what = "A kernel could not be sealed off" if unsealed else "A worker died"
            self._say(f"{what} during {task.submission.student_id}; trying once more.")
            self._submit(task)
        elif unsealed and not self._succeeded:
            raise error  # nothing runs on this machine; it says what to enable
        elif unsealed:
            self._done(task, None, f"its kernel could not be sealed off twice ({error})")
        else:
            self._done(task, None, f"a worker died twice during its evaluation ({_named(error)})")

    def _done(self, task: _Task, evaluation: Evaluation | None, error: str) -> None:
        seconds = time.monotonic() - task.began
        self._ready.append(Result(task.submission, evaluation, seconds, error))


def _named(error: BaseException) -> str:
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


# ------------------------------------------------------------------ this machine


class LocalWorkers(Workers):
    """Worker processes of this machine, each with a preloaded process of its own.

    Each worker is a pool of one: where it breaks, it is known which submission it had, and the
    others do not notice. It keeps to one core, with its kernels: they take turns, and handing
    work to a core that sleeps costs a fifth of all CPU time. A submission that starts many
    processes slows nobody else down.
    """

    lost = (BrokenExecutor,)

    def __init__(self, jobs: int) -> None:
        self._scratch = tempfile.TemporaryDirectory(
            prefix="autograder-", ignore_cleanup_errors=True
        )
        cores = sorted(os.sched_getaffinity(0))
        first = os.getpid()  # two runs of one worker each should not meet on the same core
        self._all = [
            _Worker(self._scratch.name, cores[(first + number) % len(cores)])
            for number in range(jobs)
        ]

    def capacity(self) -> int:
        return len(self._all)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        return next(worker for worker in self._all if worker.free).submit(function, *args)

    def close(self, *, at_once: bool) -> None:
        for worker in self._all:
            worker.close(at_once=at_once)
        self._scratch.cleanup()


class _Worker:
    """One process; a new one takes its place where it has died."""

    def __init__(self, scratch: str, core: int) -> None:
        self._scratch, self._core = scratch, core
        self._pool = self._new()
        self._pid: Future[int] | None = None
        self._task: Future[Any] | None = None

    @property
    def free(self) -> bool:
        return self._task is None or self._task.done()

    def _new(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(
            1, context, initializer=_start, initargs=(self._scratch, self._core, os.getpid())
        )

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        try:
            self._task = self._submit(function, *args)
        except BrokenExecutor:
            self._pool.shutdown(wait=False)
            self._pool, self._pid = self._new(), None
            self._task = self._submit(function, *args)
        return self._task

    def _submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        if self._pid is None:
            self._pid = self._pool.submit(os.getpid)
        return self._pool.submit(function, *args)

    def close(self, *, at_once: bool) -> None:
        """End the process: after its submission, or in the midst of it."""
        if at_once and self._pid is not None and self._pid.done():
            with contextlib.suppress(BrokenExecutor, ProcessLookupError, CancelledError):
                os.kill(self._pid.result(), signal.SIGKILL)
        self._pool.shutdown(cancel_futures=True)


def _start(scratch: str, core: int, parent: int) -> None:
    """In the worker: leave nothing behind, however this process or its parent ends."""
    die_with_parent()
    if os.getppid() != parent:  # it ended before anybody here asked to be told
        os._exit(1)
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the parent's business
    with contextlib.suppress(OSError):  # where it may not choose, Linux chooses
        os.sched_setaffinity(0, {core})
    tempfile.tempdir = scratch
    Finalize(None, close_shared, exitpriority=10)  # atexit does not run in pool workers


# ---------------------------------------------------------------------- a cluster


class ClusterWorkers(Workers):
    """The workers of a dask scheduler, which may come and go.

    dask gives the submission of a worker that dies to another one by itself. Two submissions are
    under way for each thread, so that no worker waits for the network.
    """

    def __init__(
        self, address: str, *, say: Callable[[str], None] = lambda text: None, wait_s: float = 10
    ) -> None:
        try:
            from distributed import Client, KilledWorker
        except ImportError:
            raise CourseError(
                "A cluster needs dask.distributed: pip install 'convnet-course-autograder[cluster]'"
            ) from None
        self.lost = (KilledWorker, CancelledError)
        self._address, self._say = address, say
        try:
            self._client = Client(address, timeout=wait_s, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(f"No dask scheduler answers at {address} ({error}).") from None
        self._executor = self._client.get_executor(pure=False)
        self._threads, self._looked, self._idle = 0, float("-inf"), False

    def capacity(self) -> int:
        """Twice the threads of the workers that are there now. Raises CourseError."""
        if time.monotonic() - self._looked > _LOOK_S:
            self._threads = sum(self._ask().values())
            self._looked = time.monotonic()
            if not self._threads and not self._idle:
                self._say(f"No worker is connected to {self._address} yet; waiting for one.")
            self._idle = not self._threads
        return 2 * self._threads or 1  # one waits at the scheduler for the first worker

    def _ask(self) -> dict[str, int]:
        try:
            if self._client.status == "closed":
                raise OSError("the connection was closed")
            return dict(self._client.nthreads())
        except Exception as error:
            raise CourseError(
                f"The scheduler at {self._address} was lost ({_named(error)}). Everything that "
                "was evaluated is kept: start the scheduler and run the same command again."
            ) from None

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        if self._client.status == "closed":
            self._ask()
        return self._executor.submit(function, *args)

    def close(self, *, at_once: bool) -> None:
        with contextlib.suppress(Exception):
            self._executor.shutdown(wait=not at_once)
        self._client.close(timeout=5)
