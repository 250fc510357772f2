"""From a submission to its evaluation: a function of bytes, unit and seed, and nothing else.

No database, no course folder and no shared file system is needed, so evaluations can run in
any number of processes on any number of machines, and be kept and compared by content.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time

import nbformat
from nbformat import NotebookNode

from autograder.checking.notebook import StudentNotebook
from autograder.course.results import CheckResult, Evaluation, QuestionResult, Status, points_earned
from autograder.course.submission import Submission, parse, restore
from autograder.course.text import storable
from autograder.course.unit import Question, Unit
from autograder.errors import GraderBroken, OtherId, PreloadedDied, Unreadable
from autograder.judging import grade_cells
from autograder.judging.apart import judge_apart
from autograder.judging.judgement import Judgement
from autograder.judging.judging_process import Given
from autograder.judging.pytest_driver import judge
from autograder.judging.stopwatch import Stopwatch
from autograder.sandbox.limits import LIMITS, Limits
from autograder.sandbox.outputs import cell_errors
from autograder.sandbox.preloaded import close_shared
from autograder.sandbox.session import Session

SEED = 20_240_601  # of a grader's random inputs, unless the instructor chooses another


def evaluate(
    submission: Submission,
    unit: Unit,
    *,
    seed: int = SEED,
    limits: Limits = LIMITS,
    warm: bool = True,
    sealed: bool = True,
    stopwatch: Stopwatch | None = None,
) -> Evaluation:
    """Run the notebook in a sealed kernel, judge it with the hidden graders, and score it.

    Whatever the submission holds, an Evaluation comes back: where it cannot be judged,
    ``judged`` is False and ``reason`` says why. Raises SandboxUnavailable where this machine
    cannot isolate a kernel, because then nothing may run; ``sealed=False`` runs it all the same,
    and is meant for the instructor's own notebooks. A ``stopwatch`` learns what each check takes.
    """
    try:
        notebook, notices = restore(parse(submission.data), unit)
    except Unreadable as error:
        return unjudged(submission, unit, f"{error}")
    for attempt in (1, 2):
        try:
            return _evaluate(
                submission, unit, notebook, notices, seed, limits, warm, sealed, stopwatch
            )
        except PreloadedDied as error:
            close_shared()
            if attempt == 2:
                return unjudged(submission, unit, f"the grader's kernel died twice ({error})")
        except GraderBroken as error:
            return unjudged(submission, unit, "the hidden checks are broken", str(error))
    raise AssertionError("unreachable")


def _evaluate(
    submission: Submission,
    unit: Unit,
    notebook: NotebookNode,
    notices: tuple[str, ...],
    seed: int,
    limits: Limits,
    warm: bool,
    sealed: bool,
    stopwatch: Stopwatch | None,
) -> Evaluation:
    started = time.monotonic()
    own = limits.for_unit(unit.metadata)
    hidden, visible = own_seeds(submission, seed)
    with Session(
        unit.files, own, warm=warm, sealed=sealed, seed=visible, runtime=unit.runtime
    ) as session:
        executed = session.run(notebook)
        errors = cell_errors(executed)
        if stopwatch is None:
            given = Given(submission.student_id, errors, hidden)
            judgement = judge_apart(unit, session, given, own)
        else:  # an author's own notebooks, in this process
            student = StudentNotebook(session, submission.student_id, errors)
            judgement = judge(unit, student, hidden, around=stopwatch.around(session.usage))
    found = (*notices, *session.notices, *_notices(judgement.checks))
    evaluation = Evaluation(
        unit=unit.name,
        student_id=submission.student_id,
        questions=score(unit, judgement.checks),
        notices=tuple(dict.fromkeys(map(storable, found))),
        usage={
            **session.usage,
            "judge_cpu_s": judgement.cpu_s,
            "wall_s": time.monotonic() - started,
        },
    )
    return _with_notebook(evaluation, executed, judgement)


def own_seeds(submission: Submission, seed: int) -> tuple[int, int]:
    """The seeds of one submission: of the hidden inputs (128 bits), and of its kernel (32 bits).

    Both follow from its bytes and the course's seed, so a regrade repeats them, another file meets
    other numbers, and what a notebook can see of its own says nothing of the hidden ones.
    """
    digest = hashlib.sha256(b"%x\0" % seed + submission.data).digest()
    return int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:20], "big")


def score(unit: Unit, checks: tuple[CheckResult, ...]) -> tuple[QuestionResult, ...]:
    """The questions of a unit with their checks and points. A pure function."""
    return tuple(_question(question, checks) for question in unit.questions)


def _question(question: Question, checks: tuple[CheckResult, ...]) -> QuestionResult:
    own = tuple(check for check in checks if check.question == question.id)
    unclear = any(c.status is Status.ERROR or c.mistake == OtherId.NAME for c in own)
    return QuestionResult(
        id=question.id,
        score=0.0 if question.manual else points_earned(own, question.worth),
        max_score=question.points,
        needs_manual_grade=question.manual or unclear or not own,
        checks=own,
    )


def _notices(checks: tuple[CheckResult, ...]) -> list[str]:
    """What the instructor must look at: checks of ours that broke, notebooks of another id."""
    broken = [
        f"The check {c.title!r} of {c.question} could not be judged: {c.detail or c.message}"
        for c in checks
        if c.status is Status.ERROR
    ]
    other = [c.message.split("\n")[0] for c in checks if c.mistake == OtherId.NAME]
    return broken + other[:1]


def unjudged(submission: Submission, unit: Unit, reason: str, detail: str = "") -> Evaluation:
    """The evaluation of what could not be judged: no points, and flagged for the instructor."""
    questions = tuple(
        QuestionResult(q.id, 0.0, q.points, needs_manual_grade=True) for q in unit.questions
    )
    evaluation = Evaluation(
        unit=unit.name,
        student_id=submission.student_id,
        questions=questions,
        judged=False,
        reason=reason,
        notices=(f"Could not be judged: {reason}. {detail}".strip(),),
    )
    return _with_notebook(
        evaluation, nbformat.reads(unit.notebook, as_version=4), Judgement((), {})
    )


def _with_notebook(
    evaluation: Evaluation, notebook: NotebookNode, judgement: Judgement
) -> Evaluation:
    grade_cells.write(notebook, evaluation, judgement.rubrics)
    return dataclasses.replace(evaluation, notebook=_written(notebook))


def _written(notebook: NotebookNode) -> str:
    """The file of a notebook, whatever a student's attachments and names hold."""
    return nbformat.writes(notebook).encode("utf-8", "replace").decode("utf-8")
