"""A dask scheduler and its workers, on loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """A scheduler and two worker processes with one thread each, in folders of their own."""
    processes = []

    def start(*arguments):
        place = folder / f"process{len(processes)}"
        place.mkdir()
        log = (place / "log").open("w+")
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
                cwd=place,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )
        return processes[-1], place / "log"

    try:
        _, log = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        address = wait_for(lambda: address_in(log.read_text()))
        for _ in range(2):
            start("worker", address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")
        yield address
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def address_in(log):
    return next((word for word in log.split() if word.startswith("tcp://127.0.0.1:")), "")


def wait_for(look, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
