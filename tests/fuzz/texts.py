"""What must hold of the cleaners for any text: hypothesis and the fuzzer ask the same."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from autograder.cleaning.formulas import MOST_RESULT, mathml
from autograder.cleaning.markup import ATTRIBUTES, MATHML, TEXT, clean_html

FAR_OR_RUN = re.compile(r"(?i)^\s*(javascript|vbscript|data(?!:image/(png|jpeg);base64,)):")


class _Reader(HTMLParser):
    """Python's own parser, which nbconvert uses on whole pages: it too must find nothing else."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TEXT | MATHML, tag
        for name, value in attrs:
            allowed = {*ATTRIBUTES["*"], *ATTRIBUTES.get(tag, ()), "rel"}
            assert name in allowed, (tag, name)
            assert not (name in ("href", "src") and FAR_OR_RUN.match(value or "")), value
            assert name != "style" or not re.search(r"url|position|expression|[\\@]", value or "")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment  # type: ignore[assignment]


def check_html(text: str) -> None:
    """Only what is listed is left, and cleaning again changes nothing."""
    cleaned = clean_html(text)
    reader = _Reader()
    reader.feed(cleaned)
    reader.close()
    assert clean_html(cleaned) == cleaned, text
    assert len(cleaned) <= 8 * len(text) + 500_000


def check_latex(text: str) -> None:
    """A formula is refused, or becomes well-formed MathML of bounded size, and stays."""
    for block in (False, True):
        found = mathml(text, block=block)
        if found is None:
            continue
        assert len(found) <= MOST_RESULT
        ElementTree.fromstring(found)
        assert clean_html(found).startswith("<math")
    check_html(f"<p>{mathml(text) or ''}{text}</p>")
