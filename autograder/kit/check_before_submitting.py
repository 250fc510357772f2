"""Looks at your notebook before you hand it in, and gives you a receipt for it.

In a terminal, in the folder of the notebook:

    python check_before_submitting.py            looks, runs the notebook, writes the receipt
    python check_before_submitting.py --quick    the same without running the notebook

Your notebook is only read. A copy of it runs from top to bottom in a fresh kernel.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FINE, NOTE, MISSING = "✓", "○", "✗"
PLAIN = {FINE: "ok ", NOTE: "-- ", MISSING: "!! "}  # for terminals that cannot show the signs
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
        cells: Cells = json.loads(data)["cells"]
        for cell in cells:
            cell["source"] = "".join(cell["source"])
            cell["metadata"] = dict(cell.get("metadata") or {})
            cell.setdefault("cell_type", "raw")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Unusable(
            "This file is not a Jupyter notebook, or it is damaged. Open it in JupyterLab; "
            "if that fails, take an earlier copy (File, Revert to Checkpoint)."
        ) from None
    return cells


def student_id(cells: Cells) -> Any:
    """What ``STUDENT_ID`` is set to in the first code cell that sets it, or None."""
    for cell in cells:
        if cell["cell_type"] != "code" or "STUDENT_ID" not in cell["source"]:
            continue
        for line in cell["source"].splitlines():
            name, _, value = line.partition("=")
            if name.strip() == "STUDENT_ID":
                try:
                    return ast.literal_eval(value.strip()[:200])
                except (ValueError, SyntaxError, MemoryError, RecursionError):
                    return None
    return None


def names_of(cells: Cells, unit: Unit) -> list[str | None]:
    """The unit's name of each cell (None for your own cells), as the grader finds it."""
    by_id = {cell["id"]: name for name, cell in unit["cells"].items()}
    marks = [cell["metadata"].get("nbgrader") or {} for cell in cells]
    names = [mark.get("grade_id") for mark in marks]
    names = [name if name in unit["cells"] else None for name in names]
    for position, cell in enumerate(cells):
        name = by_id.get(cell.get("id"))
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
    age = [(2 * 60 * 24, 60 * 24, "days"), (120, 60, "hours"), (0, 1, "minutes")]
    ago = next(f"{minutes / size:.0f} {name}" for least, size, name in age if minutes >= least)
    yield Finding(FINE, f"The file was last saved {ago} ago. Only what is saved is handed in.")


def look_at_id(cells: Cells) -> Finding:
    """Whether STUDENT_ID is filled in."""
    name = student_id(cells)
    if name is None:
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


# ---------------------------------------------------------------------------- running


def look_at_run(data: bytes, folder: Path, unit: Unit) -> Iterator[Finding]:
    """Run a copy from top to bottom in a fresh kernel, and say what stops or takes too long."""
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import DeadKernelError
    except ImportError:
        yield Finding(
            MISSING,
            "The notebook cannot be run: this Python has no JupyterLab. Use the Python of your "
            "environment (START_HERE.html), or install it: pip install jupyterlab",
        )
        return
    notebook = nbformat.reads(data.decode("utf-8"), as_version=4)
    started: dict[int, float] = {}
    took: dict[int, float] = {}

    def begin(cell: Any, cell_index: int) -> None:
        started[cell_index] = _spent(client)
        _progress(f"running cell {cell_index + 1} of {len(notebook.cells)}")

    def end(cell: Any, cell_index: int, execute_reply: Any) -> None:
        took[cell_index] = _spent(client) - started[cell_index]

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        allow_errors=True,
        timeout=unit["limits"]["wall_s"],
        interrupt_on_timeout=True,
        on_cell_start=begin,
        on_cell_executed=end,
    )
    os.environ.update(
        NBGRADER_EXECUTION="preflight", JUPYTER_PREFER_ENV_PATH="1"
    )  # check cells then stop with an error, too
    try:
        client.execute(cwd=str(folder), stderr=subprocess.DEVNULL)
    except DeadKernelError:
        cell = notebook.cells[max(started)]
        yield Finding(MISSING, f"Python itself ends in {_where(cell)}.")
        return
    finally:
        _progress("")
    errors = [*_errors(notebook.cells, unit)]
    yield from errors
    yield from _slow(notebook.cells, took, unit)
    if not any(finding.sign == MISSING for finding in errors):
        yield Finding(
            FINE, f"The notebook runs from top to bottom: {sum(took.values()):.0f} s of computing."
        )


