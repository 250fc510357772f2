"""The folder of a kernel: its sockets, and the files that it finds in its home."""

from __future__ import annotations

import functools
import importlib.util
import py_compile
import tempfile
from pathlib import Path

from autograder.sandbox.bubblewrap import HOME


def lay_out(folder: Path, files: dict[str, bytes]) -> Path:
    """Make a kernel's folder, with the files that it will find where it works."""
    for name, data in files.items():
        _write(folder / "files" / name, data)
        if name.endswith(".py"):
            cached = importlib.util.cache_from_source(name)
            _write(folder / "files" / cached, _bytecode(name, data))
    (folder / "files").mkdir(parents=True, exist_ok=True)
    return folder


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@functools.lru_cache(maxsize=64)
def _bytecode(name: str, source: bytes) -> bytes:
    """A helper file compiled once for a class; it counts only as long as the file is the same.

    Python compares a hash of the source (PEP 552), so a student may write another file instead.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, compiled = Path(folder, "source"), Path(folder, "compiled")
        path.write_bytes(source)
        py_compile.compile(
            str(path),
            str(compiled),
            f"{HOME}/{name}",
            quiet=2,
            invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
        )
        return compiled.read_bytes() if compiled.is_file() else b""
