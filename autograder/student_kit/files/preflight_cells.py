"""Reads a notebook for check_before_submitting.py, and says what is missing in it.

It imports only what comes with Python, so that it also runs where nothing is installed.
"""

from __future__ import annotations

import ast
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FINE, NOTE, MISSING = "✓", "○", "✗"
MAX_BYTES = 32 * 1024 * 1024  # the grader reads no larger file
Cells = list[dict[str, Any]]
Unit = dict[str, Any]  # what unit.json holds
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: a code can be read aloud


class Finding(NamedTuple):
    """One thing that was looked at, in a sentence. MISSING must be mended, a NOTE may stay."""

    sign: str
    text: str


class Unusable(Exception):
    """There is no notebook to look at; the text says why and what to do."""


# ---------------------------------------------------------------------------- the file


def read_cells(data: bytes) -> Cells:
    """The cells of a notebook file: dicts with cell_type, source (str) and metadata (dict)."""
    try:
        return [_cell(raw) for raw in json.loads(data)["cells"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Unusable(
            "This file is not a Jupyter notebook, or it is damaged. Open it in JupyterLab; "
            "if that fails, take an earlier copy (File, Revert to Checkpoint)."
        ) from None


def _cell(raw: dict[str, Any]) -> dict[str, Any]:
    """What matters of a cell; a mark or a tag that is none of Jupyter's is left out."""
    metadata = dict(raw.get("metadata") or {})
    mark, tags = metadata.get("nbgrader"), metadata.get("tags")
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    kinds = ("code", "markdown")
    return {
        "cell_type": raw.get("cell_type") if raw.get("cell_type") in kinds else "raw",
        "source": "".join(raw["source"]),
        "id": str(raw.get("id")),
        "metadata": {
            "nbgrader": {"grade_id": name} if isinstance(name, str) else {},
            "tags": tags if isinstance(tags, list) else [],
        },
    }


def student_id(cells: Cells) -> Any:
    """What ``STUDENT_ID`` is set to in the first code cell that sets it, or None."""
    text = _written_id(cells)
    try:
        return None if text is None else ast.literal_eval(text[:200])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _written_id(cells: Cells) -> str | None:
    """What stands behind ``STUDENT_ID =``, whatever it is; None where nothing sets the id."""
    for cell in cells:
        for line in cell["source"].splitlines() if cell["cell_type"] == "code" else ():
            name, _, value = line.partition("=")
            if name.strip() == "STUDENT_ID":
                return value.strip()
    return None


def names_of(cells: Cells, unit: Unit) -> list[str | None]:
    """The unit's name of each cell (None for your own cells), as the grader finds it."""
    by_id = {cell["id"]: name for name, cell in unit["cells"].items()}
    marked = [cell["metadata"]["nbgrader"].get("grade_id") for cell in cells]
    names = [name if name in unit["cells"] else None for name in marked]
    for position, cell in enumerate(cells):
        name = by_id.get(cell["id"])
        if names[position] is None and name is not None and name not in names:
            names[position] = name
    return names


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.strip().encode("utf-8", "replace")).hexdigest()


# ---------------------------------------------------------------------------- looking


def look_at_file(path: Path, data: bytes, unit: Unit) -> Iterator[Finding]:
    """Its size, its name, when it was last saved."""
    minutes = max(time.time() - path.stat().st_mtime, 0) / 60
    if len(data) > MAX_BYTES:
        yield Finding(
            MISSING, "The file has more than 32 MB. Clear the outputs (Edit menu) and save again."
        )
    if path.name != f"{unit['unit']}.ipynb":
        yield Finding(MISSING, f"The file must be called {unit['unit']}.ipynb when you hand it in.")
    age = [(2 * 60 * 24, 60 * 24, "days"), (120, 60, "hours"), (1.5, 1, "minutes")]
    ago = [f"{minutes / size:.0f} {name} ago" for least, size, name in age if minutes >= least]
    when = (ago or ["a moment ago"])[0]
    yield Finding(FINE, f"The file was last saved {when}. Only what is saved is handed in.")


def look_at_id(cells: Cells) -> Finding:
    """Whether STUDENT_ID is filled in."""
    name = student_id(cells)
    if name is None and _written_id(cells) is None:
        return Finding(
            MISSING, 'No cell sets your id. Add one near the top: STUDENT_ID = "your id".'
        )
    try:
        from classroom import id_problem
    except ImportError as error:
        raise Unusable(f"classroom.py cannot be used ({error}). Unzip the zip again.") from None
    problem = id_problem(name)
    return Finding(MISSING, problem) if problem else Finding(FINE, f"Your student id is {name}.")


def look_at_cells(cells: Cells, unit: Unit) -> Iterator[Finding]:
    """Whether every cell of the unit is there, once, and which answers are still open."""
    names = names_of(cells, unit)
    count = Counter(name for name in names if name)
    gone = [name for name in unit["cells"] if not count[name]]
    if {name for name, cell in unit["cells"].items() if cell["kind"] == "answer"} <= {*gone}:
        raise Unusable(
            f"No answer cell of {unit['unit']} is in this file: it is another notebook. Did you "
            "save or rename the wrong one?"
        )
    for name in gone:
        yield Finding(
            MISSING,
            f"The cell {name} is gone. Copy it from a fresh copy of the notebook (unzip the "
            "zip again, into another folder).",
        )
    for name, times in count.items():
        if times > 1:
            yield Finding(MISSING, f"The cell {name} is there {times} times. Keep one of them.")
    if not gone:
        yield Finding(FINE, f"All cells of the unit are there ({len(unit['cells'])}).")
    for name in untouched(cells, unit):
        yield Finding(NOTE, f"{question(name)}: no answer yet.")
    for cell, name in zip(cells, names):  # noqa: B905 (Python 3.9 knows no strict=)
        if name and _is_changed(cell, name, unit) and unit["cells"][name]["kind"] == "locked":
            yield Finding(
                NOTE, f"The locked cell {name} was changed. The grader uses its own copy of it."
            )


def untouched(cells: Cells, unit: Unit) -> list[str]:
    """The names of the answer cells that are still as they were handed out."""
    return [
        name
        for cell, name in zip(cells, names_of(cells, unit))  # noqa: B905
        if name and unit["cells"][name]["kind"] == "answer" and not _is_changed(cell, name, unit)
    ]


def question(name: str) -> str:
    """The question that an answer cell belongs to."""
    return name[: -len("_answer")] if name.endswith("_answer") else name


def _is_changed(cell: dict[str, Any], name: str, unit: Unit) -> bool:
    return digest(cell["source"]) != unit["cells"][name]["sha256"]


def look_at_helpers(folder: Path, unit: Unit) -> Iterator[Finding]:
    """Whether the helper files are those of the unit: the grader uses its own."""
    for name, sha256 in unit["files"].items():
        path = folder / name
        if not path.is_file():
            yield Finding(MISSING, f"{name} is not beside the notebook. Unzip the zip again.")
        elif digest(path.read_text("utf-8", "replace")) != sha256:
            yield Finding(NOTE, f"{name} was changed. The grader uses its own copy of it.")


# ---------------------------------------------------------------------------- the receipt


def receipt_code(data: bytes, unit: str, name: str) -> str:
    """Twenty letters and digits that belong to these bytes, this unit and this student id."""
    parts = [unit, str(name).strip().lower(), hashlib.sha256(data).hexdigest()]
    number = int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest(), "big") >> 156
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(20))
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))


def receipt_text(path: Path, data: bytes, unit: str, name: str) -> str:
    """What is written next to the notebook."""
    return (
        f"Receipt          {receipt_code(data, unit, name)}\n"
        f"Unit             {unit}\n"
        f"Student id       {name}\n"
        f"File             {path.name}, {len(data):,} bytes\n"
        f"SHA-256          {hashlib.sha256(data).hexdigest()}\n\n"
        "This code belongs to exactly this file, unit and id. If there is ever a doubt which file\n"
        "you handed in, your teacher can compute it again from the file. It does not say when, or\n"
        "whether, you handed it in. If you save the notebook again, make a new receipt.\n"
    )
