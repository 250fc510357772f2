"""The lines between which the solution stands: where they are, and what the release keeps."""

from __future__ import annotations

import difflib
import re

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "raise NotImplementedError()"
TEXT_STUB = "*Write your answer here.*"
FOREIGN = ("HIDDEN TESTS", "MARK SCHEME")
ADVICE = f"Write the solution between the lines {BEGIN!r} and {END!r}."
_WANTED = ("beginsolution", "endsolution", "solutionbegin", "solutionend")


def faults(source: str) -> list[tuple[int, str]]:
    """What is wrong with the delimiters of a cell, as (line, sentence) pairs."""
    found, opened, filled = [], 0, True
    for number, line in enumerate(source.split("\n"), 1):
        text = line.strip()
        if text == BEGIN:
            if opened:
                found.append((number, f"{BEGIN!r} stands inside a solution."))
            opened, filled = number, False
        elif text == END:
            if not opened:
                found.append((number, f"{END!r} has no {BEGIN!r} above it."))
            elif not filled:
                found.append((opened, "there is no solution between the delimiters."))
            opened = 0
        elif is_meant(line):
            found.append((number, f"{text!r} is not spelt as a delimiter."))
        elif text:
            filled = True
    if opened:
        found.append((opened, f"{BEGIN!r} has no {END!r} below it."))
    return found


def is_meant(line: str) -> bool:
    """Whether a line looks like a delimiter that is misspelt."""
    upper = line.upper()
    if "BEGIN SOLUTION" in upper or "END SOLUTION" in upper:
        return True
    letters = re.sub(r"[^a-z]", "", line.lower())
    if not 7 <= len(letters) <= 18 or re.search(r"[=(\[]", line):
        return False
    if not line.lstrip().startswith("#") and len(line.split()) != 2:
        return False
    ratios = (difflib.SequenceMatcher(None, letters, wanted).ratio() for wanted in _WANTED)
    return max(ratios) >= 0.8


def foreign(source: str) -> str:
    """A delimiter of nbgrader's that has no place here, or nothing."""
    squeezed = re.sub(r"[^A-Z]", "", source.upper())
    return next((name for name in FOREIGN if f"BEGIN{name.replace(' ', '')}" in squeezed), "")


def has_any(source: str) -> bool:
    return any(line.strip() in (BEGIN, END) for line in source.split("\n"))


def split(source: str, stub: str = STUB) -> tuple[str, list[str]]:
    """What the release keeps of a cell, and the solutions, one text for each region."""
    kept: list[str] = []
    solutions: list[list[str]] = []
    inside = False
    for line in source.split("\n"):
        if line.strip() == BEGIN:
            inside = True
            kept.append(line[: len(line) - len(line.lstrip())] + stub)
            solutions.append([])
        elif line.strip() == END:
            inside = False
        else:
            (solutions[-1] if inside else kept).append(line)
    return "\n".join(kept), ["\n".join(lines) for lines in solutions]
