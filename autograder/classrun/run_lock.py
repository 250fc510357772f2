"""Lets one run at a time grade a unit of a course."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from autograder.errors import CourseError


@contextlib.contextmanager
def only_run(folder: Path, unit: str) -> Iterator[None]:
    """Hold the lock of a unit. Raises CourseError where another run holds it.

    The operating system gives the lock back when its process ends, however it ends, so a killed
    run leaves nothing to clear away. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    about = folder / f"grade-{unit}.json"
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(FileLock(folder / f"grade-{unit}.lock", timeout=0))
        except Timeout:
            raise CourseError(
                f"Another run is grading {unit!r} ({_who(about)}). Wait until it has ended; "
                "what it has evaluated by then will not be evaluated again."
            ) from None
        since = datetime.now().isoformat(" ", "seconds")
        about.write_text(json.dumps([os.getpid(), socket.gethostname(), since]))
        yield


def _who(about: Path) -> str:
    try:
        pid, host, since = json.loads(about.read_text())
    except (OSError, ValueError):
        return "it has just begun"
    return f"process {pid} on {host}, since {since}"
