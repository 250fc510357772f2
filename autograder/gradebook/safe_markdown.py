"""Markdown that a student wrote, as HTML that may stand in somebody else's page.

nbgrader's formgrader and its feedback render a submission's Markdown as it is, so a script in
an answer would run in the instructor's browser, with the instructor's rights. The course's
``nbgrader_config.py`` puts :func:`markdown2html` in the place of nbconvert's filter, in both.

Formulas become MathML first, then :func:`autograder.cleaning.markup.clean_html` reads everything.
What is too long for that is shown as the text that it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from functools import cache
from html import escape
from typing import Any
from urllib.parse import unquote

from jinja2 import pass_context
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.cleaning.formulas import mathml
from autograder.cleaning.markup import TEXT, as_text, clean_html, is_picture
from autograder.course.submission import PICTURES

LONGEST = 20_000  # characters of one cell; the longest of this course has 3,000
# Of which the parser's time still grows with the square: so many are no text.
_AT_MOST = {"[": 500, "\\begin{": 50}
_PYTHON = frozenset(("python", "python3", "py", "ipython", "ipython3"))
_TAG_BEGINS = re.compile(r"<(?=/?([A-Za-z][^\s/>]{0,40}))")


@pass_context
def markdown2html(context: Mapping[str, Any], source: str) -> str:
    """A Jinja filter: what is not harmless is shown as the text that the student typed.

    MathJax, which nbgrader's formgrader loads, leaves it alone: formulas are drawn already, and
    its own commands for styles and links must not run on what was refused here.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    return f'<div class="tex2jax_ignore">{render(source, attachments)}</div>'


def render(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Markdown as HTML without scripts, forms, frames and pictures from elsewhere."""
    crowded = any(source.count(sign) > most for sign, most in _AT_MOST.items())
    if len(source) > LONGEST or crowded:
        return as_text(source)
    return clean_html(_markdown().render(source, {"pictures": _pictures(attachments or {})}))


def _pictures(attachments: Mapping[str, Any]) -> dict[str, str]:
    """The pasted pictures by name, as addresses that hold them."""
    return {
        name: f"data:{kind};base64,{''.join(bundle[kind].split())}"
        for name, bundle in attachments.items()
        for kind in reversed(PICTURES)
        if isinstance(bundle.get(kind), str) and is_picture(kind.split("/")[1], bundle[kind])
    }


@cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "highlight": _coloured})
    parser.enable(["table", "strikethrough"])
    parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,  # "it costs $5 and $ 6" is no formula
        allow_digits=False,
        double_inline=True,
        renderer=lambda latex, how: _formula(latex, block=how["display_mode"]),
    )
    parser.use(amsmath_plugin, renderer=lambda latex: _formula(latex, block=True, outside=True))
    parser.add_render_rule("html_inline", _html)
    parser.add_render_rule("html_block", _html)
    parser.add_render_rule("image", _image)
    return parser


def _formula(latex: str, *, block: bool, outside: bool = False) -> str:
    """A formula, or, where it is refused, what the student typed."""
    sign = "" if outside else "$$" if block else "$"
    return mathml(latex, block=block) or escape(f"{sign}{latex}{sign}", quote=False)


def _coloured(code: str, language: str, _: str) -> str:
    """Fenced code: Python in colours, as this course shows it; the rest plain."""
    if language.lower() not in _PYTHON:
        return ""
    coloured = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
    return f'<pre class="highlight"><code>{coloured}</code></pre>'


def _html(_: RendererProtocol, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """HTML in Markdown: tags that would not be kept become text, so that it can be read."""
    return _TAG_BEGINS.sub(
        lambda found: "<" if found[1].lower() in TEXT else "&lt;", tokens[index].content
    )


def _image(
    renderer: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    """A picture in the notebook's own attachments; of others the description is shown."""
    address = str(tokens[index].attrs.get("src", ""))
    described = escape(tokens[index].content)
    if address.startswith("attachment:"):
        address = env["pictures"].get(unquote(address.removeprefix("attachment:")), "")
    if not address.startswith("data:"):
        return described
    return f'<img src="{escape(address)}" alt="{described}">'
