"""Cases of a check that are checks of their own, each with its own title."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

MARK = "case_title"


def cases(names: str, by_title: Mapping[str, Any]) -> Callable[[Callable[..., Any]], Any]:
    """Make a check for each case: it has its own title, message and share of the points.

    ``names`` are the parameters of the function as for ``pytest.mark.parametrize``: one name
    takes each value as it is, ``"a, b"`` takes tuples. The points of the question are shared
    among all checks; each case has the weight of its ``@question``. Order and random numbers
    of a case follow its place in the dict and its title::

        @question("shape_predictions")
        @cases("name", {f"Layer {name}: height and width of the result.": name for name in "AB"})
        def test_layer(student, lesson, name): ...

    A further ``parametrize`` gives each of these checks several cases, of which the first that
    fails decides. Raises ValueError where there is no case.
    """
    if not by_title:
        raise ValueError("@cases needs at least one case: give a dict from titles to values.")
    import pytest  # a grader runs in it; nothing else that imports this needs it

    several = "," in names
    mark = getattr(pytest.mark, MARK)
    rows = [
        pytest.param(*(value if several else [value]), id=title, marks=mark(title))
        for title, value in by_title.items()
    ]
    return pytest.mark.parametrize(names, rows)
