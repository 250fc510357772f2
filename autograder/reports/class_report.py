"""A picture of the class for its instructor: values first, then one self-contained page."""

from __future__ import annotations

import base64
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from jinja2 import Environment, FileSystemLoader
from nbformat import NotebookNode

from autograder.cleaning.characters import without_controls
from autograder.cleaning.policy import content_policy
from autograder.course.results import CheckResult, Evaluation, Status
from autograder.course.submission import Submission, parse
from autograder.course.unit import Unit
from autograder.errors import OtherId, Unreadable
from autograder.gradebook.feedback import TEMPLATES as STYLE
from autograder.reports.similarity import Pair, similar_pairs

TEMPLATES = Path(__file__).parent / "templates"


LONGEST = 5  # notebooks by computing time that the page names
MOST_PAIRS = 30


@dataclass(frozen=True)
class CheckLine:
    """How a check went in the class."""

    question: str
    title: str
    passed: int
    failed: int
    unclear: int

    @property
    def remark(self) -> str:
        """What stands out: a check that tells nobody apart deserves a look."""
        if self.unclear:
            return "could not always be judged"
        if not self.passed:
            return "nobody passes"
        return "" if self.failed else "everybody passes"


@dataclass(frozen=True)
class QuestionLine:
    """A question in the class.

    ``difficulty`` is the mean share of its points that was earned (1: everybody has all).
    ``discrimination`` is the correlation between the points of this question and those of
    all others (Ebel and Frisbie, *Essentials of Educational Measurement*, 1991), None where
    one of both does not vary.
    """

    id: str
    worth: float
    mean: float
    difficulty: float
    discrimination: float | None
    by_hand: int  # submissions that wait for a person here


@dataclass(frozen=True)
class MistakeLine:
    """A known mistake, how often it was made, and what the student was told."""

    question: str
    name: str
    sentence: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class ToLookAt:
    """A submission that a person should open, and why."""

    student: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ClassReport:
    """Everything on the page, as values."""

    unit: str
    handed_in: int
    not_graded: tuple[str, ...]
    scores: tuple[float, ...]  # points given by code, of the judged submissions
    worth: float  # the most that code can give, without bonus
    questions: tuple[QuestionLine, ...]
    checks: tuple[CheckLine, ...]
    mistakes: tuple[MistakeLine, ...]
    look_at: tuple[ToLookAt, ...]
    pairs: tuple[Pair, ...]
    cpu_s: tuple[tuple[str, float], ...]  # student and CPU seconds, the longest first


def analyse(
    unit: Unit, evaluations: Mapping[str, Evaluation | None], submissions: Mapping[str, Submission]
) -> ClassReport:
    """Draw the values from a class; an evaluation is None where a submission is not graded."""
    known = {student: one for student, one in sorted(evaluations.items()) if one is not None}
    judged = {student: one for student, one in known.items() if one.judged}
    used = {s: e.usage.get("notebook_cpu_s", 0) + e.usage.get("calls_cpu_s", 0)
            for s, e in judged.items()}  # fmt: skip
    notebooks = {name: nb for name, one in submissions.items() if (nb := _readable(one.data))}
    return ClassReport(
        unit=unit.name,
        handed_in=len(evaluations),
        not_graded=tuple(sorted(evaluations.keys() - known.keys())),
        scores=tuple(evaluation.score for evaluation in judged.values()),
        worth=sum(question.points for question in unit.questions if not question.manual),
        questions=tuple(_questions(unit, list(judged.values()))),
        checks=tuple(_checks(judged.values())),
        mistakes=tuple(_mistakes(judged)),
        look_at=tuple(_look_at(known)),
        pairs=tuple(similar_pairs(notebooks, nbformat.reads(unit.notebook, as_version=4))),
        cpu_s=tuple(sorted(used.items(), key=lambda item: -item[1])),
    )


def _readable(data: bytes) -> NotebookNode | None:
    try:
        return parse(data)
    except Unreadable:
        return None


def _questions(unit: Unit, judged: Sequence[Evaluation]) -> Iterable[QuestionLine]:
    if not judged:
        return
    names = [question.id for question in unit.questions]
    scores = np.array([[q.score for q in e.questions] for e in judged], dtype=float)
    waits = np.array([[q.needs_manual_grade for q in e.questions] for e in judged])
    for column, question in enumerate(unit.questions):
        if question.manual:
            mean, share, discrimination = float("nan"), float("nan"), None
        else:
            own = scores[:, names.index(question.id)]
            mean, share = float(own.mean()), float(own.mean() / question.worth)
            discrimination = _correlation(own, scores.sum(axis=1) - own)
        yield QuestionLine(
            question.id, question.worth, mean, share, discrimination, int(waits[:, column].sum())
        )


