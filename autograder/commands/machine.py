"""Examines this machine: can it isolate a student's kernel?"""

from __future__ import annotations

import ctypes.util
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook

from autograder.errors import SandboxUnavailable
from autograder.judging.version import distributions, installed
from autograder.sandbox.bubblewrap import find_bwrap
from autograder.sandbox.session import Session

TRIAL = """
import os, socket
try:
    socket.create_connection(("127.0.0.1", 1), 1)
except OSError as error:
    print("no network:", error)
print("process", os.getpid())
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in plain words."""

    fine: bool
    text: str


def examine(modules: tuple[str, ...] = ()) -> list[Finding]:
    """Look at everything that grading needs, in the order in which it is needed.

    ``modules`` are those that a course loads beforehand.
    """
    looks = (_system, partial(_python, modules), _bubblewrap, _seccomp, _children, _trial)
    return [_examine(look) for look in looks]


def _examine(look: Callable[[], Iterator[str]]) -> Finding:
    """The sentences that ``look`` yields; its exception says what is wrong."""
    try:
        return Finding(True, " ".join(look()))
    except (SandboxUnavailable, OSError, RuntimeError) as error:
        return Finding(False, str(error))


def _system() -> Iterator[str]:
    if sys.platform != "linux":
        raise RuntimeError(
            "Kernels are isolated with Linux namespaces; this is "
            f"{platform.system()}. Grade on Linux, or in a Linux virtual machine or container."
        )
    yield f"Linux {platform.release()}, {os.cpu_count()} cores."


def _python(modules: tuple[str, ...]) -> Iterator[str]:
    versions = {name: installed(name) for name in ("numpy", *distributions(modules))}
    absent = [name for name, version in versions.items() if not version and not _is_standard(name)]
    if absent:
        raise RuntimeError(
            f"The course loads {', '.join(absent)}, which this Python does not have. Install it: "
            "pip install -r requirements.lock (or take it out of c.Autograder.preload)."
        )
    found = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    yield f"Python {platform.python_version()} with {found}."


def _is_standard(module: str) -> bool:
    return module in sys.stdlib_module_names


def _bubblewrap() -> Iterator[str]:
    yield f"bubblewrap is {find_bwrap()}."


def _seccomp() -> Iterator[str]:
    if ctypes.util.find_library("seccomp") is None:
        raise RuntimeError("libseccomp is missing. Install it: apt install libseccomp2")
    yield "libseccomp is there."


def _children() -> Iterator[str]:
    if (
        not Path("/proc/self/task/self/children").exists()
        and not Path(f"/proc/self/task/{os.getpid()}/children").exists()
    ):
        raise RuntimeError(
            "/proc shows no children of processes (CONFIG_PROC_CHILDREN), so the processes of a "
            "submission cannot be counted. Use a distribution's kernel."
        )
    yield "Processes of a submission can be counted."


def _trial() -> Iterator[str]:
    with Session({}) as session:
        done = session.run(new_notebook(cells=[new_code_cell(TRIAL)]))
    said = "".join(output.get("text", "") for output in done.cells[0].outputs)
    if "no network" not in said or "process 1" not in said:
        raise RuntimeError(f"A kernel ran, but was not sealed off: {said or 'it said nothing'}")
    yield "A sealed kernel ran: no network, no other process in sight."
