"""Autograded exercises for the lesson *Convolutional networks for images*.

From a submission to a grade, one way::

    Submission  the file that a student handed in, as a value; nothing executed
       |        autograder.submission
    Session     the notebook runs once, top to bottom, in a sandboxed kernel
       |        autograder.kernel
    judge       hidden pytest graders call into that kernel and compare values here
       |        autograder.judge, autograder.graders
    Evaluation  checks, questions, scores: frozen values
       |        autograder.results
    gradebook   nbgrader's own database, feedback and CSV
                autograder.gradebook

A grader is written with the names below; ``autograder/graders/test_02_convolution.py`` is
one to read. docs/authors.md shows how to add an exercise.
"""

from . import startup  # noqa: F401 (first: what follows then loads faster)
from .checks import (
    CheckFailed,
    Mistake,
    Rubric,
    as_array,
    check_choice,
    check_close,
    check_dtype,
    check_equal,
    check_true,
    describe_call,
    fail,
    matching_mistake,
    probe,
    question,
    show,
)
from .student import (
    KernelDied,
    NotDefined,
    OtherId,
    Student,
    StudentError,
    TimedOut,
    check_raises,
)

__all__ = [
    "CheckFailed",
    "KernelDied",
    "Mistake",
    "NotDefined",
    "OtherId",
    "Rubric",
    "Student",
    "StudentError",
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
