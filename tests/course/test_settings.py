"""What a course says of itself in nbgrader_config.py."""

from __future__ import annotations

import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import settings
from autograder.course.course import Course
from autograder.course.moved import MOVED
from autograder.course.settings import Settings
from autograder.errors import CourseError

KEYS = set(Settings.__struct_fields__)


def course_saying(folder, line):
    folder.mkdir(exist_ok=True)
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\n{line}\n")
    return Course(folder)


@given(st.text(min_size=1).filter(lambda name: name not in KEYS))
def test_a_key_that_is_not_known_is_refused_by_its_name(key):
    """A misspelt setting is no silence: the error names it and lists those that there are."""
    with pytest.raises(CourseError, match="The settings are: title"):
        settings.read({key: "x"})


@given(
    st.sampled_from(sorted(KEYS)), st.one_of(st.integers(), st.floats(), st.just([1]), st.none())
)
def test_a_value_of_a_wrong_type_is_refused_by_its_key(key, value):
    """The error says which setting it is."""
    with pytest.raises(CourseError, match=key):
        settings.read({key: value})


def test_defaults_of_a_course_that_says_nothing(tmp_path):
    """Hidden checks lie in graders/, samples in samples/, and only numpy is expected."""
    found = course_saying(tmp_path, "").settings
    assert (found.graders, found.samples, found.preload, found.tensors) == (
        "graders",
        "samples",
        (),
        "",
    )


@pytest.mark.parametrize("old", MOVED)
def test_a_name_of_an_older_version_is_answered_with_the_new_one(tmp_path, old):
    """A course of 0.1.0 goes on after one line is changed, and that line is named."""
    name = old + ("Thing" if old.endswith(".") else "")
    course = course_saying(tmp_path, f"c.Some.thing = [{name!r}]")
    with pytest.raises(CourseError, match=r"since 0\.2 it is autograder") as caught:
        course.settings  # noqa: B018
    assert MOVED[old] in str(caught.value)


@pytest.mark.parametrize("new", MOVED.values())
def test_the_new_names_are_there(new):
    """What the error tells one to write can be imported."""
    module, _, name = new.rpartition(".")
    assert not name or hasattr(importlib.import_module(module), name)
