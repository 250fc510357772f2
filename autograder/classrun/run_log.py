"""A run's log file: one JSON object a line, with the times of each stage and submission."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO


class Journal:
    """Writes to ``FOLDER/UNIT-DATE-TIME.jsonl``. A log that cannot be written stops nothing."""

    def __init__(self, folder: Path, unit: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now()
        self.path = folder / f"{unit}-{now:%Y%m%d-%H%M%S-%f}.jsonl"
        self._file: TextIO = self.path.open("w", encoding="utf-8", buffering=1)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._file.close()

    def write(self, event: str, **values: Any) -> None:
        """One line, at once."""
        at = datetime.now().astimezone().isoformat("T", "milliseconds")
        with contextlib.suppress(OSError):
            self._file.write(json.dumps({"at": at, "event": event, **values}) + "\n")


class Times:
    """Wall seconds of the stages of one submission, measured one by one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of this block to a stage."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.add(name, time.monotonic() - began)

    def add(self, name: str, seconds: float) -> None:
        self.seconds[name] = round(self.seconds.get(name, 0.0) + seconds, 4)
