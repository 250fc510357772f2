"""A ``style`` attribute by allow-list: properties that colour and space text inside its own box.

Nothing of it can fetch (no ``url``), move (no ``position``, no negative length), or grow beyond
a few lines. What is not listed is dropped; a declaration is kept or dropped as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_COLOUR = r"#[0-9a-f]{3,8}|[a-z]{3,24}|rgba?\([0-9., %]{1,40}\)"
_MOST = {"": 0, "em": 4, "rem": 4, "ex": 8, "px": 64, "pt": 48, "%": 100}
_LENGTH = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)([a-z%]{0,3})")
_LONGEST = 500  # characters of an attribute that are read


def _one_of(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _length(value: str) -> bool:
    found = _LENGTH.fullmatch(value)
    return found is not None and float(found[1]) <= _MOST.get(found[2], -1)


def _lengths(value: str) -> bool:
    return 0 < len(value.split()) <= 4 and all(map(_length, value.split()))


def _font_size(value: str) -> bool:
    found = _LENGTH.fullmatch(value)
    unit = {"em": (0.6, 2), "rem": (0.6, 2), "px": (9, 32), "pt": (7, 24), "%": (60, 200)}
    least, most = unit.get(found[2], (1, 0)) if found else (1, 0)
    named = re.fullmatch("small|medium|large|smaller|larger", value)
    return named is not None or (found is not None and least <= float(found[1]) <= most)


_border = _one_of(rf"none|0|[0-5]px (?:solid|dashed|dotted)(?: (?:{_COLOUR}))?")
PROPERTIES: dict[str, Callable[[str], bool]] = {
    "background-color": _one_of(_COLOUR),
    "border": _border,
    "border-bottom": _border,
    "border-collapse": _one_of("collapse|separate"),
    "border-left": _border,
    "border-radius": _length,
    "border-right": _border,
    "border-top": _border,
    "color": _one_of(_COLOUR),
    "font-size": _font_size,
    "font-style": _one_of("normal|italic"),
    "font-weight": _one_of("normal|bold|bolder|lighter|[1-9]00"),
    "line-height": _one_of(r"1(?:\.[0-9]{1,2})?|2"),
    "list-style": _one_of("none|disc|circle|square|decimal"),
    "margin": _lengths,
    "margin-bottom": _length,
    "margin-left": _length,
    "margin-top": _length,
    "max-width": _one_of(r"[0-9]{1,2}em|[0-9]{1,2}%|100%"),
    "padding": _lengths,
    "padding-left": _length,
    "text-align": _one_of("left|right|center|start|end"),
    "vertical-align": _one_of("top|middle|bottom|baseline"),
    "white-space": _one_of("normal|nowrap|pre|pre-wrap"),
    "width": _one_of(r"[0-9]{1,2}%|100%|[0-9]{1,2}em|[0-9]{1,3}px"),
}


def clean_style(value: str) -> str:
    """The declarations of a ``style`` attribute that are allowed; empty where none is."""
    kept = []
    for declaration in value[:_LONGEST].lower().split(";"):
        name, _, given = (part.strip() for part in declaration.partition(":"))
        if name in PROPERTIES and PROPERTIES[name](given):
            kept.append(f"{name}: {given}")
    return "; ".join(kept)
