"""Cleans what a student's cells displayed, before an instructor's browser shows it.

Text and raster images stay; HTML loses scripts, styles and frames (nbconvert's sanitizer);
JavaScript, SVG and widgets go. A page of the formgrader must not run a student's code.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import Any

from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode, from_dict

IMAGES = ("image/png", "image/jpeg")
_HTML = SanitizeHTML(
    tags="b br code div em h1 h2 h3 h4 hr i li ol p pre span strong sub sup table tbody td tfoot "
    "th thead tr ul".split(),
    attributes={
        "*": ["class", "style"],
        "td": ["colspan", "rowspan"],
        "th": ["colspan", "rowspan"],
    },
    styles="background-color border border-collapse border-left border-radius color "
    "font-size font-style font-weight list-style margin margin-left padding text-align "
    "width".split(),
    strip=True,
)
_MAX_TEXT = 200_000  # characters of one output; more is not read by anybody


def clean(cell: NotebookNode) -> None:
    """Replace the outputs of a cell by safe ones of known types."""
    cell.outputs = [output for raw in cell.outputs if (output := _clean(raw)) is not None]
    if type(cell.get("execution_count")) is not int:
        cell.execution_count = None


def _clean(raw: Any) -> NotebookNode | None:
    kind = raw.get("output_type")
    if kind == "stream":
        name = "stderr" if raw.get("name") == "stderr" else "stdout"
        return _output("stream", name=name, text=_text(raw.get("text")))
    if kind == "error":
        lines = raw.get("traceback")
        traceback = [_text(line) for line in lines] if isinstance(lines, list) else []
        names = {key: _text(raw.get(key))[:2000] for key in ("ename", "evalue")}
        return _output("error", traceback=traceback[-60:], **names)
    if kind in ("display_data", "execute_result"):
        data = raw.get("data")
        return _display(data) if isinstance(data, dict) else None
    return None


def _display(data: dict[str, Any]) -> NotebookNode:
    return _output("display_data", data=_data(data), metadata={})


def _output(kind: str, **fields: Any) -> NotebookNode:
    """An output of the notebook format; the notebook is validated as a whole when it is written."""
    return from_dict({"output_type": kind, **fields})


def _data(data: dict[str, Any]) -> dict[str, str]:
    safe = {}
    if isinstance(data.get("text/plain"), (str, list)):
        safe["text/plain"] = _text(data["text/plain"])
    if isinstance(data.get("text/html"), (str, list)):
        safe["text/html"] = _safe_html(_text(data["text/html"]))
    for kind in IMAGES:
        if isinstance(data.get(kind), str) and _is_base64(data[kind]):
            safe[kind] = data[kind]
    return safe


@lru_cache(maxsize=500)
def _safe_html(text: str) -> str:
    """The answers of visible checks are the same in most notebooks of a class."""
    return str(_HTML.sanitize_html_tags(text))


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    text = value if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode()[:_MAX_TEXT]


def cell_errors(notebook: NotebookNode) -> dict[str, str]:
    """The source of each cell that did not end well, and what stopped it."""
    errors = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and output.ename != "NotYet":
                text = re.sub(r"\s+", " ", str(output.evalue))[:200]
                errors[cell.source] = f"{output.ename}: {text}"
            elif output.output_type == "stream" and output.text.startswith("This cell was stopped"):
                errors[cell.source] = output.text
    return errors
