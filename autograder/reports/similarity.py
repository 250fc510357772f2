"""Finds submissions whose code is nearly the same: pairs for a person to look at, not a verdict.

Fingerprints of code as MOSS uses them: runs of tokens in which names, numbers and texts do not
matter, without those that the released notebook has and without those that many students share
(Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting",
SIGMOD 2003). All runs are kept, since a class is small; scikit-learn counts them.
"""

from __future__ import annotations

import io
import keyword
import token
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from nbformat import NotebookNode
from sklearn.feature_extraction.text import CountVectorizer

RUN = 12  # tokens: about two lines; shorter runs are idioms
FEWEST = 25  # runs of a submission's own; less code is alike by chance
COMMON = 0.1  # a run that more than this part of the class has is the exercise's own
ALIKE = 0.7  # of the smaller submission's runs stand in the other one


@dataclass(frozen=True)
class Pair:
    """Two students and the part of the smaller one's own runs that both have, from 0 to 1."""

    first: str
    second: str
    shared: float


def similar_pairs(
    notebooks: Mapping[str, NotebookNode], released: NotebookNode, *, alike: float = ALIKE
) -> list[Pair]:
    """The pairs of students whose answers share most of their unusual code, most alike first."""
    students = sorted(notebooks)
    if len(students) < 2:
        return []
    counter = CountVectorizer(
        analyzer="word", ngram_range=(RUN, RUN), lowercase=False, binary=True, token_pattern=r"\S+"
    )
    try:
        counts = counter.fit_transform([code_tokens(notebooks[name]) for name in students])
    except ValueError:  # nobody has written as much as one run
        return []
    given = counter.transform([code_tokens(released)]).toarray()[0] > 0
    spread = np.asarray(counts.sum(axis=0)).ravel()
    unusual = ~given & (spread <= max(2, COMMON * len(students)))
    counts = counts[:, np.flatnonzero(unusual)].astype(np.int32)
    sizes = np.asarray(counts.sum(axis=1)).ravel()
    shared = (counts @ counts.T).tocoo()
    pairs = [
        Pair(students[i], students[j], float(common / min(sizes[i], sizes[j])))
        for i, j, common in zip(shared.row, shared.col, shared.data, strict=True)
        if i < j and min(sizes[i], sizes[j]) >= FEWEST
    ]
    return sorted((p for p in pairs if p.shared >= alike), key=lambda p: -p.shared)


def code_tokens(notebook: NotebookNode) -> str:
    """The code of a notebook as words, one for each token; names, numbers and texts are alike."""
    sources = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    return " ".join(word for source in sources for word in _words(source))


def _words(source: str) -> list[str]:
    words: list[str] = []
    try:
        for one in tokenize.generate_tokens(io.StringIO(source).readline):
            if one.type == token.NAME:
                words.append(one.string if keyword.iskeyword(one.string) else "name")
            elif one.type == token.NUMBER:
                words.append("number")
            elif one.type == token.STRING:
                words.append("text")
            elif one.type == token.OP:
                words.append(one.string)
    except (tokenize.TokenError, SyntaxError):  # what was read up to there counts
        pass
    return words
