"""Measures what a program and all its descendants use: CPU seconds and wall seconds.

Adding up a process tree is not enough: the kernel of Linux keeps no account of processes that
end with their pid namespace, and kernels of this project end so. The program therefore runs in a
*control group* of its own, which counts whatever happens to its members. Where none may be made,
the tree is added up after all, and ``ACCOUNTING`` says so: the figures are then lower bounds.

A program that is measured calls :func:`mark`, once when it is ready and once after each
submission; this side then reads the meter.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_MARKS = "BENCH_MARKS"  # the descriptor to which a measured program writes its marks
_ENTER = 'echo $$ > "$0" && exec "$@"'


@dataclass(frozen=True)
class Reading:
    """CPU seconds and wall seconds since some moment; the difference of two readings counts."""

    cpu_s: float
    wall_s: float

    def __sub__(self, earlier: Reading) -> Reading:
        return Reading(self.cpu_s - earlier.cpu_s, self.wall_s - earlier.wall_s)

    def __truediv__(self, count: float) -> Reading:
        return Reading(self.cpu_s / count, self.wall_s / count)


def mark() -> None:
    """In the measured program: it is ready, or one submission more is done."""
    if _MARKS in os.environ:
        os.write(int(os.environ[_MARKS]), b".")


class ProgramFailed(RuntimeError):
    """A measured program did not do its work; the text is the end of what it said."""


def measure(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    on_mark: Callable[[], None] = lambda: None,
) -> list[Reading]:
    """Run a program to its end: a reading at its start, at each of its marks, and at its end.

    Raises ProgramFailed where it ends with another status than 0.
    """
    log = cwd / "output.log"
    reading, writing = os.pipe()
    with (
        _group() as group,
        os.fdopen(reading, "rb", buffering=0) as marks,
        log.open("wb") as output,
    ):
        enter = ["sh", "-c", _ENTER, group / "cgroup.procs"] if group else []
        readings = [_read(group)]
        process = subprocess.Popen(
            [str(part) for part in (*enter, *command)],
            cwd=cwd,
            env={**os.environ, **env, _MARKS: str(writing)},
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        os.close(writing)
        while marks.read(1):
            readings.append(_read(group))
            on_mark()
        status = process.wait()
        readings.append(_read(group))
    if status:
        said = log.read_text("utf-8", "replace")[-2000:]
        raise ProgramFailed(f"{' '.join(map(str, command))} ended with status {status}: {said}")
    return readings


def _read(group: Path | None) -> Reading:
    return Reading(_of_group(group) if group else _of_tree(), time.monotonic())


# ------------------------------------------------------------------ control groups


def _parents() -> Iterator[Path]:
    """Where a control group might be made: this process's own groups that count CPU time."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        mounts = [controllers] if "cpuacct" in controllers.split(",") else []
        for mount in mounts or ([".", "unified"] if not controllers else []):
            yield Path("/sys/fs/cgroup", mount, path.lstrip("/"))


@contextlib.contextmanager
def _group() -> Iterator[Path | None]:
    """A new control group, or None where this user may not make one."""
    for parent in _parents():
        group = parent / f"bench-{os.getpid()}-{time.monotonic_ns()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            try:
                _of_group(group)
            except OSError:
                group.rmdir()
                continue
            yield group
            _remove(group)
            return
    yield None


def _of_group(group: Path) -> float:
    """CPU seconds that were used in a group (cpuacct of version 1, cpu.stat of version 2)."""
    nanoseconds = group / "cpuacct.usage"
    if nanoseconds.is_file():
        return int(nanoseconds.read_text()) / 1e9
    values = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(values["usage_usec"]) / 1e6


def _remove(group: Path) -> None:
    """Remove a group once its last process is gone."""
    for _ in range(50):
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)


# ------------------------------------------------------------------ process trees


def _of_tree() -> float:
    """CPU seconds of all living descendants, and of those that somebody has waited for."""
    used = sum(os.times()[2:4])
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended while we looked
            used += sum(process.cpu_times()[:4])
    return used


# ------------------------------------------------------------------ trust

_BURNER = """
import os, signal, sys, time
if os.fork() == 0:
    if os.fork() == 0:
        until = time.process_time() + float(sys.argv[1])
        while time.process_time() < until: pass
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(0)
time.sleep(1)
"""


def accounting() -> str:
    """How CPU seconds are counted here."""
    with _group() as group:
        return "control group" if group else "process tree"


def sees_the_killed(folder: Path, burnt_s: float = 0.3) -> bool:
    """Whether the meter counts an orphan that burns CPU time and is then killed."""
    first, *_, last = measure([sys.executable, "-c", _BURNER, str(burnt_s)], cwd=folder, env={})
    return burnt_s <= (last - first).cpu_s < burnt_s + 0.25
