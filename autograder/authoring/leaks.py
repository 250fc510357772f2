"""Whether a solution stands anywhere in a release: its text, its code under other names, its words.

What is told from text alone. A solution that is compressed or encoded, or that is told in other
words, is not found here; what computes an answer is looked for in :mod:`.probing`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import nbformat

from autograder.authoring import fingerprints
from autograder.authoring.delimiters import split
from autograder.authoring.findings import Finding
from autograder.authoring.sources import Role, Source, plain_python
from autograder.checking.questions import Rubric
from autograder.course.unit import Unit

MARKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "autograder.graders")
SHARE = 0.5  # of a solution's lines or words; less comes about by chance
RUN = 3  # lines of a solution one after another


@dataclass(frozen=True)
class Secret:
    """One solution: the cell that it is from, its text, and the text that is released with it."""

    cell: str
    text: str
    kept: str = ""
    code: bool = True

    @cached_property
    def lines(self) -> list[str]:
        known = set(fingerprints.lines(self.kept))
        return [line for line in fingerprints.lines(self.text) if line not in known]

    @cached_property
    def squeezed(self) -> str:
        return fingerprints.squeezed(self.text)

    @cached_property
    def words(self) -> set[tuple[str, ...]]:
        return set() if self.code else fingerprints.runs_of_words(self.text)

    @cached_property
    def pieces(self) -> list[list[ast.stmt]]:
        """The whole as code, and the body of each function in it."""
        body = fingerprints.parsed(self.text) if self.code else []
        inner = [part.body for part in body if isinstance(part, ast.FunctionDef)]
        return [piece for piece in [body, *inner] if piece]

    @cached_property
    def values(self) -> list[ast.expr]:
        """What is returned or bound: an expression may be copied alone."""
        kinds = (ast.Return, ast.Assign)
        found = [s.value for piece in self.pieces for s in piece if isinstance(s, kinds)]
        return [value for value in found if value is not None]

    @cached_property
    def shapes(self) -> set[str]:
        bodies = {fingerprints.shape(piece) for piece in self.pieces}
        return (bodies | {fingerprints.shape([value]) for value in self.values}) - {""}


@dataclass(frozen=True)
class Document:
    """A piece of the release: a cell, its metadata, a file."""

    file: str
    cell: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return fingerprints.lines(self.text)

    @cached_property
    def line_set(self) -> set[str]:
        return set(self.lines)

    @cached_property
    def squeezed(self) -> str:
        return fingerprints.squeezed(self.text)

    @cached_property
    def words(self) -> set[tuple[str, ...]]:
        return fingerprints.runs_of_words(self.text)

    @cached_property
    def tree(self) -> ast.AST | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(plain_python(self.text))
        except (SyntaxError, ValueError):
            return None


def examine(
    source: Source, release: Unit, rubrics: Mapping[str, Sequence[Rubric]] | None = None
) -> list[Finding]:
    """Solutions and rubrics that stand in the release; ``autograder.shown`` excepts lines."""
    secrets = [*_solutions(source), *_rubrics(rubrics or {})]
    lengths = {len(piece) for secret in secrets for piece in secret.pieces}
    findings = []
    for document in _documents(release):
        shapes = fingerprints.shapes(document.tree, lengths) if document.tree else set()
        for secret in secrets:
            how = _found(secret, document, shapes)
            if how and not _excepted(secret, source.shown):
                remedy = (
                    "Take it out of the source; what is shown on purpose goes into the list "
                    "autograder.shown of the notebook's metadata."
                )
                what = f"the release holds the solution of {secret.cell} ({how})."
                findings.append(Finding(document.file, what, remedy, document.cell))
    return [*findings, *_marks(release)]


def _found(secret: Secret, document: Document, shapes: set[str]) -> str:
    """How a document holds a secret; nothing where it does not."""
    if len(secret.squeezed) >= 2 * fingerprints.ENOUGH and secret.squeezed in document.squeezed:
        return "its text"
    if secret.shapes & shapes:
        return "its code, perhaps under other names"
    common = [line for line in secret.lines if line in document.line_set]
    if common and sum(map(len, common)) >= SHARE * sum(map(len, secret.lines)):
        return f"the line {common[0][:60]!r}" if len(common) == 1 else f"{len(common)} of its lines"
    if _run(secret, document):
        return f"{RUN} of its lines"
    if secret.words and len(secret.words & document.words) >= SHARE * len(secret.words):
        return "its words"
    return ""


def _run(secret: Secret, document: Document) -> bool:
    """Some lines of the solution one after another."""
    runs = (secret.lines[i : i + RUN] for i in range(len(secret.lines) - RUN + 1))
    return any(
        document.lines[i : i + RUN] == run
        for run in runs
        if run[0] in document.line_set
        for i in range(len(document.lines) - RUN + 1)
    )


def _excepted(secret: Secret, shown: Sequence[str]) -> bool:
    return any(text.strip() and text.strip() in secret.text for text in shown)


# ----------------------------------------------------------------- both sides


def _solutions(source: Source) -> Iterator[Secret]:
    for cell in source.of(Role.ANSWER, Role.WRITTEN):
        kept, solutions = split(cell.source)
        for text in solutions:
            yield Secret(cell.name, text, kept, cell.code)


def _rubrics(rubrics: Mapping[str, Sequence[Rubric]]) -> Iterator[Secret]:
    for question, aspects in rubrics.items():
        for aspect in aspects:
            yield Secret(f"the rubric of {question!r}", aspect.full, code=False)


def _documents(release: Unit) -> Iterator[Document]:
    file = f"release/{release.name}/{release.name}.ipynb"
    notebook = nbformat.reads(release.notebook, as_version=4)
    for cell in notebook.cells:
        own = cell.metadata.get("nbgrader", {})
        name = f"cell {str(own.get('grade_id') or cell.get('id'))!r}"
        yield Document(file, name, cell.source)
        rest = [cell.get("outputs", ()), cell.get("attachments", {}), cell.metadata]
        yield from (Document(file, name, text) for text in _texts(rest))
    yield from (Document(file, "metadata", text) for text in _texts(notebook.metadata))
    for path, data in release.files.items():
        text = data.decode("utf-8", "ignore")
        yield Document(f"release/{release.name}/{path}", "", text)


def _texts(value: Any) -> Iterator[str]:
    """The longer texts anywhere in a value."""
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(item, str) for item in value):
            value = "\n".join(value)
        else:
            for item in value:
                yield from _texts(item)
    if isinstance(value, str) and len(value) >= fingerprints.ENOUGH:
        yield value


def _marks(release: Unit) -> Iterator[Finding]:
    texts = {f"{release.name}.ipynb": release.notebook}
    texts |= {path: data.decode("utf-8", "ignore") for path, data in release.files.items()}
    for path, text in texts.items():
        for mark in MARKS:
            if mark in text:
                file = f"release/{release.name}/{path}"
                yield Finding(file, f"it contains {mark!r}.", "Take it out of the source.")
