"""Keeps evaluations by the content of what they depend on, two files each.

The notebook as executed is written first, the small result last: where the result lies, both
are whole. A result names its notebook by digest, so a torn file is never taken for one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import platform
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from .evaluate import SEED, evaluate
from .kernel import LIMITS, Limits
from .results import Evaluation
from .submission import Submission, Unreadable, parse
from .unit import Unit

# What a notebook or a grader computes with, and what runs them.
LIBRARIES = (
    "ipykernel", "ipython", "matplotlib", "msgpack", "nbclient", "nbformat", "numpy", "pandas",
    "pytest", "scikit-learn", "scipy", "torch", "torchvision",
)  # fmt: skip
# Modules that only see an evaluation when it is finished. A module that is not named here counts
# as one that judges: forgetting one costs time, never a wrong grade.
AFTERWARDS = {
    "archives.py", "build.py", "cli.py", "collect.py", "course.py", "demo.py", "desk.py",
    "doctor.py", "downloads.py", "exports", "grade.py", "gradebook.py", "gradescope",
    "handout.py", "journal.py", "late.py", "lint.py", "lock.py", "patience.py", "progress.py",
    "receipts.py", "recorder.py", "render.py", "roster.py", "safe_markdown.py", "samples.py",
    "schedule.py", "feedback.py", "report.py", "similarity.py",
}  # fmt: skip
GRADERS = "graders"  # the unit's digest covers its own


@cache
def versions() -> str:
    """Changes with the judging code, with Python, and with the libraries that run a notebook."""
    folder = Path(__file__).parent
    code = sorted(
        path
        for path in folder.rglob("*.py")
        if path.relative_to(folder).parts[0] not in {*AFTERWARDS, GRADERS}
    )
    parts = [path.read_bytes() for path in code]
    parts += [f"{name} {version(name)}".encode() for name in LIBRARIES]
    parts += [platform.python_version().encode(), platform.machine().encode()]
    return _digest(*parts)


def key(submission: Submission, unit: Unit, seed: int) -> str:
    """Names the evaluation of this submission by this grader."""
    return _digest(
        submission.student_id.encode(),
        submission.data,
        unit.digest.encode(),
        str(seed).encode(),
        versions().encode(),
    )


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


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


class Store:
    """A folder of evaluations. Several processes may read and write it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file; a reader sees the old one or the new one, never a part. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.chmod(file.name, mode)
            os.replace(file.name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(file.name)
            raise
