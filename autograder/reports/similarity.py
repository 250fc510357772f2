"""Finds submissions whose code is nearly the same: pairs for a person to look at, not a verdict.

Fingerprints of code as MOSS uses them: runs of tokens in which names, numbers and texts do not
matter, without those that the released notebook has and without those that many students share
(Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting",
SIGMOD 2003). All runs are kept, since a class is small.
"""

from __future__ import annotations

import io
import keyword
import token
import tokenize
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from nbformat import NotebookNode

RUN = 12  # tokens: about two lines; shorter runs are idioms
FEWEST = 25  # runs of a submission's own; less code is alike by chance
COMMON = 0.1  # a run that more than this part of the class has is the exercise's own
ALIKE = 0.7  # of the smaller submission's runs stand in the other one


Run = tuple[str, ...]


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
    given = _runs(released)
    own = {name: _runs(notebooks[name]) - given for name in students}
    spread = Counter(run for runs in own.values() for run in runs)
    most = max(2, COMMON * len(students))
    own = {name: {run for run in runs if spread[run] <= most} for name, runs in own.items()}
    enough = [name for name in students if len(own[name]) >= FEWEST]
    pairs = (
        Pair(first, second, shared / min(len(own[first]), len(own[second])))
        for (first, second), shared in _shared({name: own[name] for name in enough}).items()
    )
    return sorted((pair for pair in pairs if pair.shared >= alike), key=lambda pair: -pair.shared)


def _shared(own: Mapping[str, set[Run]]) -> Counter[tuple[str, str]]:
    """How many runs each two students share; few students have an unusual run, so few pairs."""
    owners = defaultdict[Run, list[str]](list)
    for name, runs in own.items():
        for run in runs:
            owners[run].append(name)
    return Counter(pair for names in owners.values() for pair in combinations(names, 2))


def _runs(notebook: NotebookNode) -> set[Run]:
    words = code_tokens(notebook)
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def code_tokens(notebook: NotebookNode) -> list[str]:
    """The code of a notebook as words, one for each token; names, numbers and texts are alike."""
    sources = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    return [word for source in sources for word in _words(source)]


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
