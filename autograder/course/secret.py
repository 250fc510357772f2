"""The secret of a course, drawn once: hidden inputs depend on it.

A student who hands in again and again would otherwise collect the hidden numbers of a seed that
stands in a public program. It lies beside the kept results, readable by its owner alone; a regrade
with the same secret repeats every number.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

from autograder.errors import CourseError

FILE = Path(".autograder", "secret")
BITS = 128


def seed_of(root: Path) -> int:
    """The secret of the course in this folder as a number of 128 bits; drawn where there is none.

    Raises CourseError where it can neither be read nor written, or is damaged.
    """
    path = root / FILE
    try:
        path.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            _draw(path)
        return _read(path)
    except OSError as error:
        raise CourseError(f"{path} cannot be read or written: {error.strerror}.") from error


def _draw(path: Path) -> None:
    """Write a new one, unless there is one; two runs that begin together agree on the first."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "w") as file:
        file.write(f"{secrets.randbits(BITS):0{BITS // 4}x}\n")


def _read(path: Path) -> int:
    for _ in range(20):  # another run may be writing it at this moment
        text = path.read_text("ascii", "replace").strip()
        if len(text) == BITS // 4:
            break
        time.sleep(0.05)
    try:
        return int(text, 16) if len(text) == BITS // 4 else int("")
    except ValueError:
        raise CourseError(
            f"{path} is damaged. Restore it from a backup, so that a regrade repeats its numbers; "
            "or remove it, and a new one is drawn."
        ) from None
