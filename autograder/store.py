"""Keeps evaluations by the content of what they depend on, one file each."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

from .evaluate import SEED, evaluate
from .kernel import LIMITS, Limits
from .results import Evaluation
from .submission import Submission
from .unit import Unit

LIBRARIES = ("numpy", "torch", "nbclient", "ipykernel", "pytest")


@cache
def versions() -> str:
    """Changes with the judging code and with the libraries that run a notebook."""
    folder = Path(__file__).parent
    code = sorted(p for p in folder.rglob("*.py") if p.parent.name != "graders")
    digest = hashlib.sha256(b"".join(hashlib.sha256(p.read_bytes()).digest() for p in code))
    return digest.hexdigest() + "".join(version(name) for name in LIBRARIES)


def key(submission: Submission, unit: Unit, seed: int) -> str:
    """Names the evaluation of this submission by this grader."""
    parts = (
        submission.student_id.encode(),
        submission.data,
        unit.digest.encode(),
        str(seed).encode(),
        versions().encode(),
    )
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


class Store:
    """A folder of evaluations. Several processes may read and write it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.json"

    def get(self, name: str) -> Evaluation | None:
        """The evaluation of this name, or None where there is none or it is not whole."""
        try:
            values = json.loads(self._path(name).read_text("utf-8"))
            return Evaluation.from_dict(values["evaluation"], values["notebook"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, name: str, evaluation: Evaluation) -> None:
        """Keep an evaluation; a reader sees all of it or nothing."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        values = {"evaluation": evaluation.to_dict(), "notebook": evaluation.notebook}
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump(values, file)
        os.replace(file.name, path)

    def evaluate(
        self,
        submission: Submission,
        unit: Unit,
        *,
        seed: int = SEED,
        limits: Limits = LIMITS,
    ) -> tuple[Evaluation, bool]:
        """The kept evaluation, or a new one; the second value says whether it is new.

        What went wrong through a fault of ours is tried again.
        """
        name = key(submission, unit, seed)
        kept = self.get(name)
        if kept is not None and kept.certain:
            return kept, False
        evaluation = evaluate(submission, unit, seed=seed, limits=limits)
        self.put(name, evaluation)
        return evaluation, True
