"""A process of its own for the hidden checks, which may die of what a student's code returned.

It is forked from this one, which has loaded the graders, and stays for the next submissions: what
the first check had to load is there for all that follow. Replies of the kernel are decoded and
compared in it, each case within a budget of CPU time and memory that the Linux kernel enforces.
It has no kernel of its own to ask: its questions and their answers are carried by
:mod:`autograder.judging.apart`, as bytes that nobody decodes on the way. Messages, each a msgpack
list with buffers beside it::

    to it     ["judge", student id, cell errors, seed, first case, checks so far, budget]
              ["value", header] | ["failed", class, message, hint]
              ["go on"]
    from it   ["ask", name, CPU seconds, header] | ["refused"] | ["full"] | ["end"]

What came of each case is reported on a second socket, [check, CPU seconds of its life], which is
read when there is time, and after the death of the process: then it is known which case ran.
"""

from __future__ import annotations

import atexit
import dataclasses
import gc
import math
import os
import resource
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import msgpack

from autograder.checking.notebook import StudentNotebook
from autograder.course.results import CheckResult, Status
from autograder.course.unit import Unit
from autograder.errors import CheckFailed, KernelDied, TimedOut
from autograder.judging.pytest_driver import Grader
from autograder.sandbox.session import decoded
from autograder.sandbox_inside import codec, frames
from autograder.sandbox_inside.isolation import die_with_parent, virtual_memory

LONGEST_TEXT, LONGEST_REPORT = 20_000, 1 << 18  # characters of a message; bytes of a report
_FAILURES: dict[str, type[CheckFailed]] = {"TimedOut": TimedOut, "KernelDied": KernelDied}


@dataclass(frozen=True)
class Given:
    """What the checks of a submission need besides its kernel."""

    student_id: str
    cell_errors: dict[str, str]
    seed: int


Budget = tuple[float, float, int]  # CPU seconds of a case and of all, bytes of memory


class ProcessEnded(Exception):
    """The judging process has ended; ``overspent`` where it passed its budget."""

    def __init__(self, reason: str, *, overspent: bool = False) -> None:
        super().__init__(reason)
        self.overspent = overspent


