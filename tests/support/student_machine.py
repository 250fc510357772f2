"""A student's machine for tests: the unzipped handout, and a Python without anything of ours."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import venv
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def unpack(archive: Path, folder: Path) -> Path:
    """Unzip a handout; returns the one folder that is in it."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    [unit] = folder.iterdir()
    return unit


def make_python(folder: Path, requirements: list[str]) -> Path:
    """A virtual environment with these packages, what they need in turn, and nothing else.

    The installed packages of the tests' own environment are linked, not copied or downloaded.
    """
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib/python3*/site-packages"))
    for distribution in _closure(requirements):
        for file in distribution.files or ():
            parts = file.parts
            if "bin" in parts[:-1] or "__pycache__" in parts[:1]:
                continue
            if parts[0] != "..":  # a package is linked as a whole folder
                target, source = site / parts[0], distribution.locate_file(parts[0])
                if not target.exists():
                    target.symlink_to(Path(str(source)).resolve())
            else:  # data in share/ and etc/: Jupyter does not serve files behind links
                target = folder / Path(*[part for part in parts if part != ".."])
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(distribution.locate_file(file), target)
    return folder / "bin" / "python"


def _closure(requirements: list[str]) -> list[importlib.metadata.Distribution]:
    found: dict[str, importlib.metadata.Distribution] = {}
    wanted = [Requirement(line) for line in requirements]
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # optional on this machine
        for line in found[name].requires or ():
            needed = Requirement(line)
            extras = requirement.extras or {""}
            if not needed.marker or any(needed.marker.evaluate({"extra": e}) for e in extras):
                wanted.append(needed)
    return list(found.values())


def environment(home: Path) -> dict[str, str]:
    """The variables of a student's shell: a home of its own, nothing that points to ours."""
    return {
        "HOME": str(home),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "OMP_NUM_THREADS": "1",
    }


def run(
    python: Path, folder: Path, *arguments: str, status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run the student's Python in a folder and check its exit status."""
    home = python.parent.parent / "home"
    home.mkdir(exist_ok=True)
    result = subprocess.run(
        [python, *arguments], cwd=folder, env=environment(home), capture_output=True, text=True
    )
    assert result.returncode == status, result.stdout + result.stderr
    return result
