"""Runs a student's notebook once, top to bottom, and then carries the graders' calls into it.

A cell that passes a limit is stopped and says so in its output. Where it takes the kernel
with it, the notebook is run again in a fresh kernel without that cell, so that one exercise
cannot take the others along.
"""

from __future__ import annotations

import asyncio
import copy
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from autograder.course.settings import PLAIN, Runtime
from autograder.errors import CheckFailed, KernelDied, TimedOut
from autograder.sandbox.limits import LIMITS, Limits
from autograder.sandbox.notebook_kernel import UNGRADABLE, NotebookKernel, Packed, _mark_lost
from autograder.sandbox.outputs import clean
from autograder.sandbox.provisioner import SealedKernelManager
from autograder.sandbox_inside import codec


class Session:
    """The kernel of one submission, from its first cell to the last call of the graders."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        limits: Limits = LIMITS,
        *,
        warm: bool = True,
        sealed: bool = True,
        seed: int | None = None,
        runtime: Runtime = PLAIN,
    ) -> None:
        codec.use_tensors(runtime.tensors)
        self._runtime = runtime
        self._files, self._limits = dict(files), limits
        self._warm, self._sealed = warm, sealed
        self._seed = secrets.randbits(32) if seed is None else seed
        self._runner = asyncio.Runner()
        self._kernel: NotebookKernel | None = None
        self._notebook: NotebookNode | None = None
        self._lost: dict[int, str] = {}  # cells that took the kernel with them, and why
        self._restarts = 0
        self._calls_cpu_s = 0.0
        self._began = time.monotonic()
        self.notices: list[str] = []
        self.usage = {"notebook_cpu_s": 0.0, "calls_cpu_s": 0.0}

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._runner.close()

    # ------------------------------------------------------------- notebook

    def run(self, notebook: NotebookNode) -> NotebookNode:
        """Execute the notebook and return it with its outputs."""
        self._notebook, self._began = notebook, time.monotonic()
        executed = self._execute()
        for cell, own in zip(executed.cells, notebook.cells, strict=True):
            cell.metadata = copy.deepcopy(own.metadata)
        clean(executed)  # last: until here a cell may have rewritten what another one showed
        return executed

    def _execute(self) -> NotebookNode:
        assert self._notebook is not None
        while True:
            executed = copy.deepcopy(self._notebook)
            self._stop()
            manager = SealedKernelManager(
                self._files, self._limits, self._warm, self._sealed, self._seed, self._runtime
            )
            self._kernel = NotebookKernel(manager, self._limits, self._runner)
            self._kernel.watch.deadline = self._began + self._limits.notebook_wall_s
            died_at = self._kernel.execute(executed, self._lost)
            if died_at is not None:
                self._kernel.check_lost()
            self.usage["notebook_cpu_s"] += self._kernel.watch.spent()
            if died_at is None:
                return executed
            index, reason = died_at
            self._lost[index] = reason
            self.notices.append(f"Cell {index + 1} ended the kernel: {reason}.")
            self._restarts += 1
            if self._restarts > self._limits.restarts:
                self._stop()
                _mark_lost(executed, self._lost)
                return executed

    def _stop(self) -> None:
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    # ---------------------------------------------------------------- calls

    def request(self, message: dict[str, Any], cpu_s: float | None = None) -> Any:
        """Send one request of a grader and return the student's reply, a plain value.

        Raises TimedOut or KernelDied where the student's code passes its limit or ends the
        kernel. The next request then meets a fresh kernel, in which the notebook ran again.
        """
        name = str(message.get("name", "the call"))
        try:
            return decoded(name, *self.carry(name, codec.pack(message), cpu_s))
        except KernelDied:
            self.refuse()
            raise

    def carry(self, name: str, request: Packed, cpu_s: float | None) -> Packed:
        """Carry a packed request to the kernel and its reply back, as :meth:`request` does.

        ``name`` is the word for it in messages. Nothing of the reply is decoded here. Raises
        PreloadedDied where the kernel ended, and the student's code did not do it.
        """
        kernel = self._living_kernel()
        allowed = self._limits.call_cpu_s if cpu_s is None else cpu_s
        total = self._limits.notebook_cpu_s - self._calls_cpu_s
        kernel.watch.deadline = self._began + self._limits.calls_wall_s
        if time.monotonic() > kernel.watch.deadline:
            raise TimedOut(
                "Your code used up the time for all checks together "
                f"({self._limits.calls_wall_s:.0f} seconds)."
            )
        if total <= 0:
            raise TimedOut(
                "Your code used up the computing time for all checks together "
                f"({self._limits.notebook_cpu_s:g} seconds)."
            )
        try:
            return kernel.call(name, request, min(allowed, total))
        except CheckFailed as failure:
            self.notices.append(f"A call was stopped: {failure.message}")
            raise
        finally:
            self._calls_cpu_s += kernel.watch.used()
            self.usage["calls_cpu_s"] = self._calls_cpu_s

    def refuse(self) -> None:
        """End the kernel: its reply was no value, so what it sends next answers nothing either."""
        if self._kernel is not None and self._kernel.alive():
            self._kernel.watch.kill("its answer could not be read")

    def _living_kernel(self) -> NotebookKernel:
        if self._kernel is not None and self._kernel.alive():
            return self._kernel
        if self._kernel is not None:
            self._kernel.check_lost()
        if self._notebook is None or self._restarts >= self._limits.restarts:
            raise KernelDied("Your code ended the kernel again and again; it was not started anew.")
        self._restarts += 1
        self._execute()
        if self._kernel is None:
            raise KernelDied("Your notebook ends its own kernel, so nothing could be called.")
        return self._kernel


def decoded(name: str, header: bytes, buffers: Sequence[Any]) -> Any:
    """The value of a reply. Raises KernelDied where it is none that may cross."""
    try:
        return codec.unpack(header, buffers)
    except codec.CodecError as error:
        raise KernelDied(UNGRADABLE.format(name, error)) from None
