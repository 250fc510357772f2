"""What each check takes, and an end to one that takes too long: for authors, not for a class."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import FrameType

from autograder.course.results import CheckResult

Around = Callable[[CheckResult], AbstractContextManager[None]]


class TooSlow(Exception):
    """A check passed its time."""


def unwatched(check: CheckResult) -> AbstractContextManager[None]:
    """Around a check in grading: nothing."""
    return contextlib.nullcontext()


@dataclass
class Stopwatch:
    """Adds up the CPU seconds of each check, those of the student's code included.

    A case that takes longer than ``limit_s`` seconds of wall time is stopped with TooSlow, where
    the check runs in the main thread; elsewhere it is only measured.
    """

    limit_s: float
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    def around(self, usage: Mapping[str, float]) -> Around:
        """To be put around each check; ``usage`` says what the student's code has used so far."""

        @contextlib.contextmanager
        def around(check: CheckResult) -> Iterator[None]:
            began = time.process_time() + usage["calls_cpu_s"]
            try:
                with _alarm(self.limit_s):
                    yield
            finally:
                key = (check.question, check.title)
                used = time.process_time() + usage["calls_cpu_s"] - began
                self.seconds[key] = self.seconds.get(key, 0.0) + used

        return around


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"it takes longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
