"""When something was handed in, from the timestamp.txt beside it.

The file may come from a student. So only what can be read in one way is read: a year first, then
month and day, as ISO 8601 has it. ``02/12/2026`` is the second of December to some and the twelfth
of February to others; it is not understood, and somebody is told.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

FILE = "timestamp.txt"
MOST = 200  # bytes; a time has about 30
SAMPLE = "2026-12-01 23:59:00 UTC"


class Unclear(ValueError):
    """The text is no time that can be read in one way only; it says what it should be like."""


def read(folder: Path) -> datetime | None:
    """The time in a submission's folder (UTC, without zone); None where no file says one.

    Raises Unclear.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    with path.open("rb") as file:
        text = file.read(MOST).decode("utf-8", "replace").strip().lstrip("\ufeff")
    return parse(text) if text else None


def parse(text: str) -> datetime:
    """A time such as ``2026-12-01 23:59:00.5 UTC``, ``…+01:00`` or ``… Europe/Berlin``, in UTC.

    Without a zone it is UTC, as nbgrader has it. Raises Unclear.
    """
    try:
        moment, zone = _parts(text)
        return moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError, KeyError):
        raise Unclear(f"{text[:40]!r} is not understood; write it like {SAMPLE}") from None


def _parts(text: str) -> tuple[datetime, tzinfo]:
    """The time, and the zone that is named behind it."""
    date, _, rest = text.strip().partition(" ")
    time, _, zone = rest.strip().partition(" ")
    if zone[:1] in ("+", "-"):
        time, zone = time + zone, ""
    moment = datetime.fromisoformat(f"{date} {time}" if time else date)
    return moment, ZoneInfo(zone) if zone and zone != "Z" else UTC
