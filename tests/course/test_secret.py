"""The seed of a course is secret, and the numbers of a submission depend on its bytes and on it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import secret
from autograder.course.secret import BITS, FILE, seed_of
from autograder.course.submission import Submission
from autograder.errors import CourseError
from autograder.judging.evaluation import own_seeds

SEEDS = st.integers(0, (1 << BITS) - 1)


def test_each_course_draws_its_own_and_keeps_it(tmp_path):
    """Readable by its owner alone; a second look gives the same number."""
    one, two = (tmp_path / name for name in ("one", "two"))
    one.mkdir()
    two.mkdir()
    assert seed_of(one) == seed_of(one) != seed_of(two)
    assert (one / FILE).stat().st_mode & 0o777 == 0o600


def test_runs_that_begin_together_agree(tmp_path):
    """Whoever draws first decides for all."""
    program = (
        "import sys; from pathlib import Path; from autograder.course.secret import seed_of\n"
        f"print(seed_of(Path({str(tmp_path)!r})))"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(4)
    ]
    assert len({run.communicate()[0] for run in runs}) == 1


TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(TEXT.filter(lambda text: len(text.strip()) != BITS // 4))
def test_a_damaged_secret_is_said(tmp_path_factory, text):
    """It is not drawn anew in silence: a regrade would meet other numbers."""
    folder = tmp_path_factory.mktemp("course")
    (folder / FILE.parent).mkdir()
    (folder / FILE).write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as here:
        here.setattr(secret.time, "sleep", lambda seconds: None)
        with pytest.raises(CourseError, match="is damaged"):
            seed_of(folder)


@given(st.binary(), st.binary(), SEEDS, SEEDS)
def test_the_numbers_follow_from_bytes_and_secret(data, other, seed, another):
    """A regrade repeats them; another attempt, or another course, meets others."""
    own = own_seeds(Submission("ada", "u", data), seed)
    assert own == own_seeds(Submission("bob", "u", data), seed)
    if data != other:
        assert own[0] != own_seeds(Submission("ada", "u", other), seed)[0]
    if seed != another:
        assert own[0] != own_seeds(Submission("ada", "u", data), another)[0]
    hidden, visible = own
    assert 0 <= visible < 1 << 32
    assert visible != hidden & 0xFFFFFFFF
