"""Runs sample submissions, and compares what they score with what their files say."""

from __future__ import annotations

import difflib
import fnmatch
import math
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.authoring.samples import Sample
from autograder.classrun.scheduling import WorkerAnswer, evaluate_all
from autograder.classrun.worker import Parcel
from autograder.classrun.workers import LocalWorkers
from autograder.course.results import Evaluation, QuestionResult, Status
from autograder.course.submission import Submission
from autograder.course.unit import Unit
from autograder.errors import CourseError
from autograder.judging.evaluation import SEED

STUDENT = "ada"  # who hands the samples in


@dataclass(frozen=True)
class Outcome:
    """A sample, what it was expected to give, and everything that came out otherwise."""

    sample: Sample
    expected: str
    complaints: tuple[str, ...]


def choose(samples: Sequence[Sample], pattern: str) -> list[Sample]:
    """The samples of this name, which may hold * and ?; all for an empty one."""
    chosen = [one for one in samples if fnmatch.fnmatchcase(one.name, pattern or "*")]
    if not samples:
        raise CourseError("The unit has no samples yet; docs/authors.md shows how to write one.")
    if not chosen:
        names = [one.name for one in samples]
        close = difflib.get_close_matches(pattern, names, 3, 0.3) or names[:3]
        raise CourseError(f"There is no sample {pattern!r}. Among others there are: {close}.")
    return chosen


def run(unit: Unit, samples: Sequence[Sample], jobs: int = 0) -> Iterator[Outcome]:
    """Each sample with what came out, as they become ready; equal ones are evaluated once.

    ``jobs`` worker processes share the work, by default one for each core.
    """
    by_data = defaultdict[bytes, list[Sample]](list)
    for sample in samples:
        by_data[sample.data(STUDENT, demonstrations=False)].append(sample)
    submissions = (Submission(STUDENT, unit.name, data) for data in by_data)
    most = jobs or len(os.sched_getaffinity(0))
    with LocalWorkers(min(most, len(by_data))) as workers:
        for answer in evaluate_all(workers, Parcel.pack(unit), SEED, submissions):
            for sample in by_data[answer.submission.data]:
                yield _outcome(sample, unit, answer)


def _outcome(sample: Sample, unit: Unit, answer: WorkerAnswer) -> Outcome:
    if answer.evaluation is None:
        return Outcome(sample, expected(sample), (answer.error,))
    return Outcome(sample, expected(sample), tuple(complaints(sample, unit, answer.evaluation)))


def expected(sample: Sample) -> str:
    """What a sample's file says that it gives, in words."""
    head = sample.head
    if not head.judged:
        return "cannot be judged"
    lines = [
        f"{name}: {one.score:g}" + (f", says “{one.says}”" if one.says else "")
        for name, one in head.expect.items()
    ]
    lines += [f"notice “{head.notice}”"] if head.notice else []
    return "\n".join(lines) or "full marks"


def complaints(sample: Sample, unit: Unit, evaluation: Evaluation) -> Iterator[str]:
    """Everything that an evaluation has otherwise than the sample's file says, in sentences."""
    head = sample.head
    if head.notice and not any(head.notice in notice for notice in evaluation.notices):
        yield f"No notice says “{head.notice}”; there are: {evaluation.notices or 'none'}."
    if evaluation.judged != head.judged:
        why = evaluation.reason or "the file says that it cannot be"
        yield f"It was {'' if evaluation.judged else 'not '}judged: {why}."
    elif not head.judged and not evaluation.needs_manual_grade:
        yield "Nobody is asked to look at it."
    elif head.judged:
        yield from _scores(sample, unit, evaluation)


def _scores(sample: Sample, unit: Unit, evaluation: Evaluation) -> Iterator[str]:
    worth = {question.id: question.worth for question in unit.questions if not question.manual}
    for name in sample.head.expect.keys() - worth.keys():
        yield f"It expects a score for {name!r}, which is no question that code answers."
    for question in evaluation.questions:
        yield from (
            f"{question.id}: the check {check.title!r} broke. {check.detail.strip()[-500:]}"
            for check in question.checks
            if check.status is Status.ERROR
        )
        if question.id in worth:
            yield from _score(sample, question, worth[question.id])


def _score(sample: Sample, question: QuestionResult, worth: float) -> Iterator[str]:
    wanted = sample.head.expect.get(question.id)
    score = worth if wanted is None else wanted.score
    said = " | ".join(f"{c.title} {c.message}" for c in question.checks if c.message)
    if not math.isclose(question.score, score, rel_tol=1e-6, abs_tol=1e-9):
        yield f"{question.id}: {question.score:g} of {worth:g}, not {score:g}. {said}".strip()
    if wanted is not None and not any(wanted.says in c.message for c in question.checks):
        yield f"{question.id}: no message says “{wanted.says}”. {said}".strip()
