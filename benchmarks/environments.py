"""Environments of the other systems, apart from this project's: their pins must not meet ours.

Each is a virtual environment in ``.venv-bench/`` that also sees this project's packages, so that
PyTorch is not installed again. What a system brings along itself comes first.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

FOLDER = Path(__file__).parents[1] / ".venv-bench"
REQUIREMENTS = Path(__file__).parent / "others"


class NotInstalled(RuntimeError):
    """A system cannot be installed here; the text says why."""


def python(name: str) -> Path:
    """The interpreter of this environment, made at first use. Raises NotInstalled."""
    folder, wanted = FOLDER / name, (REQUIREMENTS / f"{name}.txt").read_text()
    program, installed = folder / "bin" / "python", folder / "installed.txt"
    if installed.is_file() and installed.read_text() == wanted:
        return program
    venv.create(folder, with_pip=True, clear=True)
    packages = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (packages / "site-packages" / "project.pth").write_text(sysconfig.get_path("purelib"))
    _run(program, "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS / f"{name}.txt"))
    installed.write_text(wanted)
    return program


def version(name: str, package: str) -> str:
    """The version of the system, and proof that it is its own. Raises NotInstalled."""
    code = (
        "import importlib.metadata as m, sys; d = m.distribution(sys.argv[1]); "
        "assert str(d.locate_file('')).startswith(sys.prefix), d.locate_file(''); print(d.version)"
    )
    return _run(python(name), "-c", code, package).strip()


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
        errors = [line for line in said if line.startswith("ERROR")] or said[-1:]
        raise NotInstalled(" ".join(errors)[:300])
    return done.stdout
