"""What became of each submission, and who is told about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.course.results import Evaluation, Status

SHORT = 200  # characters of a remark; the whole of it stands in the feedback and in the log


@dataclass(frozen=True)
class Graded:
    """What became of one submission, small enough to keep for a whole class.

    ``new`` is False where the kept evaluation was used, ``unchanged`` is True where the
    gradebook held it too. ``by_hand`` names the questions that wait for a person, ``remarks``
    says what the student reads first, ``changes`` what a regrade changes (question, score
    before, score now), and ``error`` why it could not be recorded.
    """

    student_id: str
    score: float
    max_score: float  # of the questions that were judged
    max_by_hand: float
    judged: bool = True
    reason: str = ""
    by_hand: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    changes: tuple[tuple[str, float, float], ...] = ()
    new: bool = True
    unchanged: bool = False
    error: str = ""

    @classmethod
    def of(cls, evaluation: Evaluation, *, new: bool) -> Graded:
        """The summary of an evaluation."""
        by_hand = [q for q in evaluation.questions if q.needs_manual_grade]
        most = sum(q.max_score for q in by_hand)
        return cls(
            student_id=evaluation.student_id,
            score=evaluation.score,
            max_score=evaluation.max_score - most,
            max_by_hand=most,
            judged=evaluation.judged,
            reason=evaluation.reason,
            by_hand=tuple(q.id for q in by_hand),
            remarks=tuple(_remarks(evaluation)),
            notices=tuple(notice[:SHORT] for notice in evaluation.notices[:5]),
            new=new,
        )

    @property
    def gained(self) -> float:
        """Points that a regrade adds; negative where it takes some away."""
        return sum(now - before for _, before, now in self.changes)


def _remarks(evaluation: Evaluation) -> Iterator[str]:
    for question in evaluation.questions:
        failed = [check for check in question.checks if check.status is not Status.PASSED]
        if failed:
            hinted = [check for check in failed if check.mistake] or failed
            _, _, hint = hinted[0].message.rpartition("\n\n")
            yield f"{question.id}: {hint[:SHORT]}"


class Progress:
    """What a run tells while it goes on. This one keeps silent; see :mod:`autograder.progress`."""

    def begin(self, total: int) -> None:
        """So many submissions were found."""

    def at_work(self, students: Sequence[str]) -> None:
        """These are being evaluated."""

    def done(self, graded: Graded) -> None:
        """This one is recorded, or, where its score changes, evaluated."""

    def say(self, text: str) -> None:
        """Something that the instructor should know now."""

    def changes(self, graded: Sequence[Graded]) -> None:
        """A regrade changes the scores of these; nothing of it is recorded yet."""
