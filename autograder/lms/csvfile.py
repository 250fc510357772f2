"""CSV files of other systems: read with their encoding and delimiter, written back the same way."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from autograder.errors import CourseError

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
         (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
FORMULA = set("=+-@\t\r")
csv.field_size_limit(1 << 24)  # an online text in a Moodle worksheet may be long


@dataclass(frozen=True)
class Style:
    """How a file is written. ``utf-8-sig`` and ``utf-16`` write a byte order mark."""

    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    quote_all: bool = False


PLAIN = Style()


@dataclass(frozen=True)
class CsvFile:
    """A file as its header and rows of text; every row is as long as the header."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    style: Style = PLAIN

    def column(self, index: int) -> list[str]:
        return [row[index] for row in self.rows]


def read_csv(path: Path) -> CsvFile:
    """Read a CSV file, whatever its delimiter (comma, semicolon, tab). Raises CourseError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CourseError(
            f"{path} is not {encoding.upper()} (byte {error.start}). "
            "Save it as “CSV UTF-8”, or export it again."
        ) from None
    delimiter = max(",;\t", key=lambda mark: len(_first_row(text, mark)))
    try:
        lines = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row
        ]
    except csv.Error as error:
        raise CourseError(f"{path} is not a CSV file: {error}.") from None
    if not lines:
        raise CourseError(f"{path} is empty.")
    header, *rows = lines
    for number, row in enumerate(rows, 2):
        if len(row) > len(header):
            raise CourseError(
                f"{path}: row {number} has {len(row)} cells, the header {len(header)}. "
                "Export the file again."
            )
    return CsvFile(
        name=str(path),
        header=tuple(header),
        rows=tuple(tuple(row) + ("",) * (len(header) - len(row)) for row in rows),
        style=Style(encoding, delimiter, "\r\n" if "\r\n" in text else "\n"),
    )


def _first_row(text: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def write_csv(path: Path, rows: Iterable[Sequence[Any]], style: Style = PLAIN) -> None:
    """Write a file whole or not at all. None is an empty cell. Raises CourseError."""
    text = io.StringIO(newline="")
    csv.writer(
        text,
        delimiter=style.delimiter,
        lineterminator=style.newline,
        quoting=csv.QUOTE_ALL if style.quote_all else csv.QUOTE_MINIMAL,
    ).writerows(rows)
    data = text.getvalue().encode(style.encoding, "replace")
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(data)
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}.") from None


def neutral(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a quote before it."""
    if isinstance(value, str) and value.lstrip(" ")[:1] in FORMULA:
        return "'" + value
    return value


def one_line(name: str) -> str:
    """A chosen name for a system that matches by id: one line, and no formula."""
    return str(neutral(" ".join(name.split())))


def number(value: float) -> str:
    """A score with all its digits and without exponent: ``7``, ``7.333333333333333``."""
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(header: str) -> str:
    """A column's title for comparing: ``ID number`` and ``idnumber`` are the same."""
    return re.sub(r"[\W_]+", "", header).casefold()
