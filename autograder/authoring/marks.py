"""What may stand in the metadata of a source notebook; a key that is not named here is refused."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from autograder.sandbox.limits import Limits

Number = Annotated[float, msgspec.Meta(gt=0)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$", max_length=60)]

# What Jupyter's own programs write. Anything else is a key of ours that is misspelt, or rubbish.
OF_NOTEBOOK = {"kernelspec", "language_info", "autograder", "celltoolbar", "toc", "widgets"}
OF_CELL = {
    "nbgrader", "autograder", "tags", "deletable", "editable", "collapsed", "scrolled", "jupyter",
    "slideshow", "execution", "trusted", "name", "format", "raw_mimetype",
}  # fmt: skip
FOREIGN = ("toc-", "vscode", "colab", "jupytext", "pycharm", "jp-", "jupyter")


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """nbgrader's mark of a cell."""

    grade_id: Name
    grade: bool
    locked: bool
    solution: bool
    schema_version: Literal[3]
    task: bool = False
    points: Annotated[float, msgspec.Meta(ge=0)] | None = None
    cell_type: str = ""
    checksum: str = ""

    def __post_init__(self) -> None:
        if self.task:
            raise ValueError("tasks of nbgrader's (`task` true) are not judged here")
        if self.grade and self.points is None:
            raise ValueError("a graded cell needs `points`")
        if self.points is not None and not math.isfinite(self.points):
            raise ValueError("`points` must be a finite number")
        if self.points and not self.grade:
            raise ValueError("a cell with points must have `grade` true")


class OfCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``autograder`` in the metadata of a cell."""

    bonus: Number | None = None  # points above the maximum, of a check cell with 0 points
    quick: str = ""  # a short form of a long cell, for the project's tests

    def __post_init__(self) -> None:
        if self.bonus is not None and not math.isfinite(self.bonus):
            raise ValueError("`bonus` must be a finite number")


_LIMITS = msgspec.defstruct(
    "OfLimits",
    [(field.name, Number | None, None) for field in dataclasses.fields(Limits)],
    frozen=True,
    forbid_unknown_fields=True,
)


class OfNotebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``autograder`` in the metadata of a notebook."""

    limits: _LIMITS | None = None  # type: ignore[valid-type]
    shown: tuple[str, ...] = ()  # parts of solutions that the release shows on purpose


def read(value: Any, kind: type[msgspec.Struct]) -> tuple[Any, str]:
    """The value as this kind, or None; and the reason, with the keys that are known."""
    try:
        found = msgspec.convert(value, kind)
        _finite(value)
        return found, ""
    except (msgspec.ValidationError, ValueError) as error:
        return None, f"{error}. The keys are: {_keys(value, kind, str(error))}."


def _keys(value: Any, kind: type[msgspec.Struct], error: str) -> str:
    inside = "$.limits" in error and kind is OfNotebook
    return ", ".join((_LIMITS if inside else kind).__struct_fields__)


def _finite(value: Any) -> None:
    if isinstance(value, Mapping):
        for one in value.values():
            _finite(one)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number must be finite")


def strange(keys: Mapping[str, Any], known: set[str]) -> list[str]:
    """The keys that neither Jupyter nor this package knows."""
    return [key for key in keys if key not in known and not str(key).startswith(FOREIGN)]
