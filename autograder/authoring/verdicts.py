"""What the hidden checks say of the solution, of nothing, of wrong answers and of the samples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from autograder.authoring import sample_files, sample_runs, wrong_answers
from autograder.authoring.bench import IDS, Bench, checks_of
from autograder.authoring.findings import Finding
from autograder.authoring.samples import Sample
from autograder.authoring.sources import notebook_file
from autograder.authoring.trials import Trial, seconds
from autograder.authoring.wrong_answers import WrongAnswers
from autograder.course.results import CheckResult, Evaluation, Status
from autograder.course.submission import Submission
from autograder.judging.evaluation import SEED
from autograder.judging.stopwatch import TooSlow

SEEDS = (SEED, SEED + 1, SEED + 2)
MOST_CPU_S = 20.0  # of a check, with the student's code; a class of 300 waits 300 times as long


# ----------------------------------------------------------------- the solution, and nothing


def solution(bench: Bench) -> tuple[list[Finding], dict[str, float]]:
    """Faults of the solution under three seeds and two ids; and the CPU seconds of each check."""
    solved, file = bench.solved, notebook_file(bench.unit.name)
    trials = [bench.trial("the solution", solved, IDS[0], seed) for seed in SEEDS]
    trials.append(bench.trial("the solution", solved, IDS[1]))
    results = bench.run(trials)
    told = ["", *[" with another seed: the check is not sure"] * 2, f" as {IDS[1]!r}, not as ours"]
    findings: list[Finding] = []
    for evaluation, how in zip(results, told, strict=True):
        found = [*_broken(bench, evaluation, "the solution"), *_lost(bench, file, evaluation, how)]
        findings += [] if findings else found  # what goes wrong once is said once
    times = _slowest(results)
    return findings + list(_slow(bench, times)), times


def untouched(bench: Bench) -> list[Finding]:
    """The release as it is must earn nothing, and break nothing."""
    path = bench.course.root / "release" / bench.unit.name / f"{bench.unit.name}.ipynb"
    submission = Submission.read(path, "", bench.unit.name)
    (evaluation,) = bench.run([Trial("the untouched release", submission)])
    findings = [*_broken(bench, evaluation, "the untouched release")]
    for question in evaluation.questions:
        passed = [c.title for c in question.checks if c.status is Status.PASSED]
        if question.score:
            what = f"the untouched release earns {question.score:g} points: {passed} pass."
            remedy = "A check must ask for the answer first."
            findings.append(Finding(bench.place, what, remedy, question.id))
    return findings


def _lost(bench: Bench, file: str, evaluation: Evaluation, how: str) -> Iterator[Finding]:
    worth = {question.id: question.worth for question in bench.unit.questions}
    for question in evaluation.questions if evaluation.judged else ():
        failed = [c for c in question.checks if c.status is Status.FAILED]
        if failed and question.score != worth[question.id]:
            said = f"{failed[0].title} {failed[0].message}"
            what = f"the solution earns {question.score:g} of {worth[question.id]:g}{how}: {said}"
            remedy = f"Correct the answer, or the check in {bench.place}."
            yield Finding(file, what, remedy, question.id)


def _broken(bench: Bench, evaluation: Evaluation, what: str) -> Iterator[Finding]:
    if not evaluation.judged:
        yield Finding(bench.place, f"{what} cannot be judged: {evaluation.reason}.", "Correct it.")
    for check in checks_of(evaluation):
        if check.status is Status.ERROR:
            yield _breaks(bench, check, what)
    ours = [n for n in evaluation.notices if "could not be judged" not in n]
    for notice in ours:
        yield Finding(bench.place, f"{what} gives a notice: {notice}", "Correct it.")


def _breaks(bench: Bench, check: CheckResult, what: str) -> Finding:
    """One line for a check that ended with an error of ours: where, and which."""
    own = rf'File "[^"]*/((?:{re.escape(bench.unit.name)}|shared)/[^"/]+\.py)", line (\d+)'
    places = re.findall(own, check.detail)
    where = f" ({places[-1][0]}, line {places[-1][1]})" if places else ""
    error = (check.detail.strip() or "it did not run").split("\n")[-1][:200]
    if TooSlow.__name__ in error:
        what = f"the check {check.title!r} was stopped{where}: {error.split(': ')[-1]}."
        return Finding(bench.place, what, "Take smaller inputs, or fewer.", check.question)
    told = f"the check {check.title!r} breaks where the answer is {what}{where}: {error}."
    remedy = "Whatever a student writes, a check says what is wrong with it, by fail() or check_…"
    return Finding(bench.place, told, f"{remedy}.", check.question)


def _slowest(results: Sequence[Evaluation]) -> dict[str, float]:
    """For each check the most that it took."""
    times: dict[str, float] = {}
    for evaluation in results:
        for name, used in seconds(evaluation).items():
            times[name] = max(used, times.get(name, 0.0))
    return times


def _slow(bench: Bench, times: Mapping[str, float]) -> Iterator[Finding]:
    for name, used in times.items():
        if used > MOST_CPU_S:
            what = f"the check takes {used:.0f} s of CPU time; {MOST_CPU_S:g} s are the most."
            yield Finding(bench.place, what, "Take smaller inputs, or fewer.", name)


# ----------------------------------------------------------------- wrong answers and samples


def failing(bench: Bench, own: Sequence[Sample]) -> list[Finding]:
    """Checks that break, checks that nothing fails, and samples that give what they do not say."""
    wrong = list(wrong_answers.all_of(bench.source, bench.unit, bench.solved))
    trials = [bench.trial(f"the wrong answer {one.told}", one.sample) for one in wrong]
    trials += [bench.trial(f"the sample {one.name}", one) for one in own]
    results = bench.run(trials)
    pairs = list(zip(wrong, results, strict=False))
    said = list(zip(own, results[len(wrong) :], strict=True))
    return [
        *_breaking(bench, pairs),
        *_never_failed(bench, [r for w, r in pairs if not w.absent] + results[len(wrong) :]),
        *_samples(bench, said),
    ]


def _breaking(
    bench: Bench, results: Sequence[tuple[WrongAnswers, Evaluation]]
) -> Iterator[Finding]:
    known: set[tuple[str, str]] = set()
    for wrong, evaluation in results:
        for check in checks_of(evaluation):
            key = (check.question, check.title)
            if check.status is Status.ERROR and key not in known:
                known.add(key)
                yield _breaks(bench, check, wrong.told)


def _never_failed(bench: Bench, results: Sequence[Evaluation]) -> Iterator[Finding]:
    """A check that passes whatever is answered looks at nothing."""
    every = {(c.question, c.title): c for evaluation in results for c in checks_of(evaluation)}
    failed = {
        (c.question, c.title)
        for evaluation in results
        for c in checks_of(evaluation)
        if c.status is not Status.PASSED
    }
    for question, title in every.keys() - failed:
        what = f"no sample and no wrong answer fails the check {title!r}."
        remedy = "Compare with a value of your own, or add a sample with the mistake."
        yield Finding(bench.place, what, remedy, question)


def _samples(bench: Bench, results: Sequence[tuple[Sample, Evaluation]]) -> Iterator[Finding]:
    folder = sample_files.place(bench.course, bench.unit.name)
    for sample, evaluation in results:
        for complaint in sample_runs.complaints(sample, bench.unit, evaluation):
            remedy = "Correct the sample, or the check."
            yield Finding(f"{folder}/{sample.name}", complaint[:600], remedy)
