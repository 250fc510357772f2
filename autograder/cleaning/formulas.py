"""LaTeX formulas as MathML, which browsers draw without script or network.

Only commands that are listed are converted: no macro, no style, no colour box, no address. The
formula is built as a tree and its text escaped; what comes out still goes through
:func:`autograder.cleaning.markup.clean_html` with all that stands around it.
"""

from __future__ import annotations

import html
import re
from functools import cache, lru_cache
from xml.etree import ElementTree

from latex2mathml import commands
from latex2mathml.converter import Converter
from latex2mathml.symbols_parser import SYMBOLS

from autograder.cleaning.characters import without_controls

LONGEST = 1_000  # characters; the longest of this course has 200
MOST_RESULT = 40_000  # characters of MathML
_DEEPEST = 20  # braces, brackets and environments in each other
_STRUCTURE = """
frac tfrac dfrac cfrac binom tbinom dbinom sqrt root overset underset stackrel substack
acute bar breve check dot ddot grave hat tilde vec widehat widetilde overline underline
overbrace underbrace overrightarrow overleftarrow xrightarrow xleftarrow
left middle right big Big bigg Bigg bigl bigr Bigl Bigr limits nolimits not
text textbf textit textrm texttt mbox begin end hline cr
mathbb mathbf mathcal mathfrak mathit mathrm mathscr mathsf mathtt boldsymbol bm
displaystyle textstyle quad qquad enspace thinspace space phantom cancel boxed
int sum prod lim sup inf max min argmax argmin det gcd liminf limsup Pr mod pmod bmod
arccos arcsin arctan cos cosh cot coth csc deg dim exp hom ker ln lg log sec sin sinh tan tanh
operatorname prime dots dotsc dotso cdot times div ast gt lt lvert rvert lVert rVert
""".split()
_SIGNS = frozenset("\\{}|_%#$&,;:!> ")  # after a backslash
_ENVIRONMENTS = frozenset(
    "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array cases split align align* "
    "aligned gathered equation equation*".split()
)
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)|(.|\n|\Z))")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)(?![A-Za-z])\s*(?:\{([a-z]{1,12}\*?)\})?", re.IGNORECASE)
_NEST = re.compile(r"\\(?:left|begin)(?![A-Za-z])|\\(?:right|end)(?![A-Za-z])|\\.|[{}^_]")


@cache
def _known() -> frozenset[str]:
    """Names that stand for one sign, and the listed ones; not the library's other commands."""
    special = {name.lstrip("\\") for value in vars(commands).values() for name in _names(value)}
    symbols = {name[1:] for name in SYMBOLS if re.fullmatch(r"\\[A-Za-z]+", name)}
    return frozenset(symbols - special) | frozenset(_STRUCTURE)


def _names(value: object) -> list[str]:
    values = [value] if isinstance(value, str) else value
    return (
        [v for v in values if isinstance(v, str)]
        if isinstance(values, (list, tuple))
        else ([v for v in values if isinstance(v, str)] if isinstance(values, dict) else [])
    )


def is_plain(latex: str) -> bool:
    """Whether a formula is short, flat, and made of known commands and environments alone."""
    if not latex.strip() or len(latex) > LONGEST or _depth(latex) > _DEEPEST:
        return False
    if without_controls(latex) != latex:
        return False
    commands_known = all(
        name in _known() if name else sign in _SIGNS for name, sign in _COMMAND.findall(latex)
    )
    return commands_known and all(name in _ENVIRONMENTS for name in _ENVIRONMENT.findall(latex))


def _depth(latex: str) -> int:
    """How deep groups can stand in each other; a chain of scripts counts as one more each."""
    deepest = depth = scripts = 0
    for found in _NEST.findall(latex):
        if found in "^_":
            scripts += 1
        elif found == "{" or found in ("\\left", "\\begin"):
            depth += 1
        elif found == "}" or found in ("\\right", "\\end"):
            depth = max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest + scripts // 20


@lru_cache(maxsize=2_000)
def mathml(latex: str, *, block: bool = False) -> str | None:
    """The formula as MathML; None where it is refused or is no formula."""
    if not is_plain(latex):
        return None
    try:
        tree = Converter(display="block" if block else "inline").convert_to_element(latex)
    except Exception:  # a student's dollars are no formula: let them stand as they are
        return None
    for element in tree.iter():  # the library writes signs as entities, to be unescaped at the end
        element.text = html.unescape(element.text) if element.text else element.text
    result = ElementTree.tostring(tree, encoding="unicode")
    return result if len(result) <= MOST_RESULT else None
