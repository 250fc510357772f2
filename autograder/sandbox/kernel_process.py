"""A running kernel: the descriptor of its process, and how it ended."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder.errors import PreloadedDied
from autograder.sandbox.bubblewrap import OWN


class Owner(Protocol):
    """What started a kernel and can say how it ended."""

    def alive(self) -> bool: ...

    def ended_by(self, folder: Path) -> int: ...


@dataclass(frozen=True)
class KernelProcess:
    """A running kernel: a descriptor of its process, its process id, its folder of sockets.

    ``inside`` is that folder as the kernel sees it.
    """

    pidfd: int
    pid: int
    folder: Path
    owner: Owner
    inside: str = OWN

    def alive(self) -> bool:
        return not _readable(self.pidfd, 0)

    def lost(self) -> bool:
        """Whether it ended through nothing that its own code can have done.

        Process 1 of a namespace cannot kill itself, so who sent SIGKILL stood outside.
        """
        return not self.owner.alive() or self.owner.ended_by(self.folder) == signal.SIGKILL

    def send(self, number: int) -> None:
        """Send a signal; a process that has ended is left in peace."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def kill(self, timeout: float = 120.0) -> None:
        """End it and, with it, every process of its namespace; return when all are gone."""
        self.send(signal.SIGKILL)
        if not _readable(self.pidfd, timeout):
            raise PreloadedDied(f"the processes of a kernel did not end within {timeout:g} seconds")

    def close(self) -> None:
        try:
            self.kill()
        finally:
            os.close(self.pidfd)
            shutil.rmtree(self.folder, ignore_errors=True)


def _readable(descriptor: int, timeout: float) -> bool:
    """Wait for a descriptor; select.select refuses numbers above 1023."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(timeout * 1000))
