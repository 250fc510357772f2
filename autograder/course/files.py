"""Files and their fingerprints: written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
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
