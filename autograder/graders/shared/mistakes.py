"""Known mistakes as data: tables whose wrong values are functions of the case at hand."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from autograder import Mistake


def for_case(table: Iterable[Mistake], *case: Any, **options: Any) -> list[Mistake]:
    """The mistakes of a table for one case; its functions are called with these arguments."""
    return [
        Mistake(row.name, row.sentence, *(partial(wrong, *case, **options) for wrong in row.values))
        for row in table
    ]
