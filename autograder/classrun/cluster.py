"""The workers of a dask scheduler."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import (
    CancelledError,
    Future,
)
from typing import Any

from autograder.classrun.workers import LOOK_S, Workers, named
from autograder.errors import CourseError


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
        if time.monotonic() - self._looked > LOOK_S:
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
                f"The scheduler at {self._address} was lost ({named(error)}). Everything that "
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
