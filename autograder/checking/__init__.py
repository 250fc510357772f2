"""What hidden checks are written with: the one public list, in alphabetical order.

``questions`` marks a pytest function as a check, ``notebook`` calls the student's functions,
``comparisons`` compares the values that come back, here, in the trusted process. A comparison
that fails raises :class:`~autograder.errors.CheckFailed` with the text that the student reads;
any other exception means that the check could not be judged.
"""

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
from autograder.checking.messages import describe_call, show
from autograder.checking.notebook import StudentNotebook, check_raises
from autograder.checking.questions import Rubric, probe, question
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
    "CheckFailed",
    "KernelDied",
    "Mistake",
    "NotDefined",
    "Opaque",
    "OtherId",
    "Rubric",
    "StudentError",
    "StudentNotebook",
    "TimedOut",
    "as_array",
    "check_choice",
    "check_close",
    "check_dtype",
    "check_equal",
    "check_raises",
    "check_true",
    "describe_call",
    "fail",
    "matching_mistake",
    "probe",
    "question",
    "show",
]
