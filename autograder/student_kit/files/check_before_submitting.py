"""Looks at your notebook before you hand it in, and gives you a receipt for it.

In a terminal, in the folder of the notebook:

    python check_before_submitting.py            looks, runs the notebook, writes the receipt
    python check_before_submitting.py --quick    the same without running the notebook

Your notebook is only read. A copy of it runs from top to bottom in a fresh kernel.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from preflight_cells import (
    FINE,
    MISSING,
    NOTE,
    Finding,
    Unit,
    Unusable,
    look_at_cells,
    look_at_file,
    look_at_helpers,
    look_at_id,
    read_cells,
    receipt_code,
    receipt_text,
    student_id,
)
from preflight_run import look_at_run

PLAIN = {FINE: "ok ", NOTE: "-- ", MISSING: "!! "}  # for terminals that cannot show the signs


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
