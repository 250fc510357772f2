"""How much a submission may use, as data, with the reason beside each number.

What a returned value may measure stands in :mod:`autograder.sandbox_inside.codec`, because the
sealed process has that module and not this one: 16 MiB of plain values, 512 MiB of arrays in
10,000 buffers, a million parts, 32 levels, 5,000 keys of dicts that are no text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from autograder.errors import CourseError

MiB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """CPU time decides wherever it can, because it does not depend on the machine's load.

    A unit may raise ``cell_cpu_s`` and ``notebook_cpu_s`` in its notebook's metadata
    (``autograder.limits``): a lab trains for longer than an exercise.
    """

    cell_cpu_s: float = 10.0  # a cell of an exercise needs less than one second
    notebook_cpu_s: float = 60.0  # the slowest unit that does not train needs 20
    call_cpu_s: float = 3.0  # a naive seven-fold loop on the largest hidden case needs 0.5
    idle_factor: float = 4.0  # wall time per CPU second: four busy neighbours on one core
    idle_s: float = 20.0  # and this much for free: reading the disk, a short sleep
    grace_s: float = 2.0  # from the interrupt to the kill
    memory: int = 2048 * MiB  # above what the preloaded libraries take; a unit needs 300 MiB
    processes: int = 48  # a DataLoader with a few workers fits; the watch kills beyond it
    tasks: int = 96  # threads and processes, by the Linux kernel: a fork bomb outruns the watch
    open_files: int = 512  # of one process
    # Of all processes together: a socket can hold 0.2 MB that belongs to the Linux kernel.
    all_files: int = 3000
    file_size: int = 128 * MiB  # one file
    tmpfs: int = 128 * MiB  # each of /tmp, /dev/shm and the home folder
    cell_output: int = 2 * MiB  # a figure has 0.1 MiB
    notebook_output: int = 16 * MiB
    message: int = 8 * MiB  # one message of the kernel, whatever it says
    # What the trusted process may grow by meanwhile: ZeroMQ gathers the parts of a message before
    # anybody can count them. A reply of 512 MiB is decoded in twice that.
    memory_here: int = 1536 * MiB
    # A check in the trusted process: it works on what the student's code returned. The slowest
    # one needs half a second, and two more where it is the first to use a large library.
    judge_cpu_s: float = 20.0
    judge_total_cpu_s: float = 60.0  # all checks of a submission; they need less than 4
    judge_memory: int = 1024 * MiB  # beyond what it had before: a reply of 512 MiB, twice
    restarts: int = 2  # fresh kernels after a death, so that one exercise cannot take the others
    start_s: float = 60.0  # wall time for a kernel to say that it is there

    def for_unit(self, metadata: dict[str, Any]) -> Limits:
        """These limits with the changes that a unit's metadata asks for.

        Raises CourseError for a limit that is not known.
        """
        wanted = dict(metadata.get("autograder", {}).get("limits", {}))
        for name in wanted:
            if name not in self.__dataclass_fields__:
                raise CourseError(
                    f"The notebook's metadata, autograder.limits: there is no limit {name!r}. "
                    f"The limits are: {', '.join(self.__dataclass_fields__)}."
                )
        return replace(self, **{name: type(getattr(self, name))(n) for name, n in wanted.items()})

    def wall_s(self, cpu_s: float) -> float:
        """The wall time after which a piece of work with this CPU limit is stopped too."""
        return self.idle_s + self.idle_factor * cpu_s

    @property
    def notebook_wall_s(self) -> float:
        """Wall time for all cells, repetitions in fresh kernels included: 260 s."""
        return self.wall_s(self.notebook_cpu_s)

    @property
    def calls_wall_s(self) -> float:
        """Wall time from the first cell to the last call of the checks: 500 s."""
        return self.wall_s(2 * self.notebook_cpu_s)

    @property
    def submission_wall_s(self) -> float:
        """After this a worker that has not answered is given up: about 17 minutes.

        It is what all parts may take, every start of a kernel and of the worker included.
        """
        starts = (self.restarts + 3) * self.start_s
        return self.calls_wall_s + self.wall_s(self.judge_total_cpu_s) + starts


LIMITS = Limits()
