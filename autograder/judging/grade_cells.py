"""Writes an evaluation into the executed notebook, where nbgrader and the student read it.

nbgrader takes a grade cell's first ``execute_result`` for its score, any error for zero and
no output for full marks. So every grade cell gets exactly one output, ours: the score as
text, and the checks as HTML for the feedback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.checking.questions import Rubric
from autograder.course.results import CheckResult, Evaluation, QuestionResult, Status

SIGNS = {
    Status.PASSED: ("✓", "passed", "#1a7f37"),
    Status.FAILED: ("✗", "failed", "#b42318"),
    Status.ERROR: ("?", "could not be judged", "#8a6100"),
}


def write(
    notebook: NotebookNode, evaluation: Evaluation, rubrics: Mapping[str, Sequence[Rubric]]
) -> None:
    """Put scores and checks into the grade cells, and rubrics behind the written answers."""
    questions = {question.id: question for question in evaluation.questions}
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        mark = cell.metadata.get("nbgrader", {})
        question = questions.get(mark.get("grade_id", ""))
        if question is None:
            continue
        if cell.cell_type == "code":
            cell.outputs = [_output(question, evaluation)]
            cell.execution_count = None
        if question.id in rubrics:
            cells.append(_rubric_cell(question.id, rubrics[question.id]))
    if not evaluation.judged:
        cells.insert(0, _reason_cell(evaluation.reason))
    notebook.cells = cells
    notebook.metadata["autograder"] = summary(evaluation)


def summary(evaluation: Evaluation) -> dict[str, object]:
    """What the recording stage needs, as notebook metadata: no check and no expected value."""
    return {
        "judged": evaluation.judged,
        "reason": evaluation.reason,
        "questions": {
            q.id: {"score": q.score, "needs_manual_grade": q.needs_manual_grade}
            for q in evaluation.questions
        },
    }


def _output(question: QuestionResult, evaluation: Evaluation) -> NotebookNode:
    html = _question_html(question) if evaluation.judged else _reason_html(evaluation.reason)
    data = {"text/plain": repr(question.score), "text/html": html}
    return new_output("execute_result", data, execution_count=None)


def _question_html(question: QuestionResult) -> str:
    most = f" of {question.max_score:g}" if question.max_score else " bonus"
    lines = "".join(map(_check_html, question.checks))
    return (
        f'<div class="autograder"><p><strong>{escape(question.id)}: '
        f"{question.score:.4g}{most} points</strong></p>"
        f'<ul style="list-style:none;padding-left:0.5em">{lines}</ul></div>'
    )


def _check_html(check: CheckResult) -> str:
    sign, word, colour = SIGNS[check.status]
    message = "".join(
        f'<div style="margin-left:1.6em">{escape(part)}</div>'
        for part in check.message.split("\n\n")
        if part
    )
    return (
        f'<li style="margin-bottom:0.6em"><span style="color:{colour}" title="{word}">'
        f"<strong>{sign}</strong></span> {escape(check.title)} "
        f'<span style="color:{colour}">({word})</span>{message}</li>'
    )


def _reason_html(reason: str) -> str:
    return f"<p>This submission could not be judged: {escape(reason)}. Your instructor is told.</p>"


def _reason_cell(reason: str) -> NotebookNode:
    return new_markdown_cell(_reason_html(reason), id="could-not-be-judged")


def _rubric_cell(name: str, rubrics: Sequence[Rubric]) -> NotebookNode:
    rows = "\n".join(f"| {r.aspect} | {r.full} | {r.partial} | {r.none} |" for r in rubrics)
    text = f"**How this answer is graded**\n\n| aspect | 2 | 1 | 0 |\n|---|---|---|---|\n{rows}"
    return new_markdown_cell(text, id=f"rubric-{name}"[:64].replace("_", "-"))
