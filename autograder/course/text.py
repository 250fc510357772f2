"""Text that somebody else wrote, as text that can be stored and shown anywhere."""

from __future__ import annotations

MOST = 20_000  # characters of one message; more is read by nobody


def storable(text: str, most: int = MOST) -> str:
    """The text without what UTF-8 cannot hold (lone surrogates), cut where it is very long."""
    return text[:most].encode("utf-8", "replace").decode("utf-8")


def is_storable(text: str) -> bool:
    """Whether a file's or folder's name is text: UTF-8, as gradebooks and files need it."""
    return storable(text) == text
