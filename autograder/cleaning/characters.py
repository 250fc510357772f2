"""Control and direction characters: what they could do to a terminal, a log or a line of text."""

from __future__ import annotations

import re

# Escape sequences of terminals, then single characters: controls but tab and line ends, lone
# surrogates, and the marks that turn the direction of what follows (Unicode's "Trojan source").
_CONTROL = re.compile(
    r"(?P<colour>\x1b\[[0-9;]{0,30}m)"
    r"|\x1b(?:\[[0-9;?]{0,30}[@-~]|[@-Z\\-_])"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    r"|(?P<mark>[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff])"
)


def printable(text: str) -> str:
    """Text for a terminal or a log, on one line: control and direction marks are spelt out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def printable_lines(text: str) -> str:
    """The same for text of several lines, which stay."""
    return "\n".join(map(printable, text.split("\n")))


def without_controls(text: str, *, colours: bool = False) -> str:
    """Text for a page: controls are left out, direction marks and lone surrogates become U+FFFD.

    ``colours`` keeps the terminal's colours, which nbconvert draws in outputs.
    """

    def replacement(match: re.Match[str]) -> str:
        if match["mark"]:
            return "\ufffd"
        return (match["colour"] or "") if colours else ""

    return _CONTROL.sub(replacement, text)
