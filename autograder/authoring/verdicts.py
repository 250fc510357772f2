"""What the hidden checks say of the solution, of nothing, of wrong answers and of the samples."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import nbformat

from autograder.authoring import checks, probing, sample_files, sample_runs, samples, wrong_answers
from autograder.authoring.findings import Finding
from autograder.authoring.samples import Sample
from autograder.authoring.sources import Source, notebook_file
from autograder.authoring.trials import Say, Trial, run, seconds
from autograder.authoring.wrong_answers import WrongAnswers
from autograder.course.course import Course
from autograder.course.results import CheckResult, Evaluation, Status
from autograder.course.submission import Submission
from autograder.course.unit import Unit
from autograder.judging.evaluation import SEED

IDS = (sample_runs.STUDENT, "grace-42")  # two students whose personal questions differ
SEEDS = (SEED, SEED + 1, SEED + 2)
MOST_BY_CHANCE = 0.6  # of a question's points, for a function that does something else
MOST_CPU_S = 20.0  # of a check, with the student's code; a class of 300 waits 300 times as long


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
    for check in _checks(evaluation):
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
    told = f"the check {check.title!r} breaks where the answer is {what}{where}: {error}."
    remedy = "Whatever a student writes, a check says what is wrong with it, by fail() or check_…"
    return Finding(bench.place, told, f"{remedy}.", check.question)


def _checks(evaluation: Evaluation) -> list[CheckResult]:
    return [check for question in evaluation.questions for check in question.checks]


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
        for check in _checks(evaluation):
            key = (check.question, check.title)
            if check.status is Status.ERROR and key not in known:
                known.add(key)
                yield _breaks(bench, check, wrong.told)


def _never_failed(bench: Bench, results: Sequence[Evaluation]) -> Iterator[Finding]:
    """A check that passes whatever is answered looks at nothing."""
    every = {(c.question, c.title): c for evaluation in results for c in _checks(evaluation)}
    failed = {
        (c.question, c.title)
        for evaluation in results
        for c in _checks(evaluation)
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


# ----------------------------------------------------------------- what the release gives away


def given_away(bench: Bench) -> list[Finding]:
    """Helpers that compute answers, visible checks that hold them, messages that tell them."""
    code = probing.answers(bench.source, bench.unit)
    looking = wrong_answers.at_end(bench.solved, code)
    seen = [
        probing.saw(evaluation.notebook)
        for evaluation in bench.run([bench.trial("the answers", looking, who) for who in IDS])
    ]
    first, second = [one.get("answers", {}) for one in seen]
    return [
        *_values_given(bench, seen),
        *_helpers_given(bench),
        *_visible(bench, first, second),
        *_messages(bench, first, second),
    ]


def _values_given(bench: Bench, seen: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """What of the released modules has the answer as its value, for both students."""
    first, second = [
        {(name, told): weighty for name, told, weighty in one.get("found", ())} for one in seen
    ]
    answers = [one.get("answers", {}) for one in seen]
    told_of = set()
    for name, told in first.keys() & second.keys():
        personal = answers[0].get(name) != answers[1].get(name)
        if (personal or first[name, told]) and name not in told_of:
            told_of.add(name)
            what = f"{told} of the released files gives the answer {name}."
            remedy = "Students can call it: move it to the folder of graders."
            yield Finding(f"source/{bench.unit.name}/{told.split('.')[0]}.py", what, remedy, name)


def _helpers_given(bench: Bench) -> Iterator[Finding]:
    """Released functions that earn points in the place of a student's."""
    by_name = probing.helpers(bench.source, bench.unit)
    rounds = [
        {name: function for name, function in zip(by_name, row, strict=True) if function}
        for row in zip_longest(*by_name.values())
    ]
    path = bench.course.root / "release" / bench.unit.name / f"{bench.unit.name}.ipynb"
    plain = Sample("release", "The release.", nbformat.read(path, as_version=4))
    trials = []
    for chosen in rounds:
        code = probing.with_helpers(chosen)
        trials.append(bench.trial("helpers", wrong_answers.at_end(plain, code)))
    for chosen, evaluation in zip(rounds, bench.run(trials), strict=True):
        for question in evaluation.questions:
            used = [f for n, f in chosen.items() if n in _names_of(bench, question.id)]
            worth = next(q.worth for q in bench.unit.questions if q.id == question.id)
            if used and question.score >= MOST_BY_CHANCE * worth:
                what = f"{' and '.join(used)} of the released files earns {question.score:g} points."
                remedy = "Students can call it: move it to the folder of graders."
                file = f"source/{bench.unit.name}/{used[0].split('.')[0]}.py"
                yield Finding(file, what, remedy, question.id)


def _names_of(bench: Bench, question: str) -> set[str]:
    return {
        name
        for cell in bench.source.cells
        if cell.mark and cell.mark.grade_id.startswith(question) and cell.code
        for name in wrong_answers.bound(cell.tree)
    }


def _visible(
    bench: Bench, first: Mapping[str, str], second: Mapping[str, str]
) -> Iterator[Finding]:
    """Visible checks that tell a student's own right value from another student's."""
    others = {name: value for name, value in second.items() if first.get(name) != value}
    if not others:
        return
    code = probing.visible_checks(bench.source, others)
    (evaluation,) = bench.run([bench.trial("checks", wrong_answers.at_end(bench.solved, code))])
    for name in probing.saw(evaluation.notebook).get("complain", ()):
        what = "this visible check knows the personal answer: whoever reads it knows it too."
        remedy = "Look at the form only (check.form); the hidden check compares."
        yield Finding(notebook_file(bench.unit.name), what, remedy, f"cell {name!r}")


def _messages(
    bench: Bench, first: Mapping[str, str], second: Mapping[str, str]
) -> Iterator[Finding]:
    """Messages to a wrong answer that name the right one, for both students."""
    wrong = wrong_answers.another_value(bench.source, bench.unit, bench.solved)
    results = bench.run([bench.trial("another value", wrong, who) for who in IDS])
    for one, other in zip(*map(_checks, results), strict=True):
        for name in first:
            pairs = zip(_leaves(first[name]), _leaves(second.get(name, "None")), strict=False)
            if any(a != b and _tells(one, a) and _tells(other, b) for a, b in pairs):
                what = f"the message of {one.title!r} tells the answer {name} to who got it wrong."
                remedy = "Compare with reveal=False, and leave the value out of the message."
                yield Finding(bench.place, what, remedy, one.question)
                break


def _tells(check: CheckResult, value: str) -> bool:
    return check.status is Status.FAILED and bool(
        re.search(rf"(?<![\w.]){re.escape(value)}(?![\w]|\.\d)", check.message)
    )


def _leaves(text: str) -> list[str]:
    """The values of an answer as messages show them; a dict has several."""
    value = ast.literal_eval(text) if "nan" not in text and "inf" not in text else None
    values = list(value.values()) if isinstance(value, dict) else [value]
    return [repr(one) for one in values]
