"""Files and their fingerprints: written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digest_of(*parts: bytes) -> str:
    """SHA-256 of several parts; moving a byte from one to the next changes it."""
    return digest(b"".join(hashlib.sha256(part).digest() for part in parts))


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file; a reader sees the old one or the new one, never a part. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.chmod(file.name, mode)
            os.replace(file.name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(file.name)
            raise


def write_all(files: Mapping[Path, bytes | Path]) -> None:
    """Write files, and links where the value is a path; all of them or none. Raises OSError."""
    folders = {folder for path in files for folder in path.parents if not folder.exists()}
    with contextlib.ExitStack() as undo:
        for folder in sorted(folders):  # removed last, the deepest first
            undo.callback(_remove, folder.rmdir)
        for path, value in files.items():
            undo.callback(_restorer(path))
            if isinstance(value, Path):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(value)
            else:
                write_whole(path, value)
        undo.pop_all()


def _restorer(path: Path) -> Callable[[], None]:
    """What puts a file back as it is now."""
    if path.is_file():
        return partial(write_whole, path, path.read_bytes())
    return partial(_remove, path.unlink)


def _remove(remove: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):
        remove()
