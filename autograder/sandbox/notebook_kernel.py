"""One kernel of a submission: runs its cells, then carries calls into it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Coroutine, Sequence
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.errors import KernelDied, PreloadedDied, TimedOut
from autograder.sandbox.limits import Limits
from autograder.sandbox.provisioner import SealedKernelManager
from autograder.sandbox.watch import Watch
from autograder.sandbox.watched_socket import POLL_S, WatchedSocket
from autograder.sandbox_inside import codec, frames

_SERVE = "__import__('autograder_inside.server', fromlist=['serve']).serve({!r}, globals(), {!r})"


Packed = tuple[bytes, Sequence[frames.Buffer]]  # a header and its buffers
UNGRADABLE = "{} returned something that cannot be graded: {}."


class NotebookKernel:
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
            if limit <= 0 or time.monotonic() > self.watch.deadline:
                what = "computing time" if limit <= 0 else "time"
                _say(cell, f"the notebook used up its {what} before this cell")
                continue
            channel = self._client.iopub_channel
            channel.allowance, channel.overflowed = min(self._limits.cell_output, left), False
            before = channel.allowance
            self.watch.begin(limit)
            ended = await self._cell(runner, cell, index)
            left -= before - max(channel.allowance, 0)
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
            await asyncio.sleep(POLL_S)
            if channel.overflowed:
                self.watch.interrupt(f"it printed more than {self._limits.cell_output >> 20} MB")
            self.watch.check()

    # ---------------------------------------------------------------- calls

    def call(self, name: str, request: Packed, cpu_s: float) -> Packed:
        """One request and its reply, within this much CPU time; nothing is decoded here."""
        self.watch.begin(cpu_s)
        try:
            channel = self._channel()
            frames.send_packed(channel, *request)
            reply = frames.receive_packed(channel)
        except codec.CodecError as error:
            self.watch.kill("its answer could not be read")
            raise KernelDied(UNGRADABLE.format(name, error)) from None
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
            serve = _SERVE.format(
                f"{self._manager.process.inside}/grader.sock", self._manager.runtime.tensors
            )
            self._client.execute(serve, silent=True, store_history=False)
            listener.settimeout(POLL_S)
            while True:
                try:
                    connection, _ = listener.accept()
                    break
                except TimeoutError:
                    self.watch.check()
                    if not self.alive():
                        raise EOFError from None
        self._client.iopub_channel.stop()
        return WatchedSocket(connection, self.watch.check)


def _say(cell: NotebookNode, reason: str) -> None:
    text = f"This cell was stopped by the grader: {reason}."
    cell.outputs = [*cell.outputs[:20], new_output("stream", name="stdout", text=text)]


def _mark_lost(notebook: NotebookNode, lost: dict[int, str]) -> None:
    for index, reason in lost.items():
        notebook.cells[index].outputs = []
        _say(notebook.cells[index], reason)