class JudgingProcess:
    """The trusted end of a fork in which a unit's checks run."""

    def __init__(self, unit: Unit, grader: Grader) -> None:
        self.unit, self.grader = unit, grader
        self.cpu_s = 0.0  # of its life, as far as is known
        self._status = 0
        self._socket, theirs = socket.socketpair()
        self._reports, reports = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._pid = os.fork()
        if self._pid == 0:
            _Life(theirs, reports, unit, grader).live()
        theirs.close()
        reports.close()

    def begin(self, given: Given, first: int, checks: list[CheckResult], budget: Budget) -> None:
        """Let it run the cases from ``first`` on. Raises ProcessEnded."""
        known = [dataclasses.astuple(check) for check in checks]
        seed = f"{given.seed:x}"  # it has more bits than a number of a message
        self.send("judge", given.student_id, given.cell_errors, seed, first, known, budget)

    def send(self, *message: Any, buffers: Sequence[frames.Buffer] = ()) -> None:
        """Send it a message. Raises ProcessEnded."""
        try:
            _send(self._socket, message, buffers)
        except OSError:
            raise self._ended() from None

    def reports(self) -> Iterator[CheckResult]:
        """What came of the cases that were not read of yet; also once the process has ended."""
        while True:
            try:
                data = self._reports.recv(LONGEST_REPORT, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if not data:
                return
            check, cpu_s = _unpacked(data)
            self.cpu_s = max(self.cpu_s, cpu_s)
            yield _check(check)

    def receive(self, wall_s: float) -> tuple[list[Any], list[bytearray]]:
        """Its next message and the buffers with it. Raises ProcessEnded."""
        self._socket.settimeout(wall_s)
        try:
            return _receive(self._socket)
        except TimeoutError:
            self._end()
            raise ProcessEnded(f"no answer within {wall_s:.0f} seconds", overspent=True) from None
        except (EOFError, OSError):
            raise self._ended() from None

    def _ended(self) -> ProcessEnded:
        self._end(kill=False)
        number = os.waitstatus_to_exitcode(self._status)
        if number == -signal.SIGXCPU:
            return ProcessEnded("it used up its computing time", overspent=True)
        return ProcessEnded(f"signal {-number}" if number < 0 else f"exit code {number}")

    def close(self) -> None:
        """End it, and forget what it reported."""
        self._end()
        self._reports.close()

    def _end(self, *, kill: bool = True) -> None:
        """End it, or wait until it has ended; its reports can still be read."""
        if self._socket.fileno() < 0:
            return
        self._socket.close()
        if kill:
            os.kill(self._pid, signal.SIGKILL)
        _, self._status, used = os.wait4(self._pid, 0)
        self.cpu_s = used.ru_utime + used.ru_stime


_shared: JudgingProcess | None = None


def shared_judge(unit: Unit, grader: Grader) -> JudgingProcess:
    """The judging process of this process; a new one after its death, or for another unit."""
    global _shared
    if _shared is not None and not (_shared.grader is grader and _shared.unit == unit):
        close_judge()
    if _shared is None:
        _shared = JudgingProcess(unit, grader)
        atexit.register(close_judge)
    return _shared


def close_judge() -> None:
    """End this process's judging process, if there is one."""
    global _shared
    atexit.unregister(close_judge)
    if _shared is not None:
        _shared.close()
        _shared = None


def _check(values: Sequence[Any]) -> CheckResult:
    question, title, status, *others = values
    return CheckResult(question, title, Status(status), *others)


def _send(sock: socket.socket, message: Sequence[Any], buffers: Sequence[frames.Buffer]) -> None:
    frames.send_packed(sock, _packed(message), buffers)


def _receive(sock: socket.socket) -> tuple[list[Any], list[bytearray]]:
    header, buffers = frames.receive_packed(sock, frames.ENVELOPE)
    return _unpacked(header), buffers


def _packed(message: Sequence[Any]) -> bytes:
    data: bytes = msgpack.packb(message, unicode_errors="surrogatepass")
    return data


def _unpacked(data: bytes) -> list[Any]:
    message: list[Any] = msgpack.unpackb(data, unicode_errors="surrogatepass")
    return message


# ------------------------------------------------------------------- in the fork


class _Life:
    """What the fork does: it judges one submission after another, and leaves only by its end."""

    def __init__(
        self, sock: socket.socket, reports: socket.socket, unit: Unit, grader: Grader
    ) -> None:
        self._sock, self._reports, self._unit, self._grader = sock, reports, unit, grader

    def live(self) -> NoReturn:
        """Until the other end is closed."""
        try:
            _settle(self._sock.fileno(), self._reports.fileno())
            codec.use_tensors(self._unit.runtime.tensors)
            self._judge()
            gc.collect()
            gc.freeze()  # what is loaded now stays: it need not be searched again and again
            while True:
                self._judge()
        finally:
            os._exit(1)

    def _judge(self) -> None:
        (_, student_id, errors, seed, first, known, budget), _ = _receive(self._sock)
        checks = dict(zip(self._grader.not_run, map(_check, known), strict=True))
        student = StudentNotebook(self, student_id, errors)
        self._grader.begin(self._unit, student, int(seed, 16), checks)
        self._run(first, *budget)
        _send(self._sock, ["end"], ())

    def _run(self, first: int, case_s: float, all_s: float, memory: int) -> None:
        _bound(resource.RLIMIT_CORE, 0)
        _bound(resource.RLIMIT_AS, virtual_memory() + memory)
        end = time.process_time() + all_s
        for number in range(first, len(self._grader)):
            _bound(resource.RLIMIT_CPU, math.ceil(min(time.process_time() + case_s, end)))
            self._report(self._grader.run(number))

    def _report(self, check: CheckResult) -> None:
        short = dataclasses.replace(check, message=check.message[:LONGEST_TEXT])
        report = _packed([dataclasses.astuple(short), time.process_time()])
        try:
            self._reports.send(report, socket.MSG_DONTWAIT)
        except BlockingIOError:  # nothing was asked for a while, so nobody has read
            self._say("full")
            self._reports.send(report)

    def _say(self, what: str) -> None:
        """Say something that is no question; the two sides take turns all the same."""
        _send(self._sock, [what], ())
        _receive(self._sock)

    def request(self, message: dict[str, Any], cpu_s: float | None) -> Any:
        """Ask the kernel through the process that has it; errors as of ``Session.request``."""
        name = str(message.get("name", "the call"))
        header, buffers = codec.pack(message)
        _send(self._sock, ["ask", name, cpu_s, header], buffers)
        (kind, *parts), answer = _receive(self._sock)
        if kind == "failed":
            failure, text, hint = parts
            raise _FAILURES.get(failure, CheckFailed)(text, hint)
        try:
            return decoded(name, parts[0], answer)
        except KernelDied:
            self._say("refused")
            raise


def _settle(*kept: int) -> None:
    """Hold nothing of the process that this was forked from, and end with it."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other one's business
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    low = 3
    for descriptor in (*sorted(kept), 1 << 16):
        os.closerange(low, descriptor)
        low = descriptor + 1
    gc.freeze()


def _bound(kind: int, value: int) -> None:
    """Set a soft limit, which the next case may raise again."""
    _, hard = resource.getrlimit(kind)
    lower = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (lower, hard))
