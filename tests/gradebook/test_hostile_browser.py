"""What a student wrote, opened by a reader in a real browser: nothing runs, fetches or covers.

Hundreds of generated fragments in every place that a student can write, on the pages that an
instructor and a student open. ``make test-browser`` takes ten times as many.
"""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from support import hostile, tiny

from autograder.cleaning.markup import ATTRIBUTES, MATHML, TEXT, clean_html
from autograder.course.results import Evaluation
from autograder.gradebook.feedback import FeedbackExporter, Line, Page
from autograder.gradebook.safe_markdown import render
from autograder.judging import grade_cells
from autograder.reports.class_report import ClassReport, MistakeLine, ToLookAt, page
from autograder.reports.similarity import Pair
from autograder.sandbox.outputs import clean

browser = pytest.importorskip("support.student_browser", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(
    not browser.CHROMIUM, reason="there is no Chromium here: apt install chromium"
)

MANY = pytest.param(3_000, marks=pytest.mark.slow)
# What stands at these points of a page's head must be the page's own, wherever a fragment lies.
MEASURE = """
selector => {
  const own = document.querySelector(selector), box = own.getBoundingClientRect(), over = [];
  for (let x = 0.1; x < 1; x += 0.2) for (let y = 0.2; y < 1; y += 0.3) {
    const px = box.left + x * box.width, py = box.top + y * box.height;
    const hit = document.elementFromPoint(px, py);
    if (px < innerWidth && py < innerHeight && hit && !own.contains(hit)) over.push(hit.outerHTML);
  }
  return over.slice(0, 3);
}
"""
STRANGE = """
([tags, attributes]) => {
  const found = [];
  for (const box of document.querySelectorAll(".piece"))
  for (const one of box.querySelectorAll("*")) {
    const name = one.localName;
    const known = new Set([...(attributes["*"]), ...(attributes[name] || []), "rel"]);
    if (!tags.includes(name)) found.push(box.id + " " + one.outerHTML.slice(0, 200));
    for (const at of one.attributes) if (!known.has(at.name)) found.push(box.id + " " + at.name);
  }
  return found.slice(0, 5);
}
"""


@pytest.fixture(scope="module")
def window():
    """A page of Chromium that counts what it is asked to fetch from elsewhere."""
    with browser.chromium((1200, 900)) as page:
        page.asked = []

        def elsewhere(route):
            page.asked.append(route.request.url)
            route.abort()

        page.route(
            lambda url: not url.startswith(("file:", "data:", "http://127.0.0.1")), elsewhere
        )
        yield page


def shows_harmlessly(window, address, head, *, own=()):
    """Open a page, poke at everything in it, and look at what happened."""
    window.asked.clear()
    window.goto(address)
    window.locator(head).first.wait_for()
    window.wait_for_timeout(300)
    assert window.evaluate(MEASURE, head) == []
    window.evaluate(
        "document.querySelectorAll('.output *, .text *, .rendered_html *, main td *')"
        ".forEach(one => { for (const event of "
        "['click', 'mouseover', 'focus', 'toggle', 'load', 'error']) "
        "one.dispatchEvent(new Event(event, {cancelable: true})) })"
    )
    window.wait_for_timeout(200)
    assert window.evaluate("window.ran || ''") == ""
    assert [url for url in window.asked if not url.startswith(own)] == []


def test_these_fragments_do_harm_where_nothing_is_cleaned(window, tmp_path):
    """They run, fetch and cover: a page of ours that stays quiet says something."""
    file = tmp_path / "raw.html"
    file.write_text("<!DOCTYPE html><h1>own</h1>" + "".join(hostile.html(30)), "utf-8")
    window.asked.clear()
    window.goto(file.as_uri())
    window.wait_for_timeout(500)
    assert len(window.evaluate("window.ran").split()) >= 3
    assert len(window.asked) >= 3
    file.write_text(f"<!DOCTYPE html><h1>own</h1><p style='{hostile.OVER}'>x</p>", "utf-8")
    window.goto(file.as_uri())
    assert window.evaluate(MEASURE, "h1") != []


@pytest.mark.parametrize("count", [250, MANY])
def test_a_browser_reads_the_clean_text_as_the_cleaner_wrote_it(window, tmp_path, count):
    """No parser of a browser finds an element or attribute in it that is not on the list."""
    pieces = [clean_html(text) for text in hostile.html(count)]
    pieces += [render(text) for text in hostile.markdown(count)]
    boxes = "".join(f'<div class="piece" id="p{n}">{one}</div>' for n, one in enumerate(pieces))
    file = tmp_path / "pieces.html"
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8><h1>own</h1>{boxes}", "utf-8")
    shows_harmlessly(window, file.as_uri(), "h1")
    allowed = {tag: list(names) for tag, names in ATTRIBUTES.items()}
    assert window.evaluate(STRANGE, [sorted(TEXT | MATHML), allowed]) == []
    assert window.locator(".piece .piece").count() == 0
    for _ in range(2):  # read and written again, it stays as it is: no mutation
        changed = window.evaluate(
            "[...document.querySelectorAll('.piece')].filter(box => { "
            "const before = box.innerHTML; box.innerHTML = before; "
            "return box.innerHTML !== before }).map(box => box.outerHTML)"
        )
        assert changed == []


def notebook_of(count, mark):
    """A notebook with fragments in texts, sources, attachments, outputs, ids and metadata."""
    texts, raw = hostile.markdown(count), hostile.outputs(count)
    cells = [new_markdown_cell(text) for text in texts]
    for cell, text in zip(cells, texts, strict=True):
        cell.metadata.update(tags=[text.replace(",", ";")], title=text)
    pasted = {texts[0]: {"image/png": texts[1]}, "p": {"image/svg+xml": texts[2]}}
    cells.append(new_markdown_cell("![x](attachment:p)"))
    for start in range(0, len(raw), 20):
        cells.append(new_code_cell(f"# {texts[start % len(texts)]}"))
        cells[-1].outputs = [from_dict(one) for one in raw[start : start + 20]]
    cells.append(from_dict({"cell_type": "raw", "metadata": {}, "source": texts[3], "id": "raw"}))
    cells.append(new_markdown_cell(texts[4], metadata={"nbgrader": mark}))
    cells[0].attachments = cells[len(texts)].attachments = from_dict(pasted)
    top = {"title": texts[0], "widgets": {"x": texts[1]}}
    return from_dict({"cells": cells, "metadata": top, "nbformat": 4, "nbformat_minor": 5})


MARK = {"schema_version": 3, "grade": True, "solution": True, "locked": False, "points": 1,
        "grade_id": "why", "comment": "", "task": False, "score": 1.0}  # fmt: skip


@pytest.mark.parametrize("count", [120, MANY])
def test_the_feedback(window, project, tmp_path, count):
    """Even of a notebook that was not cleaned when it was graded, and of a hostile name."""
    name = hostile.html(5)[4]
    question = Line("why", name, 1, 1, 0, waits=False)
    top = Page("unit", name, 1, 1, 0, name, (question,), "")
    config = GenerateFeedback(config=copy.deepcopy(project.config)).config
    text, _ = FeedbackExporter(config=config).from_notebook_node(
        notebook_of(count, {**MARK, "comment": name}), {"nbgrader": {}, "feedback": top}
    )
    file = tmp_path / "feedback.html"
    file.write_text(text, "utf-8")
    blocked = []
    window.on("console", lambda said: blocked.append(said.text))
    shows_harmlessly(window, file.as_uri(), "header h1")
    assert window.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"
    assert not [text for text in blocked if "style" in text.lower()]


def test_the_report_of_a_class(window, tmp_path):
    """Names of students, notices, reasons and mistakes that are markup."""
    texts = tuple(hostile.html(300))
    mistakes = tuple(MistakeLine(text, text, text, (text,)) for text in texts[:80])
    look_at = tuple(ToLookAt(text, (text, text)) for text in texts)
    pairs = tuple(Pair(text, text, 0.9) for text in texts[:30])
    report = ClassReport("unit", 3, texts, (1.0,), 2, (), (), mistakes, look_at, pairs,
                         tuple((text, 1.0) for text in texts[:5]))  # fmt: skip
    file = tmp_path / "report.html"
    file.write_text(page(report), "utf-8")
    shows_harmlessly(window, file.as_uri(), "h1")
    assert window.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"


def test_the_formgrader_and_the_lab(window, tiny_course, tmp_path):
    """nbgrader's own pages on a graded, hostile notebook; JupyterLab's view of the same file."""
    name = '<img src=x onerror="window.ran=1">'
    notebook = notebook_of(100, MARK)
    clean(notebook)
    grade_cells.write(notebook, Evaluation(tiny.UNIT, (), "ada", judged=False, reason=name), {})
    folder = tiny_course.root / "autograded" / "ada" / tiny.UNIT
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{tiny.UNIT}.ipynb")
    with Gradebook(f"sqlite:///{tiny_course.root}/gradebook.db") as gradebook:
        gradebook.update_or_create_student("ada", first_name=name, last_name=name, email=name)
        gradebook.update_or_create_submission(tiny.UNIT, "ada")
        submission = gradebook.find_submission_notebook(tiny.UNIT, tiny.UNIT, "ada").id
    home = tmp_path / "home"
    home.mkdir()
    variables = {**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    server = browser.jupyterlab(Path(sys.executable), tiny_course.root, home, variables)
    with server as url:
        window.goto(url("lab"))
        mathjax = ("https://cdnjs.cloudflare.com/ajax/libs/mathjax/",)  # nbgrader's own
        shows_harmlessly(window, url(f"formgrader/submissions/{submission}/"), "nav", own=mathjax)
        for one in ("manage_students", f"gradebook/{tiny.UNIT}/{tiny.UNIT}"):
            shows_harmlessly(window, url(f"formgrader/{one}"), ".page-header", own=mathjax)
        window.goto(url(f"lab/tree/autograded/ada/{tiny.UNIT}/{tiny.UNIT}.ipynb"))
        window.locator(".jp-Notebook .jp-Cell").first.wait_for()
        window.locator(".jp-RenderedMarkdown").first.wait_for()
        window.wait_for_timeout(1000)
        assert window.evaluate("window.ran || ''") == ""
