"""Autograded exercises on top of nbgrader: one engine, any course.

From a submission to a grade, one way; each folder is a layer, and imports only go down::

    commands        the command line
    authoring       build, lint, samples, new courses and units, the demonstration
    reports         the report of a class, and what the terminal shows
    lms             learning systems: class lists, collecting, exporting
    student_kit     the zip that a student works with, and its receipts
    gradebook       all that nbgrader_config.py names: plug-ins of nbgrader's
    classrun        a class: evaluate in parallel, keep, record
    judging         bytes of a submission in, an Evaluation out
    sandbox         the trusted end of a sealed kernel
    checking        what hidden checks are written with
    sandbox_inside  runs beside the student's code, and imports nothing of the rest
    course          a course as frozen values; nothing is executed
    cleaning        what a student wrote, made harmless for a browser and a terminal
    errors          all errors as one tree

What judges is ``course``, ``checking``, ``judging``, ``sandbox``, ``sandbox_inside`` and
``cleaning``. A course is data: notebooks in ``source/``, and hidden checks in the folder that its
configuration names.
In this course that is ``autograder/graders/``, which no layer imports.

A grader is written with the names of :mod:`autograder.checking`, which can all be imported from
here: ``from autograder import check_close, question``. docs/authors.md shows how.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograder import startup  # noqa: F401 (first: what follows then loads faster)

if TYPE_CHECKING:
    from autograder.checking import *  # noqa: F403


def __getattr__(name: str) -> Any:
    """The names of graders, loaded when one of them is asked for: commands start without."""
    if name == "__all__" or not name.startswith("_"):
        checking = import_module("autograder.checking")
        if name == "__all__":
            return checking.__all__
        if name in checking.__all__:
            return getattr(checking, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
