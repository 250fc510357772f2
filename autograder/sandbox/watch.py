"""Watches a kernel's process tree and stops it where it passes a limit.

Nothing here asks the student's process anything: CPU time, memory and the number of
processes are read from /proc.
"""

from __future__ import annotations

import math
import os
import signal
import time
from dataclasses import dataclass

from autograder.sandbox.kernel_process import KernelProcess
from autograder.sandbox.limits import Limits

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Usage:
    """What a process tree uses: CPU seconds so far, bytes of memory, number of processes."""

    cpu_s: float
    memory: int
    processes: int


def usage(pid: int, *, shared: int = 0, closely: bool = False) -> Usage:
    """Measure a process and all its descendants; what has ended counts by its parent's sum.

    ``shared`` bytes of each process are not counted. ``closely`` shares the memory of forked
    processes among them, which takes far longer to read.
    """
    file, wanted = _CLOSELY if closely else _QUICKLY
    cpu, memory, count, waiting = 0, 0, 0, [str(pid)]
    while waiting:
        folder = f"/proc/{waiting.pop()}"
        try:
            fields = _read(f"{folder}/stat").rpartition(")")[2].split()
            memory += max(0, (_kilobytes(_read(f"{folder}/{file}"), wanted) << 10) - shared)
            for task in os.listdir(f"{folder}/task"):
                waiting += _read(f"{folder}/task/{task}/children").split()
        except (OSError, ValueError):  # it ended while we looked
            continue
        cpu += sum(map(int, fields[11:15]))
        count += 1
    return Usage(cpu / _TICK, memory, count)


def own_memory() -> int:
    """Bytes of this trusted process's memory, which what the kernel sends must not fill."""
    return int(_read("/proc/self/statm").split()[1]) * _PAGE


# Anonymous and shared memory; the libraries' own pages do not count. Read closely, each page is
# divided among the processes that share it.
_QUICKLY = ("status", ("RssAnon:", "RssShmem:"))
_CLOSELY = ("smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _kilobytes(text: str, names: tuple[str, ...]) -> int:
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(names))


class Watch:
    """Follows one piece of work after another in a kernel; ``check`` is called often.

    A piece of work that passes its limit is interrupted, and killed if it goes on. ``stopped``
    then says why, in words for the student.
    """

    def __init__(self, process: KernelProcess, limits: Limits) -> None:
        self._process, self._limits = process, limits
        self._base, self._forked = usage(process.pid), time.monotonic()
        self._own = own_memory()
        self._cpu_now = self._base.cpu_s
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
        return usage(self._process.pid).cpu_s - self._base.cpu_s

    def allowance(self, cpu_s: float, total: float) -> float:
        """CPU seconds for the next piece of work: ``cpu_s``, or what is left of ``total``."""
        most = (time.monotonic() - self._forked) * _CORES  # what it has used is slow to read
        return cpu_s if most + cpu_s <= total else min(cpu_s, total - self.spent())

    def used(self) -> float:
        """CPU seconds of this piece of work; where it was over before anybody looked, its time."""
        if self._cpu_before is None:
            return time.monotonic() - self._started
        self._cpu_now = max(self._cpu_now, usage(self._process.pid).cpu_s)
        return self._cpu_now - self._cpu_before

    def check(self) -> None:
        """Look once, and act."""
        now = usage(self._process.pid, shared=self._base.memory)
        self._cpu_now = now.cpu_s
        if self._cpu_before is None:
            self._cpu_before = now.cpu_s
        wall = time.monotonic() - self._started
        if now.processes > self._limits.processes:
            self.kill(f"it started more than {self._limits.processes} processes")
        elif now.memory > self._limits.memory and self._really_large():
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
        """Look closely: pages that forked processes share count once."""
        return usage(self._process.pid, closely=True).memory > self._limits.memory

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
