"""Imports the hidden checks of a unit as a package of their own.

``graders/UNIT/*.py`` may import one another (``from .oracles import …``) and what several units
share (``from ..shared.oracles import …``). The package has a name that no other course and no
older state of the same files has, so that one process can hold several side by side.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from autograder.errors import GraderBroken

NAME = "hidden_checks_{}"


def load(folder: Path, unit: str, digest: str) -> Mapping[Path, ModuleType]:
    """The modules of ``folder/unit`` by their path. Raises GraderBroken where one cannot load."""
    package = ModuleType(NAME.format(digest[:16]))
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    importlib.invalidate_caches()  # the files may have been written a moment ago
    try:
        return {path: _import(package, unit, path) for path in sorted((folder / unit).glob("*.py"))}
    except GraderBroken:
        forget(package.__name__)
        raise


def _import(package: ModuleType, unit: str, path: Path) -> ModuleType:
    try:
        return importlib.import_module(f"{package.__name__}.{unit}.{path.stem}")
    except Exception as error:
        raise GraderBroken(f"{unit}/{path.name} cannot be loaded: {_short(error, path)}") from error


def _short(error: BaseException, path: Path) -> str:
    """The error in one line, with the line of the file in which it arose."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    line = getattr(error, "lineno", None) or (frames[-1].lineno if frames else None)
    where = f", line {line}" if line else ""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}{where}."


def forget(name: str) -> None:
    """Drop a package and what was imported below it."""
    for known in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        del sys.modules[known]
