"""What a case that ran makes of its check, and the sentences for what could not be judged."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from autograder.course.results import CheckResult, Status
from autograder.course.text import storable
from autograder.errors import CheckFailed


def raised(phase: Callable[[], Any]) -> BaseException | None:
    """What a phase of a case raised, pytest's own outcomes (skip, fail) included."""
    call = pytest.CallInfo.from_call(phase, when="call", reraise=KeyboardInterrupt)
    return call.excinfo.value if call.excinfo else None


def verdict(check: CheckResult, error: BaseException | None) -> CheckResult:
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
