"""`autograder samples`: every sample gives what its file says, and one that does not is named."""

from __future__ import annotations

import dataclasses
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from autograder.authoring.sample_runs import choose, complaints
from autograder.authoring.samples import Expected, Head, load, solution
from autograder.commands.app import app
from autograder.course.course import Course
from autograder.course.submission import Submission
from autograder.errors import CourseError
from autograder.judging.evaluation import evaluate

UNIT = "01_matrices"


@pytest.fixture(scope="module")
def solved(second_course):
    """The second course's solution, its unit, and how it is judged."""
    unit, sample = second_course.unit(UNIT), solution(second_course, UNIT)
    return sample, unit, evaluate(Submission("ada", UNIT, sample.data("ada")), unit)


heads = st.builds(
    Head,
    expect=st.dictionaries(
        st.sampled_from(["back_substitute", "outer_rank", "rank_in_words", "none"]),
        st.builds(
            Expected, score=st.sampled_from([0.0, 1.0, 6.0]), says=st.sampled_from(["", "x"])
        ),
    ),
    judged=st.booleans(),
    notice=st.sampled_from(["", "something"]),
)
WORTH = {"back_substitute": 6.0, "outer_rank": 1.0}


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(heads)
def test_every_difference_is_said_and_nothing_else(solved, head):
    """Whatever a sample of the solution claims: it is right only where it claims full marks."""
    sample, unit, evaluation = solved
    said = list(complaints(dataclasses.replace(sample, head=head), unit, evaluation))
    right = all(WORTH.get(name) == one.score and not one.says for name, one in head.expect.items())
    assert (said == []) == (head.judged and not head.notice and right)


def test_the_command_says_which_sample_differs_and_how(second_course, tmp_path):
    """Status 0 and ✓ for all; status 1 and ✗ with the reason where a file claims something else."""
    course = Course(shutil.copytree(second_course.root, tmp_path / "course"))
    arguments = ["samples", UNIT, "rank_*", "--jobs", "1", "--course", str(course.root)]
    fine = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert fine.exit_code == 0, fine.output
    assert "2 samples give what their files say" in fine.output
    path = course.samples / UNIT / "rank_two.py"
    path.write_text(path.read_text().replace("score: 0", "score: 1"))
    wrong = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert "1 of 2 samples do not give" in str(wrong.exception)
    assert "outer_rank: 0 of 1, not 1." in wrong.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"""A.\n\nexpect:\n  outer_rank: {score: 0, say: x}\n"""', "unknown field `say`"),
        ('"""A.\n\nexpects: {}\n"""', "unknown field `expects`"),
        ('"""A.\n\nexpect: [\n"""', "what stands below the title is wrong"),
        ('"""A.\n\njust words\n"""', "what stands below the title is wrong"),
        ('"""A.\n\ncells: {remove: [setup]}\n"""', "remove"),
        ('"""A.\n\ncells: {delete: [nowhere]}\n"""', "'nowhere', which is no cell"),
        ('"""A."""\n\n\n# %% nowhere_answer\n1\n', "'nowhere_answer', which is no cell"),
        ("def (", "should begin with a docstring"),
    ],
)
def test_a_sample_that_is_written_wrong_gets_one_line(second_course, tmp_path, text, says):
    """The line names the file, and what in it is not known."""
    course = Course(shutil.copytree(second_course.root, tmp_path / "course"))
    path = course.samples / UNIT / "wrong.py"
    path.write_text(text)
    with pytest.raises(CourseError, match=r"wrong\.py") as caught:
        load(course, UNIT)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_name_that_no_sample_has_is_answered_with_close_ones(second_course):
    """Nobody has to look a name up in the folder."""
    samples = load(second_course, UNIT)
    assert [one.name for one in choose(samples, "rank_*")] == ["rank_full", "rank_two"]
    with pytest.raises(CourseError, match="rank_two"):
        choose(samples, "rank_too")
    with pytest.raises(CourseError, match="no samples yet"):
        choose([], "")
