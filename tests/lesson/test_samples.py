"""Every sample submission scores what its file says, and says what it must."""

from __future__ import annotations

import zlib

import pytest
from support.courses import ROOT

from autograder.authoring import sample_runs, samples
from autograder.course.course import Course
from autograder.course.submission import Submission
from autograder.judging.evaluation import evaluate

PROJECT = Course(ROOT)
# `make test` has ten minutes, so it takes one sample in so many; `make test-samples` takes all.
STEP, STEPS = 20, {"02_convolution": 3}


def cases():
    """All samples of all units; most of them are marked slow.

    A name alone decides, so that a new sample changes nothing for the others.
    """
    for unit in PROJECT.unit_names():
        for sample in samples.load(PROJECT, unit):
            often = zlib.crc32(f"{unit}/{sample.name}".encode()) % STEPS.get(unit, STEP) == 0
            marks = () if often else (pytest.mark.slow,)
            yield pytest.param(unit, sample, id=f"{unit}-{sample.name}", marks=marks)


@pytest.mark.parametrize(("unit", "sample"), list(cases()))
def test_sample_scores_what_it_says(unit, sample):
    """Full marks where nothing is named; the named score and message where something is."""
    released = PROJECT.unit(unit)
    data = sample.data(sample_runs.STUDENT, demonstrations=False)
    evaluation = evaluate(Submission(sample_runs.STUDENT, unit, data), released)
    assert [*sample_runs.complaints(sample, released, evaluation)] == []
