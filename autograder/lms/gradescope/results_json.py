"""The same graders inside Gradescope: an evaluation as its ``results.json``.

Format: gradescope-autograders.readthedocs.io/en/latest/specs. ``setup.sh`` and ``run_autograder``
beside this file make the archive that Gradescope builds; docs/instructors.md shows how.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.course.results import CheckResult, Evaluation, QuestionResult, Status
from autograder.course.submission import Submission, parse
from autograder.errors import CourseError, Unreadable

SIGNS = {Status.PASSED: "passed", Status.FAILED: "failed", Status.ERROR: "failed"}
NOT_JUDGED = "This check could not be judged. Your instructor has been told."


def results(evaluation: Evaluation) -> dict[str, Any]:
    """What Gradescope shows and counts: a test for each check, and the score of the code.

    Written answers have no test; grade them in Gradescope by hand. Checks that broke, and other
    facts for the instructor alone, are hidden tests.
    """
    tests = [
        test
        for number, question in enumerate(evaluation.questions, 1)
        for test in _tests(number, question)
    ]
    tests += [
        {"name": "For the instructor", "output": notice, "visibility": "hidden"}
        for notice in evaluation.notices
    ]
    return {
        "score": evaluation.score,
        "output": _output(evaluation),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        **_seconds(evaluation),
    }


def write(evaluation: Evaluation, submission: Submission, path: Path) -> None:
    """Write ``results.json`` whole, with its folder.

    Raises CourseError, and writes nothing, where the notebook could not be judged through a fault
    that is not the student's: Gradescope then reports a failed autograder instead of a zero.
    """
    if not evaluation.judged and _readable(submission):
        raise CourseError(f"The notebook could not be judged: {evaluation.reason}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}")
    partial.write_text(json.dumps(results(evaluation), indent=1), "utf-8")
    partial.replace(path)


def _readable(submission: Submission) -> bool:
    try:
        parse(submission.data)
    except Unreadable:
        return False
    return True


def _tests(number: int, question: QuestionResult) -> list[dict[str, Any]]:
    total = sum(check.weight for check in question.checks)
    return [
        _test(f"{number}.{place}", question, check, check.weight / total if total else 0.0)
        for place, check in enumerate(question.checks, 1)
    ]


def _test(
    number: str, question: QuestionResult, check: CheckResult, share: float
) -> dict[str, Any]:
    passed = check.status is Status.PASSED
    test: dict[str, Any] = {
        "number": number,
        "name": f"{question.id}: {check.title}",
        "name_format": "text",
        "status": SIGNS[check.status],
        "output": NOT_JUDGED if check.status is Status.ERROR else check.message,
        "output_format": "text",
        "tags": [question.id, *([check.mistake] if check.mistake else [])],
        "visibility": "visible",
    }
    if question.max_score:  # a bonus lies above the maximum: it is in the score of the whole
        test |= {
            "score": question.max_score * share if passed else 0.0,
            "max_score": question.max_score * share,
        }
    return test


def _output(evaluation: Evaluation) -> str:
    if not evaluation.judged:
        return f"Your notebook could not be judged: {evaluation.reason}."
    by_hand = [q.id for q in evaluation.questions if q.needs_manual_grade]
    return f"Graded by a person later: {', '.join(by_hand)}." if by_hand else ""


def _seconds(evaluation: Evaluation) -> dict[str, float]:
    seconds = evaluation.usage.get("wall_s")
    return {} if seconds is None else {"execution_time": seconds}
