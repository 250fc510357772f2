"""What `pip install` brings: the engine, its templates, and no hidden check."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest
from support.courses import GRADERS, ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The names of the files in the project's wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=ignored)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet"]
    done = subprocess.run(
        [*build, "--wheel-dir", "dist", "."], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    [wheel] = (folder / "dist").glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_no_hidden_check_is_installed(installed):
    """They belong to the course, and lie in its folder."""
    assert not [name for name in installed if name.startswith(GRADERS)]
    texts = [path.name for path in (ROOT / GRADERS).rglob("*.py") if path.name[:5] == "test_"]
    assert not {name.rpartition("/")[2] for name in installed} & set(texts)


def test_everything_else_of_the_package_is_installed(installed):
    """A command that works here works where the package is installed: modules, pages, templates."""
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "autograder").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in files if not name.startswith(f"{GRADERS}/")} - installed == set()
