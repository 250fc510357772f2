"""The version of the judging code: what an evaluation depends on besides its submission."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from autograder.course.files import digest_of

# What runs a notebook and its checks. What a course's notebooks compute with, the course names.
ENGINE = (
    "ipykernel", "ipython", "matplotlib", "msgpack", "nbclient", "nbformat", "nh3", "numpy",
    "pytest",
)  # fmt: skip
JUDGING = ("errors.py", "cleaning", "course", "checking", "judging", "sandbox", "sandbox_inside")


@cache
def versions(preload: tuple[str, ...] = ()) -> str:
    """Changes with the judging code, with Python, and with the libraries that run a notebook.

    ``preload`` are the modules that the course names, such as ``numpy.linalg``.
    """
    package = Path(__file__).parent.parent
    code = [path for name in JUDGING for path in _modules(package / name)]
    parts = [path.read_bytes() for path in code]
    libraries = sorted({*ENGINE, *distributions(preload)})
    parts += [f"{name} {installed(name)}".encode() for name in libraries]
    parts += [platform.python_version().encode(), platform.machine().encode()]
    return digest_of(*parts)


def distributions(modules: tuple[str, ...]) -> list[str]:
    """The installed packages that modules come from; a module of none stands for itself."""
    tops = {module.partition(".")[0] for module in modules}
    known = _packages() if tops else {}
    return sorted({package for top in tops for package in known.get(top, [top])})


def installed(name: str) -> str:
    """The version of a package, or nothing where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def _packages() -> dict[str, list[str]]:
    """The packages of each module; reading them costs half a second."""
    return {module: list(names) for module, names in packages_distributions().items()}


def _modules(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]
