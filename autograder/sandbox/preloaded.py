"""The trusted end of the preloaded process: start it, and fork sealed kernels from it."""

from __future__ import annotations

import atexit
import dataclasses
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.course.settings import PLAIN, Runtime
from autograder.errors import PreloadedDied, SandboxUnavailable
from autograder.sandbox import bubblewrap as sandbox
from autograder.sandbox.bubblewrap import diagnose
from autograder.sandbox.kernel_files import lay_out
from autograder.sandbox.kernel_process import KernelProcess, _readable
from autograder.sandbox.limits import Limits
from autograder.sandbox.scratch import Scratch
from autograder.sandbox_inside.isolation import ProcessLimits

# What every kernel needs; the course names what its notebooks import. Loading a large library
# costs two to three seconds, once for each worker. What is not installed is left out.
MODULES = (
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "matplotlib.backends.backend_agg",
    "msgpack",
    "pyseccomp",
    "pdb",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.magics.execution",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "autograder_inside.server",
    "autograder_inside.ipykernel_app",
)
BARE = ("pyseccomp",)  # for a cold kernel: what sealing itself needs


class Preloaded:
    """One preloaded process. Not for use by several threads at once."""

    def __init__(
        self,
        modules: tuple[str, ...] = MODULES,
        runtime: Runtime = PLAIN,
        start_s: float = 120.0,
    ) -> None:
        self.runtime = runtime
        self._scratch = Scratch()
        self.scratch = self._scratch.path
        self._count = 0
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close)
        wanted = {
            "modules": modules,
            "tensors": runtime.tensors,
            "kept": sandbox.covered(),
        }
        program = [sys.executable, "-m", "autograder_inside.zygote", str(theirs.fileno())]
        try:
            self._process = subprocess.Popen(
                sandbox.command(self.scratch, [*program, json.dumps(wanted)], runtime),
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
            )
        except BaseException:
            self._scratch.close()
            raise
        finally:
            theirs.close()
        self._control.settimeout(start_s)
        try:
            started = self._control.recv(1 << 16)
        except OSError:
            started = b""
        if not started:
            said = self._said()
            self.close()
            raise SandboxUnavailable(diagnose(said))

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read(4000).decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        """Process id of the bubblewrap process that holds everything."""
        return self._process.pid

    def alive(self) -> bool:
        if self._process.poll() is not None:
            return False
        # Its end of the socket is closed before a kernel is told that its parent has ended.
        poll = select.poll()
        poll.register(self._control, select.POLLHUP)
        return not poll.poll(0)

    def ended_by(self, folder: Path) -> int:
        """The signal that ended the kernel of this folder; 0 where it was none, or is not known."""
        try:
            self._control.send(json.dumps({"ended": folder.name}).encode())
            return int(json.loads(self._control.recv(1 << 16))["signal"])
        except (OSError, ValueError):
            return 0

    def folder(self, files: dict[str, bytes]) -> Path:
        """A new folder for a kernel's sockets, with the files that it will find in its home."""
        self._count += 1
        return lay_out(self.scratch / f"k{self._count}", files)

    def fork(
        self, folder: Path, connection: dict[str, Any], limits: Limits, seed: int
    ) -> KernelProcess:
        """Fork a sealed kernel, and return when its sockets are bound. ``seed`` has 32 bits."""
        process_limits = ProcessLimits(
            cpu_s=int(4 * limits.notebook_cpu_s + 120),  # the watch stops it long before
            memory=limits.memory,
            file_size=limits.file_size,
            processes=limits.tasks,  # counted over all kernels of this process
            open_files=limits.open_files,
        )
        request = {
            "id": folder.name,
            "connection": connection,
            "limits": dataclasses.asdict(process_limits),
            "environment": sandbox.environment(self.runtime),
            "tmpfs": limits.tmpfs,
            "tasks": limits.tasks,
            "seed": seed,
            # Root is not held to RLIMIT_NPROC: it may fork only where the namespace is bounded.
            "root": os.geteuid() == 0,
        }
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb", buffering=0) as ready:
            with os.fdopen(writing, "wb", buffering=0) as theirs:
                pidfd = self._ask(request, theirs.fileno(), limits.start_s)
            process = KernelProcess(pidfd, _pid_of(pidfd), folder, self)
            said = _read_all(ready, limits.start_s)
        if said == b"ready":
            return process
        process.close()
        if not said or not self.alive():
            raise PreloadedDied("a kernel ended while it started")
        raise SandboxUnavailable(diagnose(said.decode("utf-8", "replace") + self._said()))

    def _ask(self, request: dict[str, Any], writing: int, timeout: float) -> int:
        self._control.settimeout(timeout)
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], [writing])
            data, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
        except OSError as error:
            raise PreloadedDied(f"the preloaded process does not answer: {error}") from error
        if not data or not descriptors:
            raise PreloadedDied("the preloaded process has ended")
        return descriptors[0]

    def close(self) -> None:
        """End the preloaded process and every kernel that it forked."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()
        self._scratch.close()


def _read_all(pipe: Any, timeout: float) -> bytes:
    """What a starting kernel says; nothing where it ended without a word."""
    data = b""
    while _readable(pipe.fileno(), timeout):
        chunk = pipe.read(4096)
        if not chunk or data + chunk == b"ready":
            return data + chunk
        data += chunk
    return data or b"no answer in time"


def _pid_of(pidfd: int) -> int:
    with open(f"/proc/self/fdinfo/{pidfd}") as file:
        return int(next(line for line in file if line.startswith("Pid:")).split()[1])


_shared: Preloaded | None = None


def shared(runtime: Runtime = PLAIN) -> Preloaded:
    """The preloaded process of this worker; a new one after its death, or for another course."""
    global _shared
    if _shared is not None and not (_shared.alive() and _shared.runtime == runtime):
        close_shared()
    if _shared is None:
        _shared = Preloaded((*runtime.preload, *MODULES), runtime)
        atexit.register(close_shared)
    return _shared


def close_shared() -> None:
    """End this worker's preloaded process, if there is one."""
    global _shared
    atexit.unregister(close_shared)
    if _shared is not None:
        _shared.close()
        _shared = None
