"""Kernels without any isolation, for the instructor's own notebooks on a machine that has none.

Such a kernel can read and change whatever its user can: the gradebook, the hidden checks,
other submissions. ``autograder evaluate --unsealed`` is the only way to get one.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from autograder.course.settings import PLAIN, Runtime
from autograder.errors import PreloadedDied
from autograder.sandbox import bubblewrap as sandbox
from autograder.sandbox.kernel_files import lay_out
from autograder.sandbox.kernel_process import KernelProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.scratch import Scratch

WARNING = (
    "Warning: this notebook runs without isolation. It can read and change every file that you "
    "can, and reach the network. --unsealed is meant for your own notebooks only."
)


class Unsealed:
    """Starts one ordinary kernel; has what :class:`~autograder.sandbox.preloaded.Preloaded` has."""

    def __init__(self, runtime: Runtime = PLAIN) -> None:
        self._runtime = runtime
        self._scratch = Scratch()
        (self._scratch.path / "autograder_inside").symlink_to(sandbox.PACKAGE / "sandbox_inside")
        self._process: subprocess.Popen[bytes] | None = None

    def alive(self) -> bool:
        return True

    def ended_by(self, folder: Path) -> int:
        """Not known: here a kernel can kill itself."""
        return 0

    def folder(self, files: dict[str, bytes]) -> Path:
        """A new folder for the kernel's sockets and for its files."""
        return lay_out(self._scratch.path / "k1", files)

    def fork(
        self, folder: Path, connection: dict[str, Any], limits: Limits, seed: int
    ) -> KernelProcess:
        """Start a kernel. Whether its sockets are bound is for the client to find out.

        An ordinary kernel seeds its generators by itself: ``seed`` is not used.
        """
        path = folder / "connection.json"
        path.write_text(json.dumps({**connection, "ip": str(folder / "s")}))
        program = [sys.executable, "-m", "ipykernel_launcher", "-f", str(path)]
        program += ["--IPKernelApp.matplotlib=inline", "--HistoryManager.enabled=False"]
        names = sandbox.environment(self._runtime)
        same = {k: v for k, v in names.items() if k not in ("HOME", "IPYTHONDIR")}
        self._process = subprocess.Popen(
            program,
            cwd=folder / "files",
            env={**os.environ, **same, "PYTHONPATH": str(self._scratch.path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            pidfd = os.pidfd_open(self._process.pid)
        except ProcessLookupError:
            raise PreloadedDied("the kernel ended while it started") from None
        return KernelProcess(pidfd, self._process.pid, folder, self, inside=str(folder))

    def close(self) -> None:
        """End the kernel and the processes of its session that it left."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._scratch.close()
