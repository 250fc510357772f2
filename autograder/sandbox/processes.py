"""What all processes of a kernel use together: CPU time, memory, files; read from /proc.

Nothing here asks the student's process anything, and nothing that it can do hides what it uses for
longer than from one look to the next: memory is counted once where processes share it; CPU time of
a process that ended counts as it was last seen, or by its parent's sum, whichever is more.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

# Memory without a file behind it, and the tables that find it. Anonymous pages that processes
# share count for each of them here; read closely, each is divided among those that have it.
_QUICKLY = ("RssAnon:", "RssShmem:", "VmSwap:", "VmPTE:")
_TABLES = ("VmPTE:",)
_CLOSELY = ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")


@dataclass(frozen=True)
class Usage:
    """What a process tree uses: CPU seconds, bytes of memory at most, processes, open files."""

    cpu_s: float
    memory: int
    processes: int
    files: int


@dataclass(frozen=True)
class _Process:
    place: str  # below /proc
    key: tuple[str, str]  # its number and when it began: numbers are used again
    own: float  # CPU seconds
    reaped: float  # and those of its children that it waited for


class Meter:
    """Measures a process and all its descendants, again and again."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._alive: dict[tuple[str, str], float] = {}
        self._ended, self._measured, self._looked = 0.0, 0.0, time.monotonic()
        self._cpu_s = 0.0
        self.look()
        self._cpu_s = 0.0

    def look(self) -> Usage:
        """What is used now; CPU seconds since the meter was made."""
        found = list(_tree(str(self._pid)))
        self._count(found)
        memory = sum(_memory(one.place, "status", _QUICKLY) for one in found)
        return Usage(self._cpu_s, memory, len(found), sum(_files(one.place) for one in found))

    def _count(self, found: list[_Process]) -> None:
        """Where a process came or went since the last look, others may have that nobody saw.

        Then all the time since counts: who starts processes that end before anybody can look
        is not better off than who computes.
        """
        alive, now = {one.key: one.own for one in found}, time.monotonic()
        self._ended += sum(cpu for key, cpu in self._alive.items() if key not in alive)
        waited_for = sum(one.own + one.reaped for one in found)
        measured = max(self._measured, waited_for, self._ended + sum(alive.values()))
        unseen = now - self._looked if alive.keys() != self._alive.keys() else 0.0
        self._cpu_s += max(measured - self._measured, unseen)
        self._alive, self._measured, self._looked = alive, measured, now

    def memory(self) -> int:
        """Bytes of memory, shared pages counted once. It takes far longer than a look."""
        return sum(
            _memory(one.place, "smaps_rollup", _CLOSELY) + _memory(one.place, "status", _TABLES)
            for one in _tree(str(self._pid))
        )


def own_memory() -> int:
    """Bytes of this trusted process's memory, which what the kernel sends must not fill."""
    return int(_read("/proc/self/statm").split()[1]) * _PAGE


def _tree(pid: str) -> Iterator[_Process]:
    """A process and its descendants."""
    waiting = [pid]
    while waiting:
        number = waiting.pop()
        try:
            fields = _read(f"/proc/{number}/stat").rpartition(")")[2].split()
            threads = os.listdir(f"/proc/{number}/task")
            for thread in threads:
                waiting += _read(f"/proc/{number}/task/{thread}/children").split()
        except (OSError, ValueError):  # it ended while we looked
            continue
        own, reaped = (sum(map(int, fields[at : at + 2])) / _TICK for at in (11, 13))
        # The first thread may have ended before the others; then its files say nothing.
        place = f"/proc/{number}/task/{threads[-1]}"
        yield _Process(place, (number, fields[19]), own, reaped)


def _memory(place: str, file: str, names: tuple[str, ...]) -> int:
    try:
        lines = _read(f"{place}/{file}").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(names)) << 10


def _files(place: str) -> int:
    """Open files of a process (since Linux 6.2; before, 0)."""
    try:
        return os.stat(f"{place}/fd").st_size
    except OSError:
        return 0


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()
