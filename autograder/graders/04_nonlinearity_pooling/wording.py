"""What several questions of this unit say: tables of known mistakes, arguments left alone."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from autograder import Mistake, Untouched

COPY = Untouched("{given} changes its argument. Work on a copy.", "", "", shared="")


def for_case(table: Iterable[Mistake], *case: Any) -> list[Mistake]:
    """The mistakes of a table whose wrong values are functions of the case, for this case."""
    return [
        Mistake(row.name, row.sentence, *(partial(wrong, *case) for wrong in row.values))
        for row in table
    ]
