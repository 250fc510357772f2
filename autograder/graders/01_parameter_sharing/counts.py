"""Counts that the student's functions return: whole numbers, compared exactly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from autograder import (
    Mistake,
    StudentNotebook,
    as_array,
    check_true,
    describe_call,
    fail,
    fail_knowing,
    show,
    whole,
)

WHOLE = "A count is a whole number: use // instead of /, and no function that returns floats."
NO_BIAS = "Both calls give the same number: the biases are forgotten, or bias is not read. "


@dataclass(frozen=True)
class Count:
    """What was counted: the value as it came back, and the call as a student would write it."""

    got: Any
    given: str

    @property
    def number(self) -> int | None:
        """The count, whatever its number type; None where it is no whole number."""
        return whole(self.got, text=False)

    def required(self) -> int:
        """The count; fails where it is no whole number."""
        if self.number is None:
            fail(f"{self.given}: got {show(self.got)}, expected a whole number.")
        return self.number

    def check(
        self, expected: int, hints: Iterable[Mistake] = (), forgiven: Collection[int] = ()
    ) -> None:
        """Compare exactly. ``forgiven`` are counts whose fault another check looks at."""
        if self.number in (expected, *forgiven):
            return
        message = f"{self.given}: got {show(self.got)}, expected {expected}."
        if self.number is None and isinstance(self.got, float):
            fail(message, hint=WHOLE, mistake="count-as-float")
        fail_knowing(message, self.number, hints)

    def check_is_int(self) -> None:
        """A count is an integer: 51, not 51.0."""
        array = as_array(self.got)
        check_true(
            array is not None and array.ndim == 0 and array.dtype.kind in "iu",
            f"{self.given}: got {show(self.got)} of type {type(self.got).__name__}, "
            "expected an int.",
            hint=WHOLE,
            mistake="count-as-float",
        )


def counted(student: StudentNotebook, name: str, *args: Any, **options: Any) -> Count:
    """What the student's function ``name`` counts for these arguments."""
    return Count(student.call(name, *args, **options), describe_call(name, *args, **options))


def counted_biases(student: StudentNotebook, name: str, *args: Any) -> Count:
    """How much more ``name`` counts with its default bias than without; fails where unclear."""
    both, weights = counted(student, name, *args), counted(student, name, *args, bias=False)
    return Count(both.required() - weights.required(), f"{both.given} minus {weights.given}")


def following(mistakes: Iterable[Mistake], counts: Callable[[int], Iterable[int]]) -> list[Mistake]:
    """The same mistakes with each wrong number replaced by the wrong counts that follow from it."""
    return [
        Mistake(known.name, known.sentence, *(n for value in known.values for n in counts(value)))
        for known in mistakes
    ]
