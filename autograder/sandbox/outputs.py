"""Cleans what a student's cells displayed, before an instructor's browser shows it.

Once, when the whole notebook has run: a later cell may still rewrite what an earlier one showed
(``update_display_data``). And again where a page is rendered. By allow-list: known types of output
with known fields, text, raster images, and HTML as :mod:`autograder.cleaning.markup` leaves it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from nbformat import NotebookNode, from_dict

from autograder.cleaning.characters import without_controls
from autograder.cleaning.markup import clean_html, is_picture, tags

IMAGES = {"image/png": "png", "image/jpeg": "jpeg"}
_MAX_TEXT = 200_000  # characters of one output; more is not read by anybody
# Of all outputs of a notebook together; what the kernel may send is less (limits.py), but one
# message can rewrite a thousand outputs.
_MAX_ALL = 24 << 20  # characters; an output counts 500 more for itself
_MAX_TAGS = 60_000  # of HTML; a table has 1,300
_TOO_MUCH = "More was displayed than is kept."


def clean(notebook: NotebookNode) -> None:
    """Replace the outputs of all cells by safe ones of known types."""
    left, left_tags = _MAX_ALL, _MAX_TAGS
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        raw, cell.outputs = cell.get("outputs", ()), []
        for number in range(len(raw)):
            left_tags -= _tags(raw[number])
            output = _clean(raw[number]) if left_tags >= 0 and left > 0 else None
            left -= _size(output)
            if left <= 0 or left_tags < 0:
                cell.outputs.append(_output("stream", name="stderr", text=_TOO_MUCH))
                break
            cell.outputs += [output] if output is not None else []
        if type(cell.get("execution_count")) is not int:
            cell.execution_count = None


def _tags(raw: Any) -> int:
    data = raw.get("data") if isinstance(raw, dict) else None
    return tags(_text(data.get("text/html"))) if isinstance(data, dict) else 0


def _size(output: NotebookNode | None) -> int:
    texts = [] if output is None else [*output.values(), *output.get("data", {}).values()]
    return 500 + sum(len(text) for text in texts if isinstance(text, (str, list)))


def _clean(raw: Any) -> NotebookNode | None:
    kind = raw.get("output_type") if isinstance(raw, dict) else None
    if kind == "stream":
        name = "stderr" if raw.get("name") == "stderr" else "stdout"
        return _output("stream", name=name, text=_text(raw.get("text")))
    if kind == "error":
        lines = raw.get("traceback")
        traceback = [_text(line)[:20_000] for line in _listed(lines)[-60:]]
        names = {key: _text(raw.get(key), colours=False)[:2000] for key in ("ename", "evalue")}
        return _output("error", traceback=traceback, **names)
    if kind in ("display_data", "execute_result"):
        data = raw.get("data")
        return _display(data) if isinstance(data, dict) else None
    return None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


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
        safe["text/html"] = _safe_html(_text(data["text/html"], colours=False))
    for kind, name in IMAGES.items():
        picture = data.get(kind)
        if isinstance(picture, str) and is_picture(name, picture):
            safe[kind] = picture
    return safe


@lru_cache(maxsize=500)
def _safe_html(text: str) -> str:
    """The answers of visible checks are the same in most notebooks of a class."""
    return clean_html(text)


def _text(value: Any, *, colours: bool = True) -> str:
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    text = value[:_MAX_TEXT] if isinstance(value, str) else ""
    return without_controls(text, colours=colours)


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
