"""Whatever text a student writes: only listed elements, bounded formulas, no terminal escapes."""

from __future__ import annotations

import io

import pytest
from fuzz.texts import check_html, check_latex
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat import from_dict
from rich.table import Table
from rich.text import Text
from support import hostile

from autograder.cleaning.characters import printable_lines, without_controls
from autograder.cleaning.formulas import is_plain, mathml
from autograder.cleaning.markup import clean_html
from autograder.cleaning.styles import clean_style
from autograder.commands.terminal import PlainConsole
from autograder.gradebook.safe_markdown import LONGEST, render
from autograder.sandbox.outputs import clean

PIECES = st.lists(
    st.one_of(
        st.sampled_from([*hostile.html(120), "<b>", "</b>", "<p>", "<math>", "<mtext>", "</math>"]),
        st.sampled_from(['"', "'", "<", ">", "=", "&#x3c;", "<!--", "-->", "\x00", "\u202e"]),
        st.text(max_size=12),
    ),
    max_size=12,
).map("".join)
COMMANDS = (
    r"\frac \sqrt \text \begin{matrix} \end{matrix} \left( \right) \tag \def \style \\ & {".split()
)
FORMULAS = st.lists(
    st.one_of(
        st.sampled_from([*COMMANDS, "}", "_", "^", "x", "1", *hostile.LATEX]), st.text(max_size=4)
    ),
    max_size=25,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(PIECES)
@example('<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1">')
def test_only_what_is_listed_is_left_of_html(text):
    """For any text, and cleaning what is clean changes nothing."""
    check_html(text)
    check_html(render(text))


@settings(max_examples=400, deadline=None)
@given(FORMULAS)
def test_a_formula_is_refused_or_drawn(text):
    """Well-formed MathML of bounded size, or nothing."""
    check_latex(text)


@pytest.mark.parametrize("latex", hostile.LATEX)
def test_a_hostile_formula_draws_no_picture_and_no_address(latex):
    """Macros, styles and links are refused; text in a formula stays text."""
    found = mathml(latex.format(run="alert(1)", far="//x", over="position:fixed")) or ""
    assert "<img" not in found
    assert "<script" not in found
    assert "href" not in found


@pytest.mark.parametrize("latex", [r"\frac{\partial L}{\partial w} = \sum_{i=1}^{n} x_i",
    r"\begin{pmatrix}1 & 2\\3 & 4\end{pmatrix}", r"\underbrace{a+b}_{\text{two}}\;\tfrac12",
    r"\mathrm{softmax}(x) \approx \max\{0, x\} \cdot \infty \quad \mathbb{R}^{n\times m}",
    "a<b", r"\hat{y} \in \{0, 1\} \iff \log p \leq \varepsilon"])  # fmt: skip
def test_a_students_formula_is_drawn(latex):
    """The mathematics of a course about networks."""
    assert is_plain(latex)
    assert "<math" in clean_html(mathml(latex))


def test_what_grows_is_bounded():
    """Ten times the text never makes more than its share of the page, nor a long formula."""
    nested = r"\def\a{xx}" + "".join(
        rf"\def\{b}{{\{a}\{a}}}" for a, b in zip("abcdef", "bcdefg", strict=True)
    )
    assert mathml(nested + r"\g") is None
    for piece in (
        "<b x=1><p>",
        "<div>",
        "[",
        "![",
        "$x^2$ ",
        "\\begin{align}\n",
        "<code class=k>",
        "> ",
        "*_",
    ):
        for times in (100, LONGEST // len(piece)):
            assert len(render(piece * times)) <= 12 * len(piece * times) + 500_000
    copies = "<p>" + "".join(f"<code title={n}>" for n in range(2_000)) + "<p>x" * 2_000
    assert len(clean_html(copies)) < 100_000


@pytest.mark.parametrize("style", ["position:fixed", "background:url(//x)", "margin:-1px",
    "padding:999em", "color:red;}body{display:none", "width:expression(1)", "font-size:99px",
    "COLOR:\\75rl(x)", "top:0"])  # fmt: skip
def test_a_style_only_colours_and_spaces(style):
    """Nothing that moves, fetches or grows is kept; what stands beside it is."""
    assert clean_style(style) == clean_style("color:red") * style.startswith("color")
    assert clean_style(f"{style};text-align: right;").endswith("text-align: right")


def test_one_message_that_rewrites_a_thousand_outputs_is_bounded():
    """An update of a display reaches all outputs that share its id; the notebook stays small."""
    data = {"text/html": "<b>x</b>" * 400, "text/plain": "y" * 200_000}
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}}] * 5_000
    cells = [{"cell_type": "code", "source": "", "outputs": outputs, "metadata": {}}]
    notebook = from_dict({"cells": cells})
    clean(notebook)
    assert sum(len(str(output)) for output in notebook.cells[0].outputs) < 40 << 20
    assert "More was displayed" in notebook.cells[0].outputs[-1].text


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None), max_size=60))
@example("\x1b]0;title\x07\x1b[2J\u202eevil\x9b31m\r\ud800")
def test_no_text_steers_a_terminal(text):
    """In a table, in a line and in a log: controls and direction marks are spelt out."""
    file = io.StringIO()
    console = PlainConsole(file=file, width=80, force_terminal=False)
    table = Table(text)
    table.add_row(Text(text))
    console.print(table)
    console.print(text, markup=False)
    for shown in (file.getvalue(), printable_lines(text), without_controls(text).replace("\t", "")):
        assert all(c == "\n" or ord(c) > 31 for c in shown.replace("\r", "") if shown is not text)
        assert not set(shown) & set("\x1b\x9b\x07\u202e\u2066\ud800")
