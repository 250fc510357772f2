"""Choices as data: the key, and for each wrong option the sentence that a student reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.checking.answers import AROUND, letter, letters, plain, word
from autograder.checking.comparisons import check_choice, fail
from autograder.checking.messages import show


@dataclass(frozen=True)
class Choice:
    """One choice: the right option, and why each wrong one is wrong.

    ``also`` are options that count as well, ``forms`` other ways to write an option (see
    :func:`~autograder.checking.answers.word`), ``what`` the word for the choice in messages.
    """

    key: Any
    wrong: Mapping[Any, str]
    what: str = "answer"
    also: frozenset[Any] = frozenset()
    forms: Mapping[str, str] = field(default_factory=dict)

    def check(self, got: Any, given: str = "") -> None:
        """Fail unless the right option is chosen; ``given`` names the place of the choice."""
        chosen = self.read(got)
        if any(plain(chosen) == plain(other) for other in self.also):
            return
        check_choice(chosen, self.key, sentences=dict(self.wrong), given=given, what=self.what)

    def read(self, got: Any) -> Any:
        """The option that was chosen; what was written itself where it is none of them."""
        options = [self.key, *self.also, *self.wrong]
        if not all(isinstance(option, str) for option in [got, *options]):
            return got
        if all(len(option) == 1 for option in options):
            return letter(got, options)
        if self.forms:
            return word(got, self.forms)
        chosen = word(got, options)
        as_written = plain(chosen) == plain(got) and got.strip(AROUND) == got.strip()
        return got if as_written else chosen


def selection(
    value: Any,
    options: Iterable[str] | Mapping[str, str],
    *,
    unreadable: str,
    empty: str,
    unknown: str,
) -> set[str]:
    """The letters of a select-all answer; fails with one of three sentences where it is none.

    ``options`` as for :func:`~autograder.checking.answers.letters`. In ``unreadable`` the value
    is filled in as ``{got}``; in ``unknown`` the letters that are no options as ``{unknown}``
    ("G, H") or, as a list, ``{shown}``.
    """
    keys = set(options)
    found = letters(value, options if isinstance(options, Mapping) else keys)
    if found is None:
        fail(unreadable.format(got=show(value)))
    others = sorted(set(found) - keys)
    if others:
        fail(unknown.format(unknown=", ".join(others), shown=show(others)))
    if not found:
        fail(empty)
    return set(found)
