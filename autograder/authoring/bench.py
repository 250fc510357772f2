"""A unit with all that is needed to try submissions of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.authoring import checks, sample_runs, samples
from autograder.authoring.samples import Sample
from autograder.authoring.sources import Source
from autograder.authoring.trials import Say, Trial, run
from autograder.course.course import Course
from autograder.course.results import CheckResult, Evaluation
from autograder.course.submission import Submission
from autograder.course.unit import Unit
from autograder.judging.evaluation import SEED

IDS = (sample_runs.STUDENT, "grace-42")  # two students whose personal questions differ


@dataclass(frozen=True)
class Bench:
    """A unit with all that is needed to try submissions of it."""

    course: Course
    source: Source
    unit: Unit
    say: Say = field(default=lambda done, all: None, repr=False)

    @property
    def solved(self) -> Sample:
        return samples.solution(self.course, self.unit.name)

    @property
    def place(self) -> str:
        return checks.folder(self.course, self.unit.name)

    def trial(self, name: str, sample: Sample, student: str = IDS[0], seed: int = SEED) -> Trial:
        data = sample.data(student, demonstrations=False)
        return Trial(name, Submission(student, self.unit.name, data), seed)

    def run(self, trials: Sequence[Trial]) -> list[Evaluation]:
        return run(self.course, self.unit, trials, self.say)


def checks_of(evaluation: Evaluation) -> list[CheckResult]:
    """The checks of all questions, in their order."""
    return [check for question in evaluation.questions for check in question.checks]
