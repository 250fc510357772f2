"""Runs a student's notebook once, top to bottom, and then carries the graders' calls into it.

A cell that passes a limit is stopped and says so in its output. Where it takes the kernel
with it, the notebook is run again in a fresh kernel without that cell, so that one exercise
cannot take the others along.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import re
import secrets
import socket
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from ..checks import CheckFailed
from ..inside import codec
from ..student import KernelDied, TimedOut
from .limits import LIMITS, Limits
from .outputs import clean
from .preloaded import PreloadedDied
from .provisioner import SealedKernelManager
from .watch import Watch

_POLL_S = 0.1  # between two looks at the limits; one look takes half a millisecond
_SERVE = "__import__('autograder_inside.server', fromlist=['serve']).serve({!r}, globals())"


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
    ) -> None:
        self._files, self._limits = dict(files), limits
        self._warm, self._sealed = warm, sealed
        self._seed = secrets.randbits(32) if seed is None else seed
        self._runner = asyncio.Runner()
        self._kernel: _Kernel | None = None
        self._notebook: NotebookNode | None = None
        self._lost: dict[int, str] = {}  # cells that took the kernel with them, and why
        self._restarts = 0
        self._calls_cpu_s = 0.0
        self.notices: list[str] = []
        self.lost: PreloadedDied | None = None  # a kernel ended by no doing of the student's
        self.usage = {"notebook_cpu_s": 0.0, "calls_cpu_s": 0.0}

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._runner.close()

    # ------------------------------------------------------------- notebook

    def run(self, notebook: NotebookNode) -> NotebookNode:
        """Execute the notebook and return it with its outputs."""
        self._notebook = notebook
        return self._execute()

    def _execute(self) -> NotebookNode:
        assert self._notebook is not None
        while True:
            executed = copy.deepcopy(self._notebook)
            self._stop()
            manager = SealedKernelManager(
                self._files, self._limits, self._warm, self._sealed, self._seed
            )
            self._kernel = _Kernel(manager, self._limits, self._runner)
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
        if self.lost is not None:  # whatever the graders make of it, nothing more is asked
            raise self.lost
        try:
            return self._request(message, cpu_s)
        except PreloadedDied as error:
            self.lost = error
            raise

    def _request(self, message: dict[str, Any], cpu_s: float | None) -> Any:
        kernel = self._living_kernel()
        allowed = self._limits.call_cpu_s if cpu_s is None else cpu_s
        total = self._limits.notebook_cpu_s - self._calls_cpu_s
        if total <= 0:
            raise TimedOut(
                "Your code used up the computing time for all checks together "
                f"({self._limits.notebook_cpu_s:g} seconds)."
            )
        try:
            return kernel.call(message, min(allowed, total))
        except CheckFailed as failure:
            self.notices.append(f"A call was stopped: {failure.message}")
            raise
        finally:
            self._calls_cpu_s += kernel.watch.used()
            self.usage["calls_cpu_s"] = self._calls_cpu_s

    def _living_kernel(self) -> _Kernel:
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


class _Kernel:
    """One kernel process with its nbclient and its socket for calls."""

    def __init__(
        self, manager: SealedKernelManager, limits: Limits, runner: asyncio.Runner
    ) -> None:
        self._manager, self._limits, self._runner = manager, limits, runner
        self._client: Any = None  # a BoundedClient, once the kernel runs
        self._calls: socket.socket | None = None
        self.watch: Any = None  # a Watch, once the kernel runs
        try:
            self._run(self._start())
        except BaseException:
            try:
                self.check_lost()
            finally:
                self.close()
            raise
        self.watch = Watch(self._manager.process, limits)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    async def _start(self) -> None:
        await self._manager.start_kernel()
        self._client = self._manager.client()
        self._client.start_channels(stdin=False, hb=False, control=False)
        await self._client.wait_for_ready(timeout=self._limits.start_s)

    def alive(self) -> bool:
        return self._manager.process.alive()

    def check_lost(self) -> None:
        """Raise PreloadedDied where the kernel ended, and neither its own code nor we ended it."""
        process = getattr(self._manager.provisioner, "process", None)
        ours = self.watch is not None and self.watch.killed
        if process is not None and not ours and not process.alive() and process.lost():
            raise PreloadedDied("the kernel was killed from outside")

    def close(self) -> None:
        if self._calls is not None:
            self._calls.close()
            self._calls = None
        self._run(self._stop())

    async def _stop(self) -> None:
        if self._client is not None:
            self._client.stop_channels()
        if self._manager.provisioner is not None:
            await self._manager.provisioner.cleanup()
        self._manager.context.destroy(linger=0)

    # ------------------------------------------------------------- notebook

    def execute(self, notebook: NotebookNode, lost: dict[int, str]) -> tuple[int, str] | None:
        """Run all cells but the lost ones; return the cell at which the kernel ended, and why."""
        try:
            return self._run(self._execute(notebook, lost))
        finally:
            _mark_lost(notebook, lost)

    async def _execute(
        self, notebook: NotebookNode, lost: dict[int, str]
    ) -> tuple[int, str] | None:
        runner = NotebookClient(
            notebook, km=self._manager, allow_errors=True, store_widget_state=False
        )
        runner.kc = self._client
        left = self._limits.notebook_output
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or index in lost:
                continue
            limit = self.watch.allowance(self._limits.cell_cpu_s, self._limits.notebook_cpu_s)
            if limit <= 0:
                _say(cell, "the notebook used up its computing time before this cell")
                continue
            channel = self._client.iopub_channel
            channel.allowance, channel.overflowed = min(self._limits.cell_output, left), False
            before = channel.allowance
            self.watch.begin(limit)
            ended = await self._cell(runner, cell, index)
            left -= before - max(channel.allowance, 0)
            clean(cell)
            if ended is not None:
                return index, ended
            if self.watch.stopped:
                _say(cell, self.watch.stopped)
        return None

    async def _cell(self, runner: NotebookClient, cell: NotebookNode, index: int) -> str | None:
        watching = asyncio.create_task(self._watch_cell())
        try:
            await runner.async_execute_cell(cell, index)
        except DeadKernelError:
            return self.watch.stopped or "it ended the Python process"
        except Exception as error:  # replies that no honest kernel sends
            self.watch.kill(f"the kernel's answers could not be read ({type(error).__name__})")
            return self.watch.stopped
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        return None if self.alive() else (self.watch.stopped or "it ended the Python process")

    async def _watch_cell(self) -> None:
        channel = self._client.iopub_channel
        while True:
            await asyncio.sleep(_POLL_S)
            if channel.overflowed:
                self.watch.interrupt(f"it printed more than {self._limits.cell_output >> 20} MB")
            self.watch.check()

    # ---------------------------------------------------------------- calls

    def call(self, message: dict[str, Any], cpu_s: float) -> Any:
        """One request and its reply, within this much CPU time."""
        self.watch.begin(cpu_s)
        name = message.get("name", "the call")
        try:
            channel = self._channel()
            codec.send(channel, message)
            reply = codec.receive(channel)
        except codec.CodecError as error:
            self.watch.kill("its answer could not be read")
            raise KernelDied(f"{name} returned something that cannot be graded: {error}.") from None
        except (EOFError, OSError):
            self.check_lost()
            self.watch.kill(self.watch.stopped or "it ended the Python process")
            kind = TimedOut if "seconds" in self.watch.stopped else KernelDied
            raise kind(f"{name} was stopped: {self.watch.stopped}.") from None
        if self.watch.stopped:
            raise TimedOut(
                f"{name} was stopped: {self.watch.stopped}.",
                "Does a loop never end, or is there one loop too many?",
            )
        return reply

    def _channel(self) -> socket.socket:
        if self._calls is None:
            self._calls = self._open_channel()
        return self._calls

    def _open_channel(self) -> socket.socket:
        path = self._manager.process.folder / "grader.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(1)
            serve = _SERVE.format(f"{self._manager.process.inside}/grader.sock")
            self._client.execute(serve, silent=True, store_history=False)
            listener.settimeout(_POLL_S)
            while True:
                try:
                    connection, _ = listener.accept()
                    break
                except TimeoutError:
                    self.watch.check()
                    if not self.alive():
                        raise EOFError from None
        self._client.iopub_channel.stop()
        return _Watched(connection, self.watch.check)


class _Watched(socket.socket):
    """A socket whose waits look at the limits meanwhile: no peer can make it wait for ever."""

    def __init__(self, connection: socket.socket, check: Callable[[], None]) -> None:
        super().__init__(fileno=connection.detach())
        self.settimeout(_POLL_S)
        self._check, self._looked = check, time.monotonic()

    def recv(self, *args: Any) -> bytes:
        while True:
            try:
                self._look()
                return super().recv(*args)
            except TimeoutError:
                self._check()

    def sendall(self, data: Any, *args: Any) -> None:
        view = memoryview(data).cast("B")
        while view:
            try:
                self._look()
                view = view[self.send(view) :]
            except TimeoutError:
                self._check()

    def _look(self) -> None:
        """A peer that sends byte after byte, each in time, does not escape the limits."""
        if (now := time.monotonic()) - self._looked > _POLL_S:
            self._looked = now
            self._check()


def _say(cell: NotebookNode, reason: str) -> None:
    text = f"This cell was stopped by the grader: {reason}."
    cell.outputs = [*cell.outputs[:20], new_output("stream", name="stdout", text=text)]


def _mark_lost(notebook: NotebookNode, lost: dict[int, str]) -> None:
    for index, reason in lost.items():
        notebook.cells[index].outputs = []
        _say(notebook.cells[index], reason)


def cell_errors(notebook: NotebookNode) -> dict[str, str]:
    """The source of each cell that did not end well, and what stopped it."""
    errors = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and output.ename != "NotYet":
                text = re.sub(r"\s+", " ", str(output.evalue))[:200]
                errors[cell.source] = f"{output.ename}: {text}"
            elif output.output_type == "stream" and output.text.startswith("This cell was stopped"):
                errors[cell.source] = output.text
    return errors
