"""Results as text for the terminal: a table of the class, a table of one notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.classrun.graded import Graded
from autograder.course.results import Evaluation, QuestionResult, Status
from autograder.errors import CourseError
from autograder.judging.grade_cells import SIGNS
from autograder.student_kit.receipts import Receipt

TABLE_ROWS = 60  # a longer table is not read
NAMES = 10  # of students beside a reason; the class table and the log have them all
COLOURS = {Status.PASSED: "green", Status.FAILED: "red", Status.ERROR: "yellow"}


def evaluation_text(evaluation: Evaluation) -> Group:
    """One notebook: each question with its checks, then what the instructor should know."""
    lines = [text for question in evaluation.questions for text in question_text(question)]
    lines.append(Text(f"\n{evaluation.unit}: {_points(evaluation)}", style="bold"))
    lines += [Text(f"note: {notice}", style="yellow") for notice in evaluation.notices]
    return Group(*lines)


def question_text(question: QuestionResult) -> Iterable[Text]:
    """A question with its checks and what they say."""
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
        score = _score(one.score, one.max_score, one.max_by_hand) if one.judged else "not judged"
        table.add_row(Text(one.student_id), score, Text("\n".join(_remarks(one))))
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
    return _score(evaluation.score, evaluation.max_score - by_hand, by_hand)


def _score(score: float, most: float, by_hand: float) -> str:
    return f"{score:.4g}/{most:g}" + (f" + {by_hand:g} by hand" if by_hand else "")


def _remarks(one: Graded) -> Iterable[str]:
    if one.error:
        yield f"NOT RECORDED: {one.error}"
    yield from one.remarks
    yield from (f"! {notice}" for notice in one.notices)


def changes_table(graded: Iterable[Graded]) -> Table:
    """Who gains or loses points by a regrade, question by question; the largest loss first."""
    table = Table(title="Scores that this run changes", show_lines=True)
    table.add_column("student", overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("question: before → now", ratio=1)
    for one in sorted(graded, key=lambda one: (one.gained, one.student_id)):
        lines = [f"{name}: {before:.4g} → {now:.4g}" for name, before, now in one.changes]
        lines += [f"could not be judged: {one.reason}"] if not one.judged else []
        style = "red" if one.gained < 0 else "green"
        table.add_row(
            Text(one.student_id), Text(f"{one.gained:+.4g}", style), Text("\n".join(lines))
        )
    return table


def class_summary(graded: Sequence[Graded], *, dry_run: bool = False) -> Group:
    """How many were graded, unchanged, wait for a person, or failed, with each reason."""
    counts = {
        "evaluated": sum(one.new for one in graded),
        "taken from an earlier run": sum(not one.new and not one.unchanged for one in graded),
        "unchanged": sum(one.unchanged for one in graded),
    }
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    lines = [Text(f"{len(graded)} submissions: {said}.", style="bold")]
    lines += _group("wait for a hand grade", (_by_hand(one) for one in graded))
    lines += _group("could not be judged", ((one.student_id, _reasons(one)) for one in graded))
    lines += _group("were NOT RECORDED", ((one.student_id, _errors(one)) for one in graded))
    if dry_run:
        lines.append(Text("Nothing was recorded (--dry-run).", style="bold"))
    return Group(*lines)


def _by_hand(one: Graded) -> tuple[str, tuple[str, ...]]:
    return one.student_id, one.by_hand if one.judged else ()


def _reasons(one: Graded) -> tuple[str, ...]:
    return () if one.judged else (one.reason,)


def _errors(one: Graded) -> tuple[str, ...]:
    return (one.error,) if one.error else ()


def _group(what: str, reasons: Iterable[tuple[str, tuple[str, ...]]]) -> list[Text]:
    """A line with the number of students, then one for each reason with their names."""
    students: dict[str, list[str]] = {}
    for student, own in reasons:
        for reason in own:
            students.setdefault(reason, []).append(student)
    everybody = {student for names in students.values() for student in names}
    if not everybody:
        return []
    lines = [f"{reason}: {_names(names)}" for reason, names in students.items()]
    return [Text(f"{len(everybody)} {what}"), *(Text(f"  {line}") for line in lines)]


def _names(students: list[str]) -> str:
    more = f" and {len(students) - NAMES} more" if len(students) > NAMES else ""
    return ", ".join(students[:NAMES]) + more
