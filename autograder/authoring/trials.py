"""Runs submissions of an author's own, several at once, and keeps what came of them by content."""

from __future__ import annotations

import dataclasses
import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.classrun.kept_results import KeptResults, key
from autograder.classrun.worker import Parcel
from autograder.classrun.workers import LocalWorkers
from autograder.course.course import Course
from autograder.course.results import Evaluation
from autograder.course.submission import Submission
from autograder.course.unit import Unit
from autograder.errors import CourseError
from autograder.judging.evaluation import SEED, evaluate
from autograder.judging.stopwatch import Stopwatch

STORE = ".autograder/lint"
CHECK = "check "  # begins the name of a check's CPU seconds in an evaluation's usage
FEW = 12  # runs that are made in this process: starting others takes as long
STOPPED_S = 60.0  # wall time after which a case of a check is stopped

Say = Callable[[int, int], None]


@dataclass(frozen=True)
class Trial:
    """One submission to judge; ``name`` says to people what it is."""

    name: str
    submission: Submission
    seed: int = SEED


def run(
    course: Course, unit: Unit, trials: Sequence[Trial], say: Say = lambda done, all: None
) -> list[Evaluation]:
    """The evaluations of the trials, in their order. ``say`` learns how many are done."""
    kept = KeptResults(course.root / STORE)
    names = [key(trial.submission, unit, trial.seed) for trial in trials]
    found = {name: kept.get(name) for name in names}
    open_ = {name: t for name, t in zip(names, trials, strict=True) if found[name] is None}
    for number, (name, evaluation) in enumerate(_made(unit, open_), 1):
        kept.put(name, evaluation)
        found[name] = evaluation
        say(len(trials) - len(open_) + number, len(trials))
    return [evaluation for name in names if (evaluation := found[name]) is not None]


def seconds(evaluation: Evaluation) -> dict[str, float]:
    """CPU seconds of each check, by question and title."""
    return {
        name.removeprefix(CHECK): value
        for name, value in evaluation.usage.items()
        if name.startswith(CHECK)
    }


def judge(unit: Unit, submission: Submission, seed: int, stopped_s: float) -> Evaluation:
    """Evaluate, with the CPU seconds of each check among the usage."""
    stopwatch = Stopwatch(stopped_s)
    evaluation = evaluate(submission, unit, seed=seed, stopwatch=stopwatch)
    times = {f"{CHECK}{q}: {title}": used for (q, title), used in stopwatch.seconds.items()}
    return dataclasses.replace(evaluation, usage={**evaluation.usage, **times})


def _made(unit: Unit, trials: dict[str, Trial]):  # type: ignore[no-untyped-def]
    jobs = min(len(os.sched_getaffinity(0)), len(trials) // FEW + 1)
    if jobs == 1:
        for name, trial in trials.items():
            yield name, judge(unit, trial.submission, trial.seed, STOPPED_S)
        return
    parcel, left = Parcel.pack(unit), deque(trials.items())
    under_way: dict[Future[Evaluation], str] = {}
    with LocalWorkers(jobs) as workers:
        while left or under_way:
            while left and len(under_way) < jobs:
                name, trial = left.popleft()
                task = workers.submit(_work, parcel, trial.submission, trial.seed, STOPPED_S)
                under_way[task] = name
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for task in done:
                name = under_way.pop(task)
                yield name, _result(task, trials[name])


def _result(task: Future[Evaluation], trial: Trial) -> Evaluation:
    try:
        return task.result()
    except LocalWorkers.lost as error:
        raise CourseError(f"A worker died while it judged {trial.name}.") from error


def _work(parcel: Parcel, submission: Submission, seed: int, stopped_s: float) -> Evaluation:
    return judge(_unit(parcel), submission, seed, stopped_s)


@lru_cache(maxsize=1)
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="autograder-checks-")


@lru_cache(maxsize=1)
def _unit(parcel: Parcel) -> Unit:
    return parcel.unpack(Path(_folder().name))
