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
import re
import subprocess
import sys
import time
import warnings
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


# ---------------------------------------------------------------------------- running


def look_at_run(cells: Cells, folder: Path, unit: Unit) -> Iterator[Finding]:
    """Run a copy from top to bottom in a fresh kernel, and say what stops or takes too long."""
    warnings.filterwarnings("ignore", "Proactor event loop")  # what pyzmq says on Windows
    try:
        import nbformat.v4
        from nbclient import NotebookClient
        from nbclient.exceptions import DeadKernelError
    except ImportError:
        yield Finding(
            MISSING,
            "The notebook cannot be run: this Python has no JupyterLab. Use the Python of your "
            "environment (START_HERE.html), or install it: pip install jupyterlab",
        )
        return
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    copies = [
        make.get(cell["cell_type"], nbformat.v4.new_raw_cell)(cell["source"], metadata={})
        for cell in cells
    ]
    started: dict[int, float] = {}
    took: dict[int, float] = {}

    def begin(cell: Any, cell_index: int) -> None:
        started[cell_index] = _spent(client)
        _progress(f"running cell {cell_index + 1} of {len(cells)}")

    def end(cell: Any, cell_index: int, execute_reply: Any) -> None:
        took[cell_index] = _spent(client) - started[cell_index]

    client = NotebookClient(
        nbformat.v4.new_notebook(cells=copies),
        kernel_name="python3",
        allow_errors=True,
        timeout=unit["limits"]["wall_s"],
        interrupt_on_timeout=True,
        on_cell_start=begin,
        on_cell_executed=end,
    )
    # Check cells then stop with an error, too; and one thread, as where it is graded.
    os.environ.update(
        NBGRADER_EXECUTION="preflight", JUPYTER_PREFER_ENV_PATH="1", OMP_NUM_THREADS="1"
    )
    try:
        client.execute(cwd=str(folder), stderr=subprocess.DEVNULL)
    except DeadKernelError:
        yield Finding(
            MISSING,
            f"Python itself ends in {_where(cells[max(started)])}, or in the one before. Is there "
            "an exit() or quit()? Does it need very much memory?",
        )
        return
    except Exception as error:  # a kernel that does not start has many reasons
        yield Finding(
            MISSING,
            "The notebook could not be run to its end. Try once more; if it runs in JupyterLab and "
            "not here, show this line to your teacher: "
            f"{type(error).__name__} {_first_line(str(error))}".rstrip(),
        )
        return
    finally:
        _progress("")
    outputs = [copy.get("outputs", []) for copy in copies]
    errors = [*_errors(cells, outputs, unit)]
    stops = [finding for finding in errors if finding.sign == MISSING]
    yield from stops[:1]
    if len(stops) > 1:
        yield Finding(
            MISSING,
            f"Cells after it stop, too ({len(stops) - 1}), perhaps only because of it. Mend it "
            "first, then look again.",
        )
    yield from (finding for finding in errors if finding.sign != MISSING)
    yield from _slow(cells, outputs, took, unit)
    if not stops:
        yield Finding(
            FINE, f"The notebook runs from top to bottom: {sum(took.values()):.0f} s of computing."
        )


def _errors(cells: Cells, outputs: list[Any], unit: Unit) -> Iterator[Finding]:
    open_answers = {question(name) for name in untouched(cells, unit)}
    for cell, name, shown in zip(cells, names_of(cells, unit), outputs):  # noqa: B905
        error = next((output for output in shown if output["output_type"] == "error"), None)
        if error is None or error["ename"] == "NotImplementedError":
            continue
        waits = "raises-exception" in cell["metadata"]["tags"]  # it needs an answer
        if error["ename"] == "NotYet":
            if name not in open_answers:
                yield Finding(NOTE, _first_line(error["evalue"]).lstrip("✗○◐ "))
        elif waits and open_answers and error["ename"] != "KeyboardInterrupt":
            yield Finding(NOTE, f"An answer is still needed by {_where(cell)}.")
        else:
            yield Finding(MISSING, _why(error["ename"], error["evalue"], cell, unit))


def _why(kind: str, text: str, cell: dict[str, Any], unit: Unit) -> str:
    """What stopped a cell, and what to do."""
    if kind == "KeyboardInterrupt":
        return (
            f"After {unit['limits']['wall_s']:g} s the notebook was stopped in {_where(cell)}. "
            "Perhaps a loop never ends, there or in a function that is called there."
        )
    if kind == "StdinNotImplementedError":
        return (
            f"The notebook asks a question with input() in {_where(cell)}. Nobody answers it when "
            "it is graded: write the value into the cell."
        )
    said = re.sub(r"\(\w+\.py, (line \d+)\)$", r"(\1)", _first_line(text).rstrip("."))
    reason = f"{kind}: {said}" if said else kind
    return f"The notebook stops with {reason}, in {_where(cell)}. Mend that cell."


def _slow(
    cells: Cells, outputs: list[Any], took: dict[int, float], unit: Unit
) -> Iterator[Finding]:
    limit = unit["limits"]["cell_cpu_s"]
    for number, seconds in took.items():
        is_setup = cells[number]["metadata"]["nbgrader"].get("grade_id") == "setup"
        stopped = any(output.get("ename") == "KeyboardInterrupt" for output in outputs[number])
        if seconds > limit and not is_setup and not stopped:
            yield Finding(
                NOTE,
                f"{seconds:.0f} s of computing in {_where(cells[number])}. The grader stops a cell "
                f"after {limit:g} s: make it faster.",
            )


def _spent(client: Any) -> float:
    """The seconds of computing of the kernel so far; by the clock where they cannot be read."""
    try:
        import psutil  # comes with every Jupyter kernel

        kernel = psutil.Process(client.km.provisioner.pid)
        # On Windows the Python of an environment starts another one, which does the work.
        times = [process.cpu_times() for process in (kernel, *kernel.children(recursive=True))]
        return float(sum(each.user + each.system for each in times))
    except Exception:
        return time.monotonic()


def _where(cell: dict[str, Any]) -> str:
    return f"the cell that begins with: {_first_line(cell['source'])[:60]}"


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0][:200]


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
        yield from look_at_run(cells, folder, unit)


def _unit() -> Unit:
    path = Path(__file__).resolve().parent / "unit.json"
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        raise Unusable("unit.json is not beside this program. Unzip the zip again.") from None


def _keep(path: Path, text: str, unit: Unit) -> str:
    """Write the receipt beside the notebook and say so; a folder may be closed for writing."""
    receipt = path.with_name(f"{unit['unit']}.receipt.txt")
    try:
        receipt.write_text(text, "utf-8")
    except OSError:
        return ""
    return f", also in {receipt.name}"


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
    except KeyboardInterrupt:
        print("\nStopped. There is no receipt yet.")
        return 2
    print()
    if str(name or "").strip():
        kept = _keep(path, receipt_text(path, data, unit["unit"], name), unit)
        print(f"Receipt {receipt_code(data, unit['unit'], name)}{kept}. Keep it.")
    if missing:
        print(f"NOT READY. {missing} of the lines above must be mended.")
        return 1
    print(f"READY. Hand in {path.name}, and nothing else.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
