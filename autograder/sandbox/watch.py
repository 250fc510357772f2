"""Watches a kernel's process tree and stops it where it passes a limit.

Nothing here asks the student's process anything: :mod:`autograder.sandbox.processes` measures it.
"""

from __future__ import annotations

import math
import os
import signal
import time

from autograder.sandbox.kernel_process import KernelProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.processes import Meter, own_memory

_CORES = os.cpu_count() or 1


class Watch:
    """Follows one piece of work after another in a kernel; ``check`` is called often.

    A piece of work that passes its limit is interrupted, and killed if it goes on. ``stopped``
    then says why, in words for the student.
    """

    def __init__(self, process: KernelProcess, limits: Limits) -> None:
        self._process, self._limits = process, limits
        self._meter, self._forked = Meter(process.pid), time.monotonic()
        self._shared = self._meter.look().memory  # what the preloaded libraries take
        self._own = own_memory()
        self._close_look_at = 0.0
        self.killed = False
        self.deadline = math.inf  # on the monotonic clock: for all work in this kernel
        self.begin(limits.cell_cpu_s)

    def begin(self, cpu_s: float) -> None:
        """A new piece of work with this much CPU time starts now."""
        self._cpu_s, self._started = cpu_s, time.monotonic()
        self._cpu_before: float | None = None  # measured at the first look, if there is one
        self._interrupted_at: float | None = None
        self.stopped = ""

    def spent(self) -> float:
        """CPU seconds of the kernel since it was forked."""
        return self._meter.look().cpu_s

    def allowance(self, cpu_s: float, total: float) -> float:
        """CPU seconds for the next piece of work: ``cpu_s``, or what is left of ``total``."""
        most = (time.monotonic() - self._forked) * _CORES  # what it has used is slow to read
        return cpu_s if most + cpu_s <= total else min(cpu_s, total - self.spent())

    def used(self) -> float:
        """CPU seconds of this piece of work; where it was over before anybody looked, its time."""
        if self._cpu_before is None:
            return time.monotonic() - self._started
        return self._meter.look().cpu_s - self._cpu_before

    def check(self) -> None:
        """Look once, and act."""
        now = self._meter.look()
        if self._cpu_before is None:
            self._cpu_before = now.cpu_s
        wall = time.monotonic() - self._started
        if now.processes > self._limits.processes:
            self.kill(f"it started more than {self._limits.processes} processes")
        elif now.files > self._limits.all_files:
            self.kill(f"it held more than {self._limits.all_files} files and sockets open")
        elif now.memory - self._shared > self._limits.memory and self._really_large():
            self.kill(f"it used more than {self._limits.memory >> 20} MB of memory")
        elif own_memory() - self._own > self._limits.memory_here:
            self.kill("it sent more than the grader can hold")
        elif now.cpu_s - self._cpu_before > self._cpu_s:
            self.interrupt(f"it used more than {self._cpu_s:g} seconds of computing time")
        elif wall > self._limits.wall_s(self._cpu_s):
            self.interrupt(f"it did not end within {wall:.0f} seconds")
        elif time.monotonic() > self.deadline:
            self.interrupt("the seconds for the whole notebook were over")

    def _really_large(self) -> bool:
        """Look closely: pages that forked processes share count once. It may take a fifth of the
        time, and no more.
        """
        began = time.monotonic()
        if began < self._close_look_at:
            return False
        memory = self._meter.memory()
        ended = time.monotonic()
        self._close_look_at = ended + 4 * (ended - began)
        return memory - self._shared > self._limits.memory

    def interrupt(self, reason: str) -> None:
        """Ask the work to stop, as Ctrl-C does; kill it if it has been asked and goes on."""
        if self._interrupted_at is None:
            self.stopped = reason
            self._interrupted_at = time.monotonic()
            self._process.send(signal.SIGINT)
        elif time.monotonic() - self._interrupted_at > self._limits.grace_s:
            self.kill(f"{reason}, and could not be interrupted")

    def kill(self, reason: str) -> None:
        """End every process of the submission."""
        self.stopped, self.killed = reason, True
        self._process.kill()
