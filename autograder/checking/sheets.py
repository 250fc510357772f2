"""Reads a dict of answers that a notebook holds, whichever way its keys are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.checking.answers import is_blank, plain
from autograder.checking.comparisons import fail
from autograder.checking.messages import show
from autograder.checking.notebook import StudentNotebook


def plain_key(key: Any) -> Any:
    """Keys are compared as text, without case, hyphens and spaces around."""
    return plain(str(key))


@dataclass(frozen=True)
class AnswerSheet:
    """The answers of a student by their keys; ``key`` says which keys are the same."""

    name: str
    answers: Mapping[Any, Any]
    key: Callable[[Any], Any] = plain_key

    def get(self, key: Any) -> Any:
        """The answer, or None where there is none."""
        return self.answers.get(self.key(key))

    def require(self, key: Any, sentence: str = "") -> Any:
        """The answer; fails with the sentence where it is missing, None or blank."""
        answer = self.get(key)
        if is_blank(answer):
            fail(sentence or f'{self.name}["{key}"] has no answer yet.')
        return answer

    def row(self, key: Any, sentence: str) -> AnswerSheet:
        """The answer as a dict of answers itself; fails with the sentence where it is none."""
        return read_sheet(self.get(key), f'{self.name}["{key}"]', not_a_dict=sentence)


def read_sheet(
    value: Any,
    name: str,
    *,
    key: Callable[[Any], Any] = plain_key,
    not_a_dict: str = "{name} should be a dict, got {got}.",
) -> AnswerSheet:
    """The value as a dict of answers; fails where it is none.

    ``not_a_dict`` is the sentence then, in which ``{name}`` and ``{got}`` are filled in. Where
    two keys are the same for ``key``, the last one counts.
    """
    if not isinstance(value, dict):
        fail(not_a_dict.format(name=name, got=show(value)))
    return AnswerSheet(name, {key(own): answer for own, answer in value.items()}, key)


def answer_sheet(student: StudentNotebook, name: str, **options: Any) -> AnswerSheet:
    """The variable ``name`` as a dict of answers; the options are those of :func:`read_sheet`."""
    return read_sheet(student.value(name), name, **options)
