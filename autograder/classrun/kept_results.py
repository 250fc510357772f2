"""Keeps evaluations by the content of what they depend on, two files each.

The notebook as executed is written first, the small result last: where the result lies, both
are whole. A result names its notebook by digest, so a torn file is never taken for one.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from autograder.course.course import Course
from autograder.course.files import digest, digest_of, write_whole
from autograder.course.results import Evaluation
from autograder.course.submission import Submission, parse
from autograder.course.unit import Unit
from autograder.errors import Unreadable
from autograder.judging.evaluation import SEED, evaluate
from autograder.judging.version import versions
from autograder.sandbox.limits import LIMITS, Limits


def key(submission: Submission, unit: Unit, seed: int) -> str:
    """Names the evaluation of this submission by this grader."""
    return digest_of(
        submission.student_id.encode(),
        submission.data,
        unit.digest.encode(),
        str(seed).encode(),
        versions(unit.runtime.preload).encode(),
    )


STORE = ".autograder/results"


@dataclass(frozen=True)
class Kept:
    """A kept evaluation without its notebook, which the digest identifies."""

    evaluation: Evaluation
    notebook: str

    def final(self, submission: Submission) -> bool:
        """Whether a repetition would give the same. What a fault of ours spoilt is tried again."""
        if self.evaluation.certain:
            return True
        try:
            parse(submission.data)
        except Unreadable:
            return True
        return False


class KeptResults:
    """A folder of evaluations. Several processes may read and write it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, course: Course) -> KeptResults:
        """Where a course keeps its evaluations."""
        return cls(course.root / STORE)

    def _path(self, name: str, suffix: str) -> Path:
        return self._folder / name[:2] / f"{name}{suffix}"

    def look_up(self, name: str) -> Kept | None:
        """The small result of this name, or None where there is none or it is not whole."""
        try:
            values = json.loads(self._path(name, ".json").read_bytes())
            return Kept(Evaluation.from_dict(values["evaluation"]), values["notebook"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def get(self, name: str) -> Evaluation | None:
        """The evaluation of this name with its notebook, or None where either is not whole."""
        kept = self.look_up(name)
        try:
            text = self._path(name, ".ipynb").read_bytes()
        except OSError:
            return None
        if kept is None or digest(text) != kept.notebook:
            return None
        return dataclasses.replace(kept.evaluation, notebook=text.decode())

    def put(self, name: str, evaluation: Evaluation) -> None:
        """Keep an evaluation; a reader sees all of it or nothing. Raises OSError."""
        text = evaluation.notebook.encode()
        values = {"evaluation": evaluation.to_dict(), "notebook": digest(text)}
        write_whole(self._path(name, ".ipynb"), text)
        write_whole(self._path(name, ".json"), json.dumps(values).encode())

    def evaluate(
        self,
        submission: Submission,
        unit: Unit,
        *,
        seed: int = SEED,
        limits: Limits = LIMITS,
    ) -> tuple[Evaluation, bool]:
        """The kept evaluation, or a new one; the second value says whether it is new."""
        name = key(submission, unit, seed)
        kept = self.look_up(name)
        if kept is not None and kept.final(submission):
            whole = self.get(name)
            if whole is not None:
                return whole, False
        evaluation = evaluate(submission, unit, seed=seed, limits=limits)
        self.put(name, evaluation)
        return evaluation, True
