"""Kernels in the process of the tests: a solved notebook, and ones that make their replies up.

Nothing is sealed here. The cells are the project's own, and a forged reply is a plain value.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.authoring.samples import Sample
from autograder.course.unit import Unit
from autograder.sandbox_inside import codec, server

DTYPE = "__dtype__"  # under which name the notebook's choice of a default dtype is kept
OWN_MODULES = ("lesson", "classroom")


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """In this folder, with its modules, and without a trace of them afterwards."""
    before, path = os.getcwd(), list(sys.path)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path
        for name in OWN_MODULES:
            sys.modules.pop(name, None)


def solved(sample: Sample, unit: Unit, folder: Path) -> dict[str, Any]:
    """The variables that a sample submission leaves, run here without its demonstrations."""
    os.environ["MPLBACKEND"] = "Agg"
    for name, data in unit.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    import nbformat

    notebook: Any = nbformat.reads(sample.data("ada", demonstrations=False).decode(), as_version=4)
    names: dict[str, Any] = {"__name__": "__main__"}
    with _beside(folder), contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            if cell.cell_type == "code" and _defines(cell):
                with contextlib.suppress(Exception):
                    exec(compile(cell.source, "<ipython-input-1>", "exec"), names)
    names[DTYPE] = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    return names


def _defines(cell: Any) -> bool:
    """Whether a cell is an answer, or one that an answer needs: not one that shows or trains."""
    needed = "import " in cell.source or "STUDENT_ID =" in cell.source
    return needed or bool(cell.metadata.get("nbgrader", {}).get("solution"))


class Honest:
    """Answers as a kernel does in which this notebook has run, and keeps what it said."""

    def __init__(self, names: dict[str, Any]) -> None:
        codec.use_tensors("torch")
        self._names = names
        self.said: dict[tuple[str, str], list[Any]] = defaultdict(list)

    def request(self, message: dict[str, Any], cpu_s: float | None) -> Any:
        grad = torch.is_grad_enabled()
        torch.set_default_dtype(self._names[DTYPE])
        try:
            reply = _crossed(server._answer(_crossed(message), self._names))
        finally:
            torch.set_default_dtype(torch.float32)
            torch.set_grad_enabled(grad)
        self.said[_place(message)].append(reply)
        return reply


class Forged:
    """Answers each request with what ``forge`` makes of a recorded reply to the same probe.

    Requests whose reply is not made up (variables: answers are no reports) go to ``honest``.
    """

    def __init__(self, said: dict[tuple[str, str], list[Any]], forge: Any, ops: Any) -> None:
        self._said = {place: iter(replies * 50) for place, replies in said.items()}
        self._forge, self._ops, self._values = forge, ops, said

    def request(self, message: dict[str, Any], cpu_s: float | None) -> Any:
        place = _place(message)
        reply = next(self._said.get(place, iter(())), {"missing": message["name"]})
        return self._forge(copy.deepcopy(reply)) if place[0] in self._ops else reply


def _place(message: dict[str, Any]) -> tuple[str, str]:
    return message["op"], message["name"]


def _crossed(value: Any) -> Any:
    """A value as it arrives at the other end of the socket."""
    header, buffers = codec.pack(value)
    return codec.unpack(header, [bytearray(buffer) for buffer in buffers])


def emptied(value: Any, fill: Any = 0) -> Any:
    """A reply of the same shape that says nothing: every number and flag is ``fill``."""
    if isinstance(value, dict):
        return {key: emptied(item, fill) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(emptied(item, fill) for item in value)
    if isinstance(value, np.ndarray):
        return np.full_like(value, fill)
    if isinstance(value, torch.Tensor):
        return torch.full_like(value, fill)
    return type(value)(fill) if isinstance(value, (bool, int, float)) else value


def flattered(value: Any) -> Any:
    """A reply whose flags are all true, and whose numbers stay what they were."""
    if isinstance(value, dict):
        return {key: flattered(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(flattered, value))
    return True if isinstance(value, bool) else value
