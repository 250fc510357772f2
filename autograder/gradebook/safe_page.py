"""A preprocessor of every page that nbconvert makes of a submission: what it shows is clean.

Notebooks in ``autograded/`` were cleaned when they were graded. A page cleans again what it is
given, because the file may be older than the rules, or another program's.
``nbgrader_config.py`` names :class:`Clean` in ``c.HTMLExporter.preprocessors``.
"""

from __future__ import annotations

import html
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

from autograder.cleaning.characters import printable
from autograder.sandbox.outputs import clean

# What nbgrader's own template writes into its page as it is; names come from class lists.
NAMES = ("student", "first_name", "last_name", "notebook_path")
_METADATA = frozenset(("nbgrader", "autograder", "deletable", "editable"))


class Clean(Preprocessor):
    """Outputs and metadata by allow-list, raw cells as text, names of people escaped."""

    enabled = Bool(True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        for name in set(NAMES) & resources.keys():
            resources[name] = html.escape(printable(str(resources[name] or "")))
        nb.metadata = NotebookNode({k: v for k, v in nb.metadata.items() if k in _METADATA})
        for cell in nb.cells:
            kept = {name: value for name, value in cell.metadata.items() if name in _METADATA}
            cell.metadata = NotebookNode(kept)
            if cell.cell_type == "raw":  # a page would show it as the HTML that it may be
                cell.cell_type, cell.source = "markdown", _indented(cell.source)
        clean(nb)
        return nb, resources


def _indented(source: str) -> str:
    """Markdown that shows a text as it is."""
    return "\n".join(f"    {line}" for line in source.splitlines())
