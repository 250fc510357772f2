"""Runs a copy of a notebook for check_before_submitting.py, and says what stops or is slow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from preflight_cells import FINE, MISSING, NOTE, Cells, Finding, Unit, names_of, question, untouched


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


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<40}\r", end="", file=sys.stderr, flush=True)


def _where(cell: dict[str, Any]) -> str:
    return f"the cell that begins with: {_first_line(cell['source'])[:60]}"


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0][:200]
