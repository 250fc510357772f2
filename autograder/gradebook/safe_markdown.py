"""Markdown that a student wrote, as HTML that may stand in somebody else's page.

nbgrader's formgrader and its feedback render a submission's Markdown as it is, so a script in
an answer would run in the instructor's browser, with the instructor's rights. The course's
``nbgrader_config.py`` puts :func:`markdown2html` in the place of nbconvert's filter, in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.course.submission import PICTURES

TAGS = frozenset(
    "a abbr b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img "
    "kbd li ol p pre s span strong sub summary sup table tbody td tfoot th thead tr u ul".split()
)
_ATTRIBUTES = {
    "a": ("href", "title"),
    "img": ("src", "alt", "title", "width", "height"),
    "td": ("colspan", "rowspan", "style"),
    "th": ("colspan", "rowspan", "style"),
}
_STYLES = CSSSanitizer(allowed_css_properties=["text-align"])  # of a table's columns
_IMAGE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*")


@pass_context
def markdown2html(context: Mapping[str, Any], source: str) -> str:
    """A Jinja filter: what is not harmless is shown as the text that the student typed."""
    attachments = context.get("cell", {}).get("attachments", {})
    return render(source, attachments)


def render(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Markdown as HTML without scripts, forms, frames and pictures from elsewhere."""
    pictures = {
        name: {kind: data for kind, data in bundle.items() if kind in PICTURES}
        for name, bundle in (attachments or {}).items()
    }
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=pictures)
    return bleach.clean(
        MarkdownWithMath(renderer=renderer).render(source),
        tags=TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=_STYLES,
    )


class _Renderer(IPythonRenderer):
    def _embed_image_or_attachment(self, src: str) -> str:
        name = src.removeprefix("attachment:")
        if name != src and not self.attachments.get(name):
            return ""  # nbconvert would give up the whole page
        return super()._embed_image_or_attachment(src)


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":  # a picture from elsewhere would tell its owner who reads this, and when
        return _IMAGE.fullmatch(value) is not None
    if name == "href":
        return not value.lstrip().lower().startswith("data:")
    return name == "class" or name in _ATTRIBUTES.get(tag, ())
