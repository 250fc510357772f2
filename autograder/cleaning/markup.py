"""HTML and MathML that a student made, by one allow-list, for pages that others read.

Rendered Markdown and outputs of cells both end here, last: what :func:`clean_html` gives stands
in the page as it is. It is balanced, so it ends where it began; it has no ``id`` and no class but
those of coloured code and of tables; a style can only be one of :mod:`autograder.cleaning.styles`.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable

import nh3
from pygments.token import STANDARD_TYPES

from autograder.cleaning.characters import without_controls
from autograder.cleaning.styles import clean_style

TEXT = frozenset(
    "a abbr b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img "
    "kbd li ol p pre s span strong sub summary sup table tbody td tfoot th thead tr u ul".split()
)
MATHML = frozenset(
    "math menclose mfrac mi mn mo mover mphantom mroot mrow mspace msqrt mstyle msub msubsup msup "
    "mtable mtd mtext mtr munder munderover".split()
)
_CLASSES = frozenset({"dataframe", "highlight", *filter(None, STANDARD_TYPES.values())})
# Their text is code or style, never something to read.
_UNREAD = {"script", "style", "template", "title", "noscript", "iframe", "textarea", "xmp"}
_PICTURE = re.compile(r"data:image/(png|jpeg);base64,([A-Za-z0-9+/=\s]*)")
MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}

LONGEST = 200_000  # characters of one piece; a table of 60 rows and 20 columns has 30,000
MOST_TAGS = 4_000  # that open: such a table has 1,300. Reading takes the square of a deep nest
DEEPEST = 100  # elements inside each other: what a browser and other parsers can take
_MOST_COPIES = 20_000  # see _too_much
_SHOWN = 20_000  # characters of what is not rendered but shown as text


def _matching(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern)
    return lambda value: value if compiled.fullmatch(value) else None


def is_picture(kind: str, data: str) -> bool:
    """Whether this is base64 of a file that begins as a ``png`` or ``jpeg`` does."""
    try:
        decoded = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return decoded.startswith(MAGIC[kind])


def _picture(value: str) -> str | None:
    """A picture from elsewhere would tell its owner who reads this, and when."""
    found = _PICTURE.fullmatch(value)
    return value if found and is_picture(found[1], found[2]) else None


def _classes(value: str) -> str | None:
    return " ".join(name for name in value[:500].split() if name in _CLASSES) or None


_true_or_false = _matching("true|false")
_colour = _matching("#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24}")
_spacing = _matching(r"(?:[01](?:\.[0-9]{1,4})?(?:em|ex|px|pt)|0)")
_text = _matching(r"(?s).{0,1000}")
_count = _matching("[1-9][0-9]?")
_pixels = _matching("[0-9]{1,3}|1[0-9]{3}")
ATTRIBUTES: dict[str, dict[str, Callable[[str], str | None]]] = {
    "*": {"class": _classes, "style": lambda value: clean_style(value) or None},
    "a": {"href": _matching(r"(?:https?://|mailto:|#)[^\s\\]{0,2000}"), "title": _text},
    "abbr": {"title": _text},
    "img": {"src": _picture, "alt": _text, "title": _text, "width": _pixels, "height": _pixels},
    "ol": {"start": _count},
    "span": {"title": _text},
    "table": {"border": _matching("[01]")},
    "td": {"colspan": _count, "rowspan": _count},
    "th": {"colspan": _count, "rowspan": _count},
    "math": {"display": _matching("block|inline")},
    "menclose": {"notation": _matching("[a-z ]{0,60}")},
    "mfrac": {"linethickness": _spacing},
    "mi": {"mathvariant": _matching("[a-z-]{0,30}")},
    "mn": {"mathvariant": _matching("[a-z-]{0,30}")},
    "mo": {
        **dict.fromkeys(("stretchy", "fence", "separator", "accent"), _true_or_false),
        "form": _matching("prefix|infix|postfix"),
        "mathvariant": _matching("[a-z-]{0,30}"),
        **dict.fromkeys(("lspace", "rspace"), _spacing),
        **dict.fromkeys(("minsize", "maxsize"), _matching(r"[0-3](?:\.[0-9]{1,3})?em")),
    },
    "mover": {"accent": _true_or_false},
    "mspace": {"width": _spacing},
    "mstyle": {
        "displaystyle": _true_or_false,
        "scriptlevel": _matching("[0-2]"),
        "mathcolor": _colour,
    },
    "mtable": {
        "columnalign": _matching("[a-z ]{0,200}"),
        "displaystyle": _true_or_false,
        **dict.fromkeys(("columnlines", "rowlines"), _matching("[a-z ]{0,200}")),
    },
    "mtd": {"columnalign": _matching("left|right|center")},
    "munder": {"accentunder": _true_or_false},
}


def _allowed(tag: str, name: str, value: str) -> str | None:
    for owner in (tag, "*"):
        check = ATTRIBUTES.get(owner, {}).get(name)
        if check is not None and (owner != "*" or tag not in MATHML):
            return check(value)
    return None


_CLEANER = nh3.Cleaner(
    tags=set(TEXT | MATHML),
    clean_content_tags=_UNREAD,
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    attribute_filter=_allowed,
    url_schemes={"http", "https", "mailto", "data"},
)
_OPENS = re.compile(r"<([a-z][a-z0-9]*)(>?)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_VOID = frozenset("br hr img".split())


def clean_html(source: str) -> str:
    """HTML that may stand in somebody else's page; shown as text where it is too much of it."""
    if _too_much(source):
        return as_text(source)
    cleaned = without_controls(_CLEANER.clean(without_controls(source)))
    return cleaned if _depth(cleaned) <= DEEPEST else as_text(source)


def as_text(source: str) -> str:
    """The source itself, for what is too long or too deep to be rendered."""
    cut = "\n… (the rest is not shown)" if len(source) > _SHOWN else ""
    return f"<pre>{html.escape(without_controls(source[:_SHOWN]))}{cut}</pre>"


def tags(source: str) -> int:
    """How many elements this opens, or seems to."""
    return sum(1 for _ in _OPENS.finditer(source))


def _too_much(source: str) -> bool:
    """Whether reading this could take more time or memory than a page is worth.

    A parser opens formatting elements again in each block that follows: n of them before n blocks
    make n * n. Those without attributes it counts and forgets; closing tags may be no real ones.
    """
    if len(source) > LONGEST:
        return True
    opened = [(found[1].lower(), found[2]) for found in _OPENS.finditer(source)]
    kept = sum(name in _FORMATTING and not end for name, end in opened)
    return len(opened) > MOST_TAGS or kept * len(opened) > _MOST_COPIES


def _depth(cleaned: str) -> int:
    """How deep the elements of clean HTML stand in each other; each ``<`` of it begins a tag."""
    deepest = depth = 0
    for found in _TAG.finditer(cleaned):
        if found[2] not in _VOID:
            depth += -1 if found[1] else 1
            deepest = max(deepest, depth)
    return deepest
