"""The page that a student gets back, as an exporter and a preprocessor of nbgrader's.

``nbgrader generate_feedback`` fills scores and comments in from the gradebook;
:class:`Summarise` adds what stands at the top of the page, and :class:`FeedbackExporter`
renders it with this package's own template: one file that needs no network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from autograder.cleaning.policy import content_policy

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Line:
    """One question at the top of the page."""

    id: str
    title: str
    score: float
    max_score: float
    bonus: float  # points above the maximum that the question can earn
    waits: bool  # for a person who grades it

    @property
    def state(self) -> str:
        if self.waits:
            return "waits"
        if self.score >= self.max_score + self.bonus:
            return "full"
        return "part" if self.score > 0 else "none"

    @property
    def sign(self) -> str:
        return {"waits": "…", "full": "✓", "part": "◐", "none": "✗"}[self.state]

    @property
    def words(self) -> str:
        return {
            "waits": "your instructor will grade this",
            "full": "all right",
            "part": "partly right",
            "none": "no points yet",
        }[self.state]


@dataclass(frozen=True)
class Page:
    """What stands above the notebook."""

    unit: str
    student: str
    score: float
    max_score: float
    late_penalty: float
    reason: str  # why it could not be judged; empty where it was
    questions: tuple[Line, ...]
    highlighting: str  # CSS of the code's colours

    @property
    def waiting(self) -> float:
        """Points that a person has yet to give."""
        return sum(line.max_score for line in self.questions if line.waits)


class Summarise(NbGraderPreprocessor):
    """Puts the :class:`Page` into the resources. Runs after nbgrader's GetGrades."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            recorded = gradebook.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            waiting = {grade.name for grade in recorded.grades if grade.needs_manual_grade}
        judged = nb.metadata.get("autograder", {})
        resources["feedback"] = Page(
            unit=names["notebook"],
            student=names["student"],
            score=names["score"],
            max_score=names["max_score"],
            late_penalty=names["late_penalty"],
            reason="" if judged.get("judged", True) else judged.get("reason", ""),
            questions=tuple(_lines(nb, waiting)),
            highlighting=HtmlFormatter(style="default").get_style_defs(".highlight"),
        )
        return nb, resources


def _lines(nb: NotebookNode, waiting: set[str]) -> Iterator[Line]:
    """The graded cells, each with the heading under which it stands."""
    heading = ""
    for cell in nb.cells:
        mark = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and not mark.get("solution"):
            found = re.findall(r"(?m)^#{1,6}[ \t]+(.+?)[ \t#]*$", cell.source)
            heading = re.sub(r"[`*]", "", found[-1]) if found else heading
        if mark.get("grade"):
            name, bonus = mark["grade_id"], cell.metadata.get("autograder", {}).get("bonus", 0)
            title = (heading or name) + (" (in words)" if mark.get("solution") else "")
            yield Line(name, title, mark["score"], mark["points"], bonus, name in waiting)


class FeedbackExporter(HTMLExporter):
    """Set as ``c.GenerateFeedback.exporter_class``."""

    def __init__(self, config: Config | None = None, **kwargs: Any) -> None:
        own = Config()
        own.FeedbackExporter.template_name = "autograder-feedback"
        own.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]
        if config is not None:
            own.merge(config)
        super().__init__(config=own, **kwargs)

    def default_filters(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        yield from super().default_filters()
        yield "policy", content_policy
        yield "points", lambda number: f"{round(float(number), 2):g}"
