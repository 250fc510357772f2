"""What hidden checks are written with: the one public list, in alphabetical order.

``questions`` marks a pytest function as a check, ``notebook`` calls the student's functions,
``comparisons`` compares the values that come back, here, in the trusted process. A comparison
that fails raises :class:`~autograder.errors.CheckFailed` with the text that the student reads;
any other exception means that the check could not be judged.
"""

from autograder.checking.answers import (
    answered,
    letter,
    letters,
    letters_in,
    neat,
    number,
    number_in,
    number_or_fail,
    numbers,
    plain,
    scalar,
    side,
    whole,
    word,
)
from autograder.checking.choices import Choice, selection
from autograder.checking.comparisons import (
    Mistake,
    check_choice,
    check_close,
    check_dtype,
    check_equal,
    check_true,
    fail,
    matching_mistake,
)
from autograder.checking.failing import explained, fail_knowing, works
from autograder.checking.memory import once
from autograder.checking.messages import describe_call, show
from autograder.checking.notebook import StudentNotebook, check_raises, observed
from autograder.checking.probes import probe
from autograder.checking.questions import Rubric, question
from autograder.checking.sheets import AnswerSheet, answer_sheet, read_sheet
from autograder.checking.titled_cases import cases
from autograder.checking.untouched import Untouched, check_untouched, unchanged
from autograder.checking.values import as_array
from autograder.errors import (
    CheckFailed,
    KernelDied,
    NotDefined,
    OtherId,
    StudentError,
    TimedOut,
)
from autograder.sandbox_inside.codec import Opaque

__all__ = [
    "AnswerSheet",
    "CheckFailed",
    "Choice",
    "KernelDied",
    "Mistake",
    "NotDefined",
    "Opaque",
    "OtherId",
    "Rubric",
    "StudentError",
    "StudentNotebook",
    "TimedOut",
    "Untouched",
    "answer_sheet",
    "answered",
    "as_array",
    "cases",
    "check_choice",
    "check_close",
    "check_dtype",
    "check_equal",
    "check_raises",
    "check_true",
    "check_untouched",
    "describe_call",
    "explained",
    "fail",
    "fail_knowing",
    "letter",
    "letters",
    "letters_in",
    "matching_mistake",
    "neat",
    "number",
    "number_in",
    "number_or_fail",
    "numbers",
    "observed",
    "once",
    "plain",
    "probe",
    "question",
    "read_sheet",
    "scalar",
    "selection",
    "show",
    "side",
    "unchanged",
    "whole",
    "word",
    "works",
]
