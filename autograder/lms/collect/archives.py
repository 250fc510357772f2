"""Unpacks archives that students filled: no path leaves the folder, no link, no bomb."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.errors import ArchiveTooLarge

SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar")
CHUNK = 1 << 20


@dataclass(frozen=True)
class ArchiveLimits:
    """What is unpacked at most. A class of a thousand hands in about 1 GB of notebooks."""

    file_bytes: int = 32 << 20  # of one notebook
    inner_bytes: int = 256 << 20  # of an archive in another one, packed, and unpacked
    inner_files: int = 2_000  # members of an archive in another one
    total_bytes: int = 8 << 30
    files: int = 50_000  # members of all archives together
    depth: int = 2  # archives in archives


@dataclass
class _Budget:
    """What is left of the limits, and what was left out so far."""

    bytes: int
    files: int
    problems: list[str]


@dataclass(frozen=True)
class _Member:
    """A file in an archive: its name, size and time as the archive tells them, and its data."""

    name: str
    size: int
    time: float
    open: Callable[[], IO[bytes] | None]
    problem: str = ""


def is_archive(name: str) -> bool:
    """Whether a file of this name is an archive that can be unpacked."""
    return name.lower().endswith(SUFFIXES)


def unpack(
    archive: Path,
    to: Path,
    wanted: Callable[[str], bool],
    limits: ArchiveLimits = ArchiveLimits(),
) -> list[str]:
    """Unpack the wanted files of an archive, and of archives in it, into a folder.

    ``wanted`` is asked with a file's name without its folders. Returns a line for each thing that
    was left out, and why; a broken archive is such a line too, never an exception.
    """
    budget = _Budget(limits.total_bytes, limits.files, [])
    try:
        with archive.open("rb") as file:
            _unpack(file, archive.name, to, wanted, limits, budget, limits.depth)
    except ArchiveTooLarge as error:
        budget.problems.append(f"{archive.name}: {error}; the rest was not unpacked")
    except Exception as error:  # students filled it: whatever is wrong with it is a line
        budget.problems.append(f"{archive.name} cannot be read: {error}")
    return budget.problems


def _unpack(
    file: IO[bytes], name: str, to: Path, wanted: Callable[[str], bool],
    limits: ArchiveLimits, budget: _Budget, depth: int,
) -> None:  # fmt: skip
    for member in _members(file, name, budget.bytes):
        budget.files -= 1
        if budget.files < 0:
            raise ArchiveTooLarge("too many files")
        try:
            _member(member, to, wanted, limits, budget, depth)
        except ArchiveTooLarge:
            raise
        except Exception as error:
            budget.problems.append(f"{name}: {member.name[:200]!r} cannot be read: {error}")


def _member(
    member: _Member, to: Path, wanted: Callable[[str], bool],
    limits: ArchiveLimits, budget: _Budget, depth: int,
) -> None:  # fmt: skip
    target, problem = _target(member.name, to)
    base = PurePosixPath(member.name.replace("\\", "/")).name
    inner = is_archive(base)
    if not (inner or wanted(base)) or "__MACOSX" in member.name:
        return
    problem = member.problem or problem
    if not problem and inner and not depth:
        problem = f"an archive in {limits.depth} others"
    if problem:
        budget.problems.append(f"{member.name[:200]!r} is left out: {problem}")
        return
    most = limits.inner_bytes if inner else limits.file_bytes
    with tempfile.TemporaryFile() as copy:
        if not _copy(member, copy, most, budget):
            budget.problems.append(
                f"{member.name[:200]!r} is left out: above {most / (1 << 20):.3g} MB"
            )
            return
        copy.seek(0)
        if inner:
            _inner(copy, member.name, target, wanted, limits, budget, depth - 1)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            shutil.copyfileobj(copy, out, CHUNK)
    os.utime(target, (member.time, member.time))


def _inner(
    file: IO[bytes],
    name: str,
    to: Path,
    wanted: Callable[[str], bool],
    limits: ArchiveLimits,
    budget: _Budget,
    depth: int,
) -> None:
    """An archive in another one is one student's; what it takes, the others must not miss."""
    own = _Budget(
        min(budget.bytes, limits.inner_bytes),
        min(budget.files, limits.inner_files),
        budget.problems,
    )
    most = (own.bytes, own.files)
    try:
        _unpack(file, name, to, wanted, limits, own, depth)
    except ArchiveTooLarge as error:
        budget.problems.append(f"{name[:200]!r}: {error}; the rest of it was not unpacked")
    budget.bytes -= most[0] - own.bytes
    budget.files -= most[1] - own.files


def _copy(member: _Member, to: IO[bytes], most: int, budget: _Budget) -> bool:
    """Copy at most ``most`` bytes, whatever size the archive claims. False where there are more."""
    source = member.open()
    if source is None:
        raise OSError("it is no file")
    written = 0
    with source:
        while chunk := source.read(min(CHUNK, most + 1 - written)):
            written += len(chunk)
            budget.bytes -= len(chunk)
            if budget.bytes < 0:
                raise ArchiveTooLarge("too many bytes in all")
            if written > most:
                return False
            to.write(chunk)
    return True


def _target(name: str, to: Path) -> tuple[Path, str]:
    """Where a member goes, and why it may not."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    odd = any(part == ".." or "\0" in part for part in parts)
    if not parts or odd or parts[0].startswith("/") or (len(parts[0]) == 2 and parts[0][1] == ":"):
        return to, "its path leads out of the folder"
    return to.joinpath(*parts), ""


def _members(file: IO[bytes], name: str, most: int) -> Iterator[_Member]:
    if name.lower().endswith(".zip"):
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield _zipped(archive, info)
        return
    seen = 0
    with tarfile.open(fileobj=file, mode="r:*") as archive:
        for entry in archive:
            seen += entry.size  # skipping a member decompresses it too
            if seen > most:
                raise ArchiveTooLarge("too many bytes in all")
            if not entry.isdir():
                problem = "" if entry.isreg() else "it is a link or a device"
                yield _Member(
                    entry.name, entry.size, float(entry.mtime),
                    lambda entry=entry: archive.extractfile(entry), problem,  # type: ignore[misc]
                )  # fmt: skip


def _zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    mode = info.external_attr >> 16
    odd = stat.S_IFMT(mode) not in (0, stat.S_IFREG)
    try:
        moment = time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        moment = 0.0
    return _Member(
        info.filename, info.file_size, moment, lambda: archive.open(info),
        "it is a link or a device" if odd else "",
    )  # fmt: skip
