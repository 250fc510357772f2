"""What a worker process does: evaluate one submission of a unit that came as bytes.

A worker needs this package and its libraries, and neither the course nor a file system in
common with anybody. The unit travels with its hidden checks, because they change more often
than a cluster is installed; the judging code does not travel, so its digest must agree.
"""

from __future__ import annotations

import dataclasses
import faulthandler
import functools
import gc
import os
import socket
import tempfile
import threading
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import msgpack
import msgspec

from autograder.course.results import Evaluation
from autograder.course.settings import Runtime
from autograder.course.submission import Submission
from autograder.course.unit import Unit
from autograder.errors import WrongVersion
from autograder.judging.evaluation import evaluate
from autograder.judging.version import versions
from autograder.sandbox.limits import LIMITS

LATE_S = 60.0  # from the moment at which who asked gives a worker up to its own end


@dataclass(frozen=True)
class Parcel:
    """A unit as a value, its hidden checks included, and the judging code that it is meant for.

    It has about 30 kB and goes along with every submission: a worker that joins late, or anew
    after a death, needs nothing else. A worker unpacks it once.
    """

    code: str  # versions() of the sender
    data: bytes = field(repr=False)
    preload: tuple[str, ...] = ()  # modules of the course; versions() counts their packages in

    @classmethod
    def pack(cls, unit: Unit) -> Parcel:
        values = {
            "name": unit.name,
            "notebook": unit.notebook,
            "files": dict(unit.files),
            "checks": dict(unit.checks),
            "runtime": msgspec.to_builtins(unit.runtime),
        }
        preload = unit.runtime.preload
        return cls(versions(preload), zlib.compress(msgpack.packb(values)), preload)

    def unpack(self, folder: Path) -> Unit:
        """The unit, with its checks written into a folder that only this user can read."""
        values = msgpack.unpackb(zlib.decompress(self.data))
        for name, data in values["checks"].items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        runtime = msgspec.convert(values["runtime"], Runtime)
        return Unit(values["name"], values["notebook"], values["files"], folder, runtime)


_one_at_a_time = threading.Lock()  # kernels, pytest and the environment belong to the process


def work(parcel: Parcel, submission: Submission, seed: int) -> Evaluation:
    """Evaluate one submission. Raises WrongVersion, or SandboxUnavailable as evaluate does."""
    if parcel.code != versions(parcel.preload):
        raise WrongVersion(
            f"The worker on {socket.gethostname()} has another version of this package, of Python "
            "or of a library. Install the same requirements.lock there and here."
        )
    with _one_at_a_time:
        used, unit = time.process_time(), _unit(parcel)
        # Who asked gives this up before; on a cluster nobody else can end this process, and where
        # it hangs in a library, no thread of Python's can either.
        wall_s = LIMITS.for_unit(unit.metadata).submission_wall_s + LATE_S
        faulthandler.dump_traceback_later(wall_s, exit=True, file=_nowhere())
        try:
            evaluation = evaluate(submission, unit, seed=seed)
        finally:
            faulthandler.cancel_dump_traceback_later()
        used = time.process_time() - used + evaluation.usage.get("judge_cpu_s", 0.0)
        usage = {**evaluation.usage, "judge_cpu_s": used}
        _all_is_loaded()
    return dataclasses.replace(evaluation, usage=usage)


@functools.cache
def _all_is_loaded() -> None:
    """Keep the garbage collector from searching half a million objects that stay, again and again.

    It took a seventh of the time of judging.
    """
    gc.collect()
    gc.freeze()


@functools.cache
def _nowhere() -> TextIO:
    return open(os.devnull, "w")  # for the life of the process


@functools.lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="autograder-checks-")


@functools.lru_cache(maxsize=8)
def _unit(parcel: Parcel) -> Unit:
    return parcel.unpack(Path(tempfile.mkdtemp(dir=_folder().name)))
