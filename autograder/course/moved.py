"""Names that an older nbgrader_config.py may still have, and what they are called now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOVED = {  # since 0.1.0
    "autograder.gradebook.EvaluatingExporter": "autograder.gradebook.autograde.EvaluatingExporter",
    "autograder.gradebook.SaveGrades": "autograder.gradebook.autograde.SaveGrades",
    "autograder.safe_markdown.": "autograder.gradebook.safe_markdown.",
    "autograder.feedback.": "autograder.gradebook.feedback.",
    "autograder.late.": "autograder.gradebook.late.",
    "autograder.collect.": "autograder.lms.collect.plugins.",
    "autograder.exports.": "autograder.lms.export.",
}


def moved_names(config: Any) -> Iterator[tuple[str, str]]:
    """The old names in a configuration, each with its new one."""
    if isinstance(config, dict):
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            yield from moved_names(value)
    elif isinstance(config, str):
        for old, new in MOVED.items():
            if config.startswith(old):
                yield config, new + config[len(old) :]
