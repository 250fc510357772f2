"""loop_order: the six lines of a turn of the training loop in a working order."""

import itertools
from types import ModuleType

from autograder import StudentNotebook, answered, check_true, fail, letters_in, question, show

from .mistakes import ERASED

JOBS = {  # what a line of the loop contains: its job
    "zero_grad": "clear",
    "next(": "batch",
    "= model(": "forward",
    "cross_entropy": "loss",
    ".backward": "backward",
    ".step(": "step",
}
CHAIN = ("batch", "forward", "loss", "backward", "step")
TOO_LATE = {  # a job, when it comes before the one that it needs
    "forward": "The network would see images of the turn before: this turn's are not there yet.",
    "loss": "The loss would be computed from logits that are not there yet.",
    "backward": "The backward pass would start from a loss that is not there yet.",
    "step": "The optimizer would step before this turn's gradient is there.",
}
NOT_WORKING = "The five steps are not in a working order."


def jobs_in_order(student: StudentNotebook, lesson: ModuleType) -> list[str]:
    """The jobs of the lines in the student's order; each of the six exactly once."""
    lines: dict[str, str] = lesson.loop_lines(student.personal_id())
    letters = answered(letters_in(student, "loop_order", lines), "No order is given yet.")
    check_true(
        sorted(letters) == sorted(lines),
        f"The order should hold each of {', '.join(lines)} once, got {show(letters)}.",
    )
    return [next(job for part, job in JOBS.items() if part in lines[letter]) for letter in letters]


@question("loop_order", weight=3)
def test_order_of_the_five_steps(student: StudentNotebook, lesson: ModuleType) -> None:
    """Each of the five steps comes after the one that it needs."""
    jobs = jobs_in_order(student, lesson)
    for earlier, later in itertools.pairwise(CHAIN):
        if jobs.index(earlier) > jobs.index(later):
            fail(NOT_WORKING, hint=TOO_LATE[later])


@question("loop_order")
def test_order_of_zero_grad(student: StudentNotebook, lesson: ModuleType) -> None:
    """Old gradients are wiped out, and fresh ones are not."""
    jobs = jobs_in_order(student, lesson)
    backward, clear, step = (jobs.index(job) for job in ("backward", "clear", "step"))
    check_true(backward < step, NOT_WORKING, hint=TOO_LATE["step"])
    check_true(
        not backward < clear < step,
        "zero_grad() does not stand where it helps.",
        hint=ERASED,
        mistake="zero-grad-after-backward",
    )
