"""Processes that evaluate, on this machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Future,
    ProcessPoolExecutor,
)
from multiprocessing.util import Finalize
from typing import Any

from autograder.judging.judging_process import close_judge
from autograder.sandbox.preloaded import close_shared
from autograder.sandbox_inside.isolation import die_with_parent


class Workers(ABC):
    """Processes that evaluate. A context manager: leaving it ends or releases them."""

    lost: tuple[type[BaseException], ...]  # what a future raises whose worker has died

    @abstractmethod
    def capacity(self) -> int:
        """How many submissions may be under way now."""

    @abstractmethod
    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Begin a call; to be used only while fewer than ``capacity()`` are under way."""

    def give_up(self, future: Future[Any]) -> bool:
        """End the worker that has not answered for too long; False where that is not possible."""
        return False

    @abstractmethod
    def close(self, *, at_once: bool) -> None:
        """End or release the workers; ``at_once`` in the midst of what they do."""

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(at_once=kind is not None)


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

    def give_up(self, future: Future[Any]) -> bool:
        return any(worker.kill() for worker in self._all if worker.has(future))

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
        if at_once:
            self.kill()
        self._pool.shutdown(cancel_futures=True)

    def has(self, task: Future[Any]) -> bool:
        return self._task is task

    def kill(self) -> bool:
        """End the process in the midst of its submission; False where it has not begun."""
        if self._pid is None or not self._pid.done():
            return False
        with contextlib.suppress(BrokenExecutor, ProcessLookupError, CancelledError):
            os.kill(self._pid.result(), signal.SIGKILL)
        return True


def _start(scratch: str, core: int, parent: int) -> None:
    """In the worker: leave nothing behind, however this process or its parent ends."""
    die_with_parent()
    if os.getppid() != parent:  # it ended before anybody here asked to be told
        os._exit(1)
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the parent's business
    with contextlib.suppress(OSError):  # where it may not choose, Linux chooses
        os.sched_setaffinity(0, {core})
    tempfile.tempdir = scratch
    for close in (close_shared, close_judge):  # atexit does not run in pool workers
        Finalize(None, close, exitpriority=10)


LOOK_S = 1.0  # how often to look whether there are more workers, and who is at work


def named(error: BaseException) -> str:
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