def _correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    if len(a) < 3 or a.std() < 1e-9 or b.std() < 1e-9:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _every_check(judged: Iterable[Evaluation]) -> Iterable[CheckResult]:
    return (check for one in judged for question in one.questions for check in question.checks)


def _checks(judged: Iterable[Evaluation]) -> Iterable[CheckLine]:
    found: dict[tuple[str, str], Counter[Status]] = defaultdict(Counter)
    for check in _every_check(judged):
        found[check.question, check.title][check.status] += 1
    for (question, title), count in found.items():
        yield CheckLine(
            question, title, count[Status.PASSED], count[Status.FAILED], count[Status.ERROR]
        )


def _mistakes(judged: Mapping[str, Evaluation]) -> list[MistakeLine]:
    students: dict[tuple[str, str], list[str]] = defaultdict(list)
    sentences: dict[tuple[str, str], str] = {}
    for student, evaluation in judged.items():
        for check in _every_check([evaluation]):
            if check.mistake and check.mistake != OtherId.NAME:
                made = students[check.question, check.mistake]
                made += [student] if student not in made else []
                sentences[check.question, check.mistake] = check.message.split("\n\n")[-1]
    lines = [
        MistakeLine(question, name, sentences[question, name], tuple(made))
        for (question, name), made in students.items()
    ]
    return sorted(lines, key=lambda line: -len(line.students))


def _look_at(known: Mapping[str, Evaluation]) -> Iterable[ToLookAt]:
    for student, evaluation in known.items():
        reasons = list(evaluation.notices)
        if not evaluation.judged and not reasons:
            reasons.append(f"Could not be judged: {evaluation.reason}")
        if reasons:
            yield ToLookAt(student, tuple(reasons))


# ----------------------------------------------------------------- the page


def page(report: ClassReport) -> str:
    """The report as one HTML file: pictures inside, no script, nothing fetched from elsewhere."""
    # The style sheet is that of the feedback page.
    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, STYLE]), autoescape=True, finalize=_without_controls
    )
    environment.filters["points"] = lambda number: f"{number:.4g}"
    environment.filters["policy"] = content_policy
    template = environment.get_template("autograder-report/index.html.j2")
    return template.render(
        report=report,
        mean=float(np.mean(report.scores)) if report.scores else 0.0,
        median=float(np.median(report.scores)) if report.scores else 0.0,
        distribution=_picture(_draw_scores, report),
        items=_picture(_draw_items, report),
        odd_checks=[check for check in report.checks if check.remark],
        pairs=report.pairs[:MOST_PAIRS],
        longest=report.cpu_s[:LONGEST],
    )


def _without_controls(value: Any) -> Any:
    """What a page shows of a text; its markup is escaped later."""
    return without_controls(value) if type(value) is str else value


def _picture(draw: Callable[[Any, ClassReport], None], report: ClassReport) -> str:
    """A plot as a PNG in base64."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    draw(figure.subplots(), report)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return base64.b64encode(file.getvalue()).decode()


def _draw_scores(axes: Any, report: ClassReport) -> None:
    most = max([report.worth, *report.scores])
    axes.hist(report.scores, bins=np.linspace(0, most, 21), color="#0550ae", edgecolor="white")
    axes.axvline(report.worth, color="#57606a", linestyle=":", label="full marks (by code)")
    axes.set(xlabel="points given by code", ylabel="students")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend(frameon=False)


def _draw_items(axes: Any, report: ClassReport) -> None:
    lines = [line for line in report.questions if line.discrimination is not None]
    for line in lines:
        axes.plot(line.difficulty, line.discrimination, "o", color="#0550ae")
        axes.annotate(
            line.id, (line.difficulty, line.discrimination), fontsize=8,
            xytext=(4, 4), textcoords="offset points",
        )  # fmt: skip
    axes.axhline(0, color="#57606a", linewidth=0.8)
    axes.set(
        xlim=(-0.02, 1.02),
        ylim=(-1.05, 1.05),
        xlabel="share of the points earned (right: easy)",
        ylabel="correlation with the rest",
    )
