"""The units of this course are right, by all that `autograder lint` looks at."""

from __future__ import annotations

import pytest
from support.courses import ROOT

from autograder.authoring import checks, leaks, notebooks, sample_files
from autograder.authoring.linting import lint
from autograder.authoring.sources import open_source
from autograder.course.unit import unit_names


@pytest.mark.parametrize("name", unit_names(ROOT))
def test_what_is_read_is_clean(project, name):
    """Notebook, hidden checks, release and samples of each unit, without running anything."""
    assert notebooks.examine(project, name) == []
    unit, (source, _) = project.unit(name), open_source(project, name)
    judgement, broken = checks.load(project, unit)
    assert broken == []
    assert list(checks.examine(project, unit, judgement)) == []
    assert leaks.examine(source, unit, judgement.rubrics) == []
    assert sample_files.examine(project, unit)[1] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", unit_names(ROOT))
def test_what_is_run_is_clean(project, name):
    """All samples, wrong answers, seeds and ids of each unit."""
    assert lint(project, name).findings == ()
