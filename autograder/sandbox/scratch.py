"""Private scratch folders that do not stay behind, even where their owner was killed.

The owner of a folder holds a lock on it (flock, which ends with the process). Who starts next
removes the folders that nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "autograder-kernels-"
_LONGEST = 60  # characters of a folder's path; the name of a unix socket in it has 107 at most


class Scratch:
    """A folder of this process alone, until it is closed or the process ends."""

    def __init__(self) -> None:
        remove_abandoned()
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_parent()))
            lock = _lock(self.path)
            # Another start may have come between the two lines above and taken it for abandoned.
            if lock is not None and self.path.is_dir():
                self._lock = lock
                return
            if lock is not None:
                os.close(lock)

    def close(self) -> None:
        """Remove the folder. May be called twice."""
        if self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


def remove_abandoned() -> None:
    """Remove the folders of this user's processes that have ended without removing them."""
    for path in _parent().glob(f"{PREFIX}*"):
        lock = _lock(path)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _parent() -> Path:
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) + len(PREFIX) + 8 <= _LONGEST else "/tmp")


def _lock(path: Path) -> int | None:
    """A descriptor that holds the folder, or None where it is held, gone or not ours."""
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(folder).st_uid == os.geteuid():
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return folder
    except OSError:  # its owner lives
        pass
    os.close(folder)
    return None
