"""A student's Markdown runs nothing in the browser of the instructor who reads it."""

from __future__ import annotations

import base64
import copy
import json

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.converters import GenerateFeedback
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

from autograder.course.submission import parse, restore
from autograder.gradebook.feedback import FeedbackExporter, Page
from autograder.gradebook.safe_markdown import render

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": "text <img src=x onerror=alert(1)> and <b onclick=alert(1)>bold</b>",
    "svg": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "frame": "<iframe src='javascript:alert(1)'></iframe><object data=x></object><embed src=x>",
    "link": "[here](javascript:alert(1)) [too](JaVa\tscript:alert(1)) <javascript:alert(1)>",
    "data": "[here](data:text/html,<script>alert(1)</script>) ![x](data:image/svg+xml;base64,PHN2)",
    "form": "<form action=//x><input name=score value=9><button>save</button></form>",
    "style": "<style>body{display:none}</style><p style='position:fixed;top:0'>over all</p>",
    "mermaid": "```mermaid\n</pre><script>alert(1)</script><img src=x onerror=alert(1)>\n```",
    "tracker": "![who reads](https://example.org/pixel.png) <img src=//example.org/p.png>",
    "math": "$x </span><script>alert(1)</script>$ <math><mi//xlink:href='data:x'>",
    "comment": "<!--><script>alert(1)</script>-->",
    "heading": "# <img src=x onerror=alert(1)>",
    "meta": "<meta http-equiv=refresh content='0;url=//x'><base href=//x><link rel=stylesheet>",
}


def harmful(html):
    """The elements and attributes of a page that could act or tell somebody."""
    found = []
    for element in BeautifulSoup(html, "html.parser").find_all(True):
        if element.name in ("script", "style", "iframe", "object", "embed", "form", "input",
                            "button", "svg", "mglyph", "annotation-xml",
                            "meta", "base", "link"):  # fmt: skip
            found.append(str(element)[:80])
        for name, value in element.attrs.items():
            text = "".join(str(value).split()).lower()
            acts = name.startswith("on") or "javascript:" in text or "position" in text
            far = name == "src" and not text.startswith("data:image/png")
            if acts or far or text.startswith("data:text"):
                found.append(f"{element.name} {name}={value}")
    return found


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_nothing_in_markdown_can_act(source):
    """No script, handler, form, frame or far picture is left of a hostile text."""
    assert harmful(render(source)) == []


def test_an_honest_answer_is_shown_as_it_was_meant():
    """Emphasis, code, mathematics, tables, links and pasted pictures stay; `<x>` stays readable."""
    html = render(
        "**bold** `a<b` $a < b$ <sub>2</sub> <unknown> [link](https://example.org)\n\n"
        "| a |\n|:-:|\n| 1 |\n\n![plot](attachment:p.png) ![gone](attachment:q.png)",
        {"p.png": {"image/png": PIXEL}},
    )
    soup = BeautifulSoup(html, "html.parser")
    assert soup.strong.text == "bold"
    assert soup.code.text == "a<b"
    assert soup.math.text == "a<b"
    assert "<unknown>" in soup.text
    assert soup.sub.text == "2"
    assert soup.a["href"] == "https://example.org"
    assert soup.td["style"].startswith("text-align")
    assert soup.img["src"] == f"data:image/png;base64,{PIXEL}"


def formgrader_exporter(config):
    config = copy.deepcopy(config)
    config.merge(FormgradeExtension().build_extra_config())
    return HTMLExporter(config=config)


def feedback_exporter(config):
    return FeedbackExporter(config=GenerateFeedback(config=copy.deepcopy(config)).config)


@pytest.mark.parametrize("exporter", [formgrader_exporter, feedback_exporter])
def test_the_pages_that_are_read_use_it(project, exporter):
    """The formgrader's template, and the one that students get, show no harm of an answer."""
    text = "\n\n".join(HOSTILE.values())
    mark = {"schema_version": 3, "grade": True, "solution": True, "locked": False, "points": 1,
            "grade_id": "why", "comment": "fine", "task": False, "score": 1.0}  # fmt: skip
    cells = [new_markdown_cell(text, metadata={"nbgrader": mark}), new_markdown_cell(text)]
    top = Page("x", "<img src=x onerror=alert(1)>", 1, 1, 0, "<script>", (), "")
    resources = {"nbgrader": {"notebook": "x"}, "index": 0, "total": 1, "base_url": "",
                 "feedback": top, "student": top.student, "last_name": top.student,
                 "first_name": "<script>alert(1)</script>"}  # fmt: skip
    notebook = new_notebook(cells=cells)
    page, _ = exporter(project.config).from_notebook_node(notebook, resources)
    assert "<img src=x" not in page
    assert "<script>alert(1)" not in page
    blocks = BeautifulSoup(page, "html.parser").select(".tex2jax_ignore")
    assert len(blocks) == 2
    for block in blocks:
        assert harmful(str(block)) == []
        assert "alert(1)" in block.text


def named(cells, name):
    return [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == name]


def test_a_pasted_picture_of_an_answer_is_kept(project):
    """A drawing counts as an answer; an SVG, which can hold a script, does not come along."""
    unit = project.unit("02_convolution")
    notebook = json.loads(unit.notebook)
    [cell] = named(notebook["cells"], "equivariance_in_words")
    cell["source"] = "![mine](attachment:p.png)"
    cell["attachments"] = {"p.png": {"image/png": PIXEL, "image/svg+xml": "x"}, "q": 3}
    restored, _ = restore(parse(json.dumps(notebook).encode()), unit)
    nbformat.validate(restored)
    [again] = named(restored.cells, "equivariance_in_words")
    assert again.attachments == {"p.png": {"image/png": PIXEL}}
