"""Results as text for the terminal: a table of the class, a table of one notebook."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group
from rich.table import Table
from rich.text import Text

from .grade import Graded
from .grade_cells import SIGNS
from .receipts import Receipt
from .results import Evaluation, QuestionResult, Status
from .unit import CourseError

COLOURS = {Status.PASSED: "green", Status.FAILED: "red", Status.ERROR: "yellow"}


def evaluation_text(evaluation: Evaluation) -> Group:
    """One notebook: each question with its checks, then what the instructor should know."""
    lines = [text for question in evaluation.questions for text in _question(question)]
    lines.append(Text(f"\n{evaluation.unit}: {_points(evaluation)}", style="bold"))
    lines += [Text(f"note: {notice}", style="yellow") for notice in evaluation.notices]
    return Group(*lines)


def _question(question: QuestionResult) -> Iterable[Text]:
    waits = " (to be graded by hand)" if question.needs_manual_grade else ""
    most = f"/{question.max_score:g}" if question.max_score else " bonus"
    yield Text(f"{question.id}: {question.score:.4g}{most}{waits}", style="bold")
    for check in question.checks:
        sign, _, _ = SIGNS[check.status]
        yield Text(f"  {sign} {check.title}", style=COLOURS[check.status])
        for line in filter(None, check.message.split("\n")):
            yield Text(f"      {line}")


def class_table(graded: Iterable[Graded], unit: str) -> Table:
    """One row per student: score, what each lost question says first, and notices."""
    table = Table(title=f"{unit}: the class", show_lines=True)
    table.add_column("student", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("what the student reads first, and what you should know", ratio=1)
    for one in graded:
        remarks = Text("\n".join(_remarks(one)))
        table.add_row(Text(one.student_id), _points(one.evaluation), remarks)
    return table


def receipt_table(found: Iterable[tuple[str, Receipt | CourseError]], unit: str) -> Table:
    """One row per student: the code of the file, and what does not fit."""
    table = Table(title=f"{unit}: receipts")
    for name in ("student", "receipt", "remark"):
        table.add_column(name, overflow="fold", no_wrap=name == "receipt")
    for student, one in found:
        if isinstance(one, CourseError):
            table.add_row(Text(student), "", Text(str(one)))
            continue
        same = one.student_id.lower() == student.strip().lower()
        remark = "" if same else f"the file says {one.student_id or 'no id'}"
        table.add_row(Text(student), one.code, Text(remark))
    return table


def _points(evaluation: Evaluation) -> str:
    if not evaluation.judged:
        return "not judged"
    by_hand = sum(q.max_score for q in evaluation.questions if q.needs_manual_grade)
    most = evaluation.max_score - by_hand
    waits = f" + {by_hand:g} by hand" if by_hand else ""
    return f"{evaluation.score:.4g}/{most:g}{waits}"


def _remarks(one: Graded) -> Iterable[str]:
    if one.error:
        yield f"NOT RECORDED: {one.error}"
    for question in one.evaluation.questions:
        failed = [check for check in question.checks if check.status is not Status.PASSED]
        if failed:
            hinted = [check for check in failed if check.mistake] or failed
            yield f"{question.id}: {_last_paragraph(hinted[0].message)}"
    yield from (f"! {notice[:200]}" for notice in one.evaluation.notices)


def _last_paragraph(message: str) -> str:
    return message.split("\n\n")[-1][:200]
