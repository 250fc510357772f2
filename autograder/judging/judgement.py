"""What a unit's grader says of a submission, as values."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from autograder.checking.questions import Rubric
from autograder.course.results import CheckResult, Status
from autograder.course.text import storable
from autograder.errors import CheckFailed


@dataclass(frozen=True)
class Judgement:
    """What a grader says: its checks, and the rubrics for the answers that people grade."""

    checks: tuple[CheckResult, ...]
    rubrics: Mapping[str, Sequence[Rubric]]
    cpu_s: float = 0.0  # CPU seconds, where it was said in a process of its own


def result_of(check: CheckResult, error: BaseException | None) -> CheckResult:
    """What a case that raised this makes of its check."""
    if error is None:
        return dataclasses.replace(check, status=Status.PASSED, message="")
    if isinstance(error, CheckFailed):
        return dataclasses.replace(
            check, status=Status.FAILED, message=storable(error.text), mistake=error.mistake
        )
    message = TOO_MUCH if isinstance(error, MemoryError) else UNJUDGED
    detail = storable("".join(traceback.format_exception(error))[-4000:])
    return dataclasses.replace(check, status=Status.ERROR, message=message, detail=detail)


UNJUDGED = "This check could not be judged; the fault is not yours. Your instructor is told."


TOO_MUCH = (
    "This check could not be judged: what your code gave is more work than the grader may do. "
    "Your instructor is told."
)


def rubrics_of(modules: Mapping[Path, ModuleType]) -> Mapping[str, Sequence[Rubric]]:
    """What people grade by: the RUBRICS of a unit's ``rubrics.py``."""
    found = (module for path, module in modules.items() if path.name == "rubrics.py")
    return getattr(next(found, None), "RUBRICS", {})
