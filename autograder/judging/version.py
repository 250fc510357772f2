"""The version of the judging code: what an evaluation depends on besides its submission."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from autograder.course.files import digest_of

# What a notebook or a grader computes with, and what runs them.
LIBRARIES = (
    "ipykernel", "ipython", "matplotlib", "msgpack", "nbclient", "nbformat", "numpy", "pandas",
    "nh3", "pytest", "scikit-learn", "scipy", "torch", "torchvision",
)  # fmt: skip


JUDGING = ("errors.py", "cleaning", "course", "checking", "judging", "sandbox", "sandbox_inside")


@cache
def versions() -> str:
    """Changes with the judging code, with Python, and with the libraries that run a notebook."""
    package = Path(__file__).parent.parent
    code = [path for name in JUDGING for path in _modules(package / name)]
    parts = [path.read_bytes() for path in code]
    parts += [f"{name} {version(name)}".encode() for name in LIBRARIES]
    parts += [platform.python_version().encode(), platform.machine().encode()]
    return digest_of(*parts)


def _modules(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]
