"""When two pieces of text or code are the same although they are written otherwise."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

ENOUGH = 12  # nodes of code, or characters of a line, that do not come about by chance
WORDS = 5  # of a run of words


def line(text: str) -> str:
    """A line without spaces, and without what makes it a comment, a quotation or an item."""
    text = re.sub(r"^[\s#>*\-\"'`]+", "", text)
    text = re.split(r"\s{2,}#", text)[0]
    return re.sub(r"[\s\"'`\\]", "", text).rstrip(",;")


def lines(text: str) -> list[str]:
    """The lines that say something, each once."""
    found = (line(part) for part in text.split("\n"))
    return list(dict.fromkeys(part for part in found if len(part) >= ENOUGH and part != "return"))


def squeezed(text: str) -> str:
    """All of a text without spaces, comment signs and quotation marks."""
    return "".join(line(part) for part in text.replace("\\n", "\n").split("\n"))


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    """All runs of a few words, case and punctuation apart."""
    words = re.findall(r"[\w']+", text.lower())
    return {tuple(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1)}


# ----------------------------------------------------------------- code


def parsed(text: str) -> list[ast.stmt]:
    """The statements of a piece of a function or a cell; none where it is no Python."""
    try:
        tree = ast.parse("def piece():\n" + textwrap.indent(textwrap.dedent(text), "    "))
    except (SyntaxError, ValueError):
        return []
    body = tree.body[0].body if isinstance(tree.body[0], ast.FunctionDef) else []
    return without_docstring(body)


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if told else body


def shape(nodes: list[ast.stmt] | list[ast.expr]) -> str:
    """Code with its names replaced by numbers, in the order in which they come; "" if short."""
    count = sum(isinstance(n, (ast.expr, ast.stmt)) for node in nodes for n in ast.walk(node))
    if count < ENOUGH:
        return ""
    names: dict[str, str] = {}
    return ";".join(_written(node, names) for node in nodes)


def _written(node: object, names: dict[str, str]) -> str:
    match node:
        case ast.Name(id=name) | ast.arg(arg=name):
            return names.setdefault(name, f"n{len(names)}")
        case ast.FunctionDef(name=name):
            names.setdefault(name, f"n{len(names)}")
    if isinstance(node, ast.AST):
        fields = [
            _written(value, names)
            for key, value in ast.iter_fields(node)
            if key not in ("ctx", "type_comment", "name", "returns", "annotation", "kind")
        ]
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        body = without_docstring(node) if node and isinstance(node[0], ast.stmt) else node
        return "[" + ",".join(_written(one, names) for one in body) + "]"
    return repr(node)


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """All lists of statements in a piece of code."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield without_docstring(block)


def shapes(tree: ast.AST, lengths: set[int]) -> set[str]:
    """The shapes of all runs of so many statements, and of all expressions."""
    found = {
        shape(block[start : start + length])
        for block in blocks(tree)
        for length in lengths
        for start in range(len(block) - length + 1)
    }
    found |= {shape([node]) for node in ast.walk(tree) if isinstance(node, ast.expr)}
    return found - {""}