def _errors(cells: Cells, unit: Unit) -> Iterator[Finding]:
    open_answers = {question(name) for name in untouched(cells, unit)}
    for cell, name in zip(cells, names_of(cells, unit)):  # noqa: B905
        for output in cell.get("outputs", ()):
            if output["output_type"] != "error" or output["ename"] == "NotImplementedError":
                continue
            kind, text = output["ename"], output["evalue"].split("\n")[0][:200]
            waits = "raises-exception" in cell["metadata"].get("tags", [])  # it needs an answer
            if kind == "NotYet":
                if name not in open_answers:
                    yield Finding(NOTE, text.lstrip("✗○◐ "))
            elif kind == "KeyboardInterrupt":
                limit = unit["limits"]["wall_s"]
                yield Finding(MISSING, f"It was stopped after {limit:g} s in {_where(cell)}.")
            elif waits and open_answers:
                yield Finding(NOTE, f"An answer is still needed by {_where(cell)}.")
            else:
                yield Finding(MISSING, f"It stops with {kind}: {text}, in {_where(cell)}.")


def _slow(cells: Cells, took: dict[int, float], unit: Unit) -> Iterator[Finding]:
    limit = unit["limits"]["cell_cpu_s"]
    for number, seconds in took.items():
        cell = cells[number]
        if seconds > limit and (cell["metadata"].get("nbgrader") or {}).get("grade_id") != "setup":
            yield Finding(
                NOTE,
                f"{seconds:.0f} s of computing in {_where(cell)}. The grader stops a cell after "
                f"{limit:g} s: make it faster.",
            )


def _spent(client: Any) -> float:
    """The seconds of computing of the kernel so far; by the clock where they cannot be read."""
    try:
        import psutil  # comes with every Jupyter kernel

        times = psutil.Process(client.km.provisioner.pid).cpu_times()
        return float(times.user + times.system)
    except Exception:
        return time.monotonic()


def _where(cell: dict[str, Any]) -> str:
    return f"the cell that begins with: {cell['source'].strip().splitlines()[0][:60]}"


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<40}\r", end="", file=sys.stderr, flush=True)


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


# ---------------------------------------------------------------------------- the program


def examine(path: Path, data: bytes, unit: Unit, quick: bool = False) -> Iterator[Finding]:
    """Look at everything. Yields findings; raises Unusable."""
    folder = path.resolve().parent
    cells = read_cells(data)
    yield from look_at_file(path, data, unit)
    yield from look_at_helpers(folder, unit)
    yield look_at_id(cells)
    yield from look_at_cells(cells, unit)
    if quick:
        yield Finding(NOTE, "The notebook was not run (--quick).")
    else:
        yield from look_at_run(data, folder, unit)


def _unit() -> Unit:
    path = Path(__file__).resolve().parent / "unit.json"
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        raise Unusable("unit.json is not beside this program. Unzip the zip again.") from None


def _say(finding: Finding) -> None:
    try:
        finding.sign.encode(sys.stdout.encoding or "ascii")
        print(f"{finding.sign} {finding.text}", flush=True)
    except UnicodeEncodeError:
        text = f"{PLAIN[finding.sign]}{finding.text}"
        print(text.encode("ascii", "replace").decode(), flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Say what was found; the exit status is 0 if the file may be handed in as it is."""
    parser = argparse.ArgumentParser(description="Looks at your notebook before you hand it in.")
    parser.add_argument("notebook", nargs="?", type=Path, help="default: the unit's notebook")
    parser.add_argument("--quick", action="store_true", help="do not run the notebook")
    options = parser.parse_args(arguments)
    missing = 0
    try:
        unit = _unit()
        path = options.notebook or Path(f"{unit['unit']}.ipynb")
        if not path.is_file():
            raise Unusable(f"There is no file {path} here. Go to the folder of the notebook.")
        data = path.read_bytes()
        for finding in examine(path, data, unit, options.quick):
            _say(finding)
            missing += finding.sign == MISSING
        name = student_id(read_cells(data))
    except Unusable as reason:
        _say(Finding(MISSING, str(reason)))
        return 2
    print()
    if str(name or "").strip():
        receipt = path.with_name(f"{unit['unit']}.receipt.txt")
        receipt.write_text(receipt_text(path, data, unit["unit"], name), "utf-8")
        print(f"Receipt {receipt_code(data, unit['unit'], name)}, also in {receipt.name}. Keep it.")
    if missing:
        print(f"NOT READY. {missing} of the lines above must be mended.")
        return 1
    print(f"READY. Hand in {path.name}, and nothing else.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
