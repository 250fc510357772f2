"""Judges one answer against the solved notebook: what an author repeats a hundred times.

Only the checks of the questions that are answered run, and only the cells that they need. Where a
name turns out to be missing, the whole notebook runs once more.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.authoring import samples
from autograder.authoring.needed_cells import needed, words
from autograder.checking.notebook import StudentNotebook
from autograder.course.course import Course
from autograder.course.results import QuestionResult
from autograder.course.submission import Submission, parse, restore
from autograder.course.unit import Unit
from autograder.errors import CourseError
from autograder.judging.evaluation import SEED, own_seeds, score
from autograder.judging.pytest_driver import judge
from autograder.sandbox.limits import LIMITS
from autograder.sandbox.outputs import cell_errors
from autograder.sandbox.session import Session

STUDENT = "ada"
ANSWER = "_answer"
MISSING = ("There is no ", "is not defined")  # how a check says that a name is missing


@dataclass(frozen=True)
class Trial:
    """The questions that a file answers with their checks, and where its cells stopped."""

    questions: tuple[QuestionResult, ...]
    errors: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def lacks_a_name(self) -> bool:
        """Whether a cell that was left out may have been needed."""
        said = [check.message for question in self.questions for check in question.checks]
        return any(text in one for one in (*said, *self.errors) for text in MISSING)


def try_answer(
    course: Course, unit_name: str, path: Path, question: str = "", *, whole: bool = False
) -> Trial:
    """Judge the answer in a file. ``whole`` runs every cell. Raises CourseError, GraderBroken.

    The question is the one given, or the file names cells (``# %% NAME_answer``), or it is called
    like its question.
    """
    unit = course.unit(unit_name)
    text = answer_text(path, question, unit)
    known = {one.id for one in unit.questions}
    questions = {name.removesuffix(ANSWER) for name in samples.answers_in(text)} & known
    if not questions:
        raise CourseError(f"{path} answers no question of {unit_name}.")
    sample = samples.answered(course, unit_name, text, path)
    handed_in = Submission(STUDENT, unit_name, sample.data(STUDENT, demonstrations=False))
    seeds = own_seeds(handed_in, SEED)  # the numbers that a sample of these answers meets
    notebook, _ = restore(parse(handed_in.data), unit)
    if not whole:
        trial = _judged(unit, _shortened(notebook, unit, questions), questions, seeds)
        if not trial.lacks_a_name:
            return trial
    return _judged(unit, notebook, questions, seeds)


def answer_text(path: Path, question: str, unit: Unit) -> str:
    """The file as a sample has it: with the name of each cell that it replaces."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None
    if not question and samples.answers_in(text):
        return text
    name = question or path.stem.removesuffix(ANSWER)
    known = [one.id for one in unit.questions if not one.manual]
    if name not in known:
        close = difflib.get_close_matches(name, known, 1)
        raise CourseError(
            f"{name!r} is no question of {unit.name} that code answers"
            + (f"; did you mean {close[0]!r}? " if close else ". ")
            + f"There are: {', '.join(known) or 'none'}. Name the file so, or begin it with a "
            "line `# %% QUESTION_answer`, or say --question QUESTION. A new question appears "
            f"after: autograder build {unit.name}"
        )
    return f"# %% {name}{ANSWER}\n{text}"


def _shortened(notebook: NotebookNode, unit: Unit, questions: Collection[str]) -> NotebookNode:
    """The notebook with the cells that the checks of these questions need."""
    answers = [f"{name}{ANSWER}" for name in questions]
    mentioned = words(grader_text(unit, questions))
    cells = needed(notebook.cells, answers, mentioned)
    return NotebookNode({**notebook, "cells": cells})


def grader_text(unit: Unit, questions: Collection[str]) -> str:
    """The checks of these questions, and what they may import of their neighbours."""
    files = {Path(name): data.decode() for name, data in unit.checks.items()}
    own = [
        text
        for path, text in files.items()
        if not path.name.startswith("test_") or any(f'"{name}"' in text for name in questions)
    ]
    return "\n".join(own)


def _judged(
    unit: Unit, notebook: NotebookNode, questions: Collection[str], seeds: tuple[int, int]
) -> Trial:
    limits, (hidden, visible) = LIMITS.for_unit(unit.metadata), seeds
    with Session(unit.files, limits, seed=visible, runtime=unit.runtime) as session:
        executed = session.run(notebook)
        errors = cell_errors(executed)
        student = StudentNotebook(session, STUDENT, errors)
        checks = judge(unit, student, hidden, questions).checks
    found = tuple(one for one in score(unit, checks) if one.id in questions)
    own = [errors[c.source] for c in executed.cells if c.source in errors and _is_of(c, questions)]
    return Trial(found, tuple(own), tuple(session.notices))


def _is_of(cell: NotebookNode, questions: Collection[str]) -> bool:
    name = str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
    return name.removesuffix(ANSWER) in questions
