"""What the tests share: the project as a course, its sample submissions, scratch courses."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from support.courses import ROOT, copy_course, linear_algebra, nbgrader

from autograder.checking.titled_cases import MARK
from autograder.course.course import Course

# Whether a change lands must not depend on luck: there, the same examples are drawn each time.
settings.register_profile("repeatable", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Graders mark their cases; some tests collect graders in the process of the tests."""
    config.addinivalue_line("markers", f"{MARK}(title): a case that is a check of its own")


@pytest.fixture(scope="session")
def project() -> Course:
    """The project itself as a course."""
    return Course(ROOT)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one unit, released with nbgrader."""
    unit, folder = "02_convolution", tmp_path_factory.mktemp("released")
    copy_course(folder, unit)
    nbgrader(folder, "generate_assignment", unit)
    return folder


@pytest.fixture
def scratch(released: Path, tmp_path: Path) -> Course:
    """That course in a folder of its own."""
    shutil.copytree(released, tmp_path, dirs_exist_ok=True)
    return Course(tmp_path)


@pytest.fixture(scope="session")
def second_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Linear algebra: another course than the project's. Tests leave it as it is."""
    return linear_algebra(tmp_path_factory.mktemp("second") / "linear_algebra")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a dask scheduler with two worker processes."""
    pytest.importorskip(
        "distributed", reason="the extra `cluster` (dask.distributed) is not installed"
    )
    from support.cluster import running

    with running(tmp_path) as address:
        yield address


@pytest.fixture(scope="session")
def tiny_released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of one small unit, for tests in which the unit does not matter."""
    from support import tiny

    return tiny.build(tmp_path_factory.mktemp("tiny") / "course")


@pytest.fixture
def tiny_course(tiny_released: Course, tmp_path: Path) -> Course:
    """That course in a folder of its own."""
    shutil.copytree(tiny_released.root, tmp_path / "course")
    return Course(tmp_path / "course")
