"""What the tests share: the project as a course, its sample submissions, scratch courses."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.course import Course

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def project() -> Course:
    """The project itself as a course."""
    return Course(ROOT)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one unit, released with nbgrader."""
    unit, folder = "02_convolution", tmp_path_factory.mktemp("released")
    shutil.copytree(ROOT / "source" / unit, folder / "source" / unit)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    nbgrader(folder, "generate_assignment", unit)
    return folder


@pytest.fixture
def scratch(released: Path, tmp_path: Path) -> Course:
    """That course in a folder of its own."""
    shutil.copytree(released, tmp_path, dirs_exist_ok=True)
    return Course(tmp_path)


@pytest.fixture(scope="session")
def tiny_released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of one small unit, for tests in which the unit does not matter."""
    import tiny

    return tiny.build(tmp_path_factory.mktemp("tiny") / "course")


@pytest.fixture
def tiny_course(tiny_released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """That course in a folder of its own, with its hidden checks in place of the project's."""
    from autograder.course import unit

    shutil.copytree(tiny_released.root, tmp_path / "course")
    monkeypatch.setattr(unit, "GRADERS", tmp_path / "course" / "graders")
    return Course(tmp_path / "course")


def nbgrader(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's own commands in a course; it must succeed."""
    return command(folder, sys.executable, "-m", "nbgrader", *arguments)


def command(folder: Path, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and check its exit status."""
    result = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    assert result.returncode == status, result.stdout + result.stderr
    return result


def hand_in(course: Course, student: str, unit: str, data: bytes) -> None:
    """Put a notebook where nbgrader collects it."""
    folder = course.root / "submitted" / student / unit
    folder.mkdir(parents=True)
    (folder / f"{unit}.ipynb").write_bytes(data)
