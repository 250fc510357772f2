"""A small unit as a draft that a test may spoil: a function, a personal number, a written answer.

It needs numpy only. A draft is written into a folder of its own; ``build`` and ``lint`` of the
package then say what they say.
"""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course.course import Course
from support.courses import ROOT
from support.tiny import configure

UNIT = "07_transfer"
RAISES = {"tags": ["raises-exception"]}

LESSON = '''"""The unit's own helpers."""

from classroom import personal


def layers(student_id):
    """The layers of a network: (inputs, outputs, frozen)."""
    rng = personal(student_id, "frozen_count")
    sizes = [rng.randint(11, 99) for _ in range(5)]
    return [(sizes[i], sizes[i + 1], i < 2) for i in range(4)]


def show(network):
    """Print a line for each layer."""
    for inputs, outputs, frozen in network:
        print(f"{inputs} to {outputs}", "frozen" if frozen else "trained")


def filled_in(value):
    """Whether something is written."""
    return value is not None
'''

SOLUTION = """    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    deviation = x.std(axis=(0, 2, 3), keepdims=True)
    return (x - mean) / deviation"""
COUNT = "trained = sum(n * m + m for n, m, frozen in network if not frozen)"
WRITTEN = (
    "The first layers have learnt edges and textures, which help with any photograph, so they may "
    "stay as they are. The last layer names the classes of the old task and has to be learnt anew."
)

STANDARDISE = '''"""Standardise."""

import numpy as np

from autograder import Mistake, check_close, check_untouched, question


def reference(x):
    spread = np.sqrt(((x - x.mean((0, 2, 3), keepdims=True)) ** 2).mean((0, 2, 3), keepdims=True))
    return (x - x.mean((0, 2, 3), keepdims=True)) / spread


@question("standardise", weight=2)
def test_each_channel(student, rng):
    """Each channel is treated with its own mean and deviation."""
    x = rng.normal(3, 2, (4, 3, 5, 5))
    check_close(
        student.standardise(x),
        reference(x),
        given="standardise(x)",
        hints=[Mistake("one-mean", "You took one mean for all channels.",
                       lambda: (x - x.mean()) / x.std())],
    )


@question("standardise")
def test_x_is_left_alone(student, rng):
    """x is left as it was."""
    x = rng.normal(3, 2, (4, 3, 5, 5))
    check_untouched(student.trace("standardise", x), "standardise(x)", {"x": x})
'''

FROZEN_COUNT = '''"""Frozen count."""

from autograder import check_equal, question


@question("frozen_count")
def test_counts_what_is_trained(student, lesson):
    """The number of trained weights and biases."""
    network = lesson.layers(student.personal_id())
    expected = sum(n * m + m for n, m, frozen in network if not frozen)
    check_equal(student.value("trained"), expected, given="trained", reveal=False)
'''

RUBRICS = '''"""Rubrics."""

from autograder import Rubric

RUBRICS = {
    "why_freeze": [
        Rubric("what is kept", "Says that early layers hold general features that carry over.",
               "Names layers only.", "Nothing."),
    ],
}
'''

SAMPLES = {
    "alt_loop.py": '''"""Correct in another way: channel by channel."""


# %% standardise_answer
def standardise(x):
    return np.stack([(x[:, c] - x[:, c].mean()) / x[:, c].std() for c in range(x.shape[1])], 1)
''',
    "one_mean.py": '''"""One mean for all channels.

expect:
  standardise:
    score: 1
    says: one mean for all channels
"""


# %% standardise_answer
def standardise(x):
    return (x - x.mean()) / x.std()
''',
    "no_biases.py": '''"""The biases are forgotten.

expect:
  frozen_count:
    score: 0
"""
# %% frozen_count_answer
trained = sum(n * m for n, m, frozen in network if not frozen)
''',
}


@dataclass
class Draft:
    """Everything that an author writes for a unit, to be changed at will."""

    notebook: NotebookNode
    files: dict[str, str] = field(default_factory=dict)  # of source/UNIT/
    graders: dict[str, str] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    link: bool = True
    folder: str = UNIT  # of source/
    stem: str = UNIT  # of the notebook

    def cell(self, name: str) -> NotebookNode:
        """The cell of this grade_id or id."""
        return next(
            cell
            for cell in self.notebook.cells
            if name in (cell.metadata.get("nbgrader", {}).get("grade_id"), cell.get("id"))
        )

    def mark(self, name: str) -> NotebookNode:
        return self.cell(name).metadata.nbgrader

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a piece of a cell; it must be there."""
        cell = self.cell(name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    def grader(self, old: str, new: str, file: str = "test_standardise.py") -> None:
        assert old in self.graders[file]
        self.graders[file] = self.graders[file].replace(old, new)

    def write(self, root: Path) -> Course:
        """Put the draft into a course; what it does not hold is deleted there."""
        source = root / "source"
        shutil.rmtree(source, ignore_errors=True)
        (source / self.folder).mkdir(parents=True)
        shutil.copy(ROOT / "source" / "classroom.py", source)
        if self.link:
            (source / self.folder / "classroom.py").symlink_to("../classroom.py")
        notebook = source / self.folder / f"{self.stem}.ipynb"
        notebook.write_text(nbformat.v4.writes(self.notebook), "utf-8")
        _write(source / self.folder, self.files)
        for place, files in (("graders", self.graders), ("samples", self.samples)):
            shutil.rmtree(root / place, ignore_errors=True)
            _write(root / place / UNIT, files)
        configure(root)
        return Course(root)


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def draft() -> Draft:
    """The unit as it should be."""
    return copy.deepcopy(_RIGHT)


def between(text: str) -> str:
    """A solution between its delimiters, indented like it."""
    indent = text[: len(text) - len(text.lstrip())]
    return f"{indent}### BEGIN SOLUTION\n{text}\n{indent}### END SOLUTION"


def _cell(name: str, source: str, make=new_code_cell, metadata=None, **marks) -> NotebookNode:
    cell = make(source, id=name.replace("_", "-"), metadata=metadata or {})
    plain = {"grade": False, "locked": False, "solution": False, "task": False}
    cell.metadata.nbgrader = {"schema_version": 3, "grade_id": name, **plain, **marks}
    return cell


def _notebook() -> NotebookNode:
    check = {"grade": True, "locked": True, "metadata": RAISES}
    return new_notebook(
        cells=[
            new_markdown_cell("# Transfer\n\nWhat one network learnt.", id="title"),
            _cell("setup", "import numpy as np\n\nimport lesson\n"
                  "from classroom import Check, summary", locked=True),
            new_code_cell('STUDENT_ID = ""  # your student id', id="student-id"),
            new_markdown_cell("**Exercise.** Write `standardise(x)`.", id="standardise-text"),
            _cell("standardise_answer", "def standardise(x):\n"
                  f'    """Images x (N, C, H, W), standardised."""\n{between(SOLUTION)}',
                  solution=True),
            _cell("standardise", 'check = Check("standardise")\n'
                  'check.close("1 and 3 become -1 and 1",\n'
                  "            lambda: standardise(np.array([[[[1.0, 3.0]]]])), [[[[-1, 1]]]])\n"
                  "check.done()", points=3, **check),
            new_code_cell("network = lesson.layers(STUDENT_ID)\nlesson.show(network)",
                          id="network"),
            _cell("frozen_count_answer", f"trained = None  # a number\n{between(COUNT)}",
                  metadata=RAISES, solution=True),
            _cell("frozen_count", 'check = Check("frozen_count")\n'
                  'check.form("a whole number", lambda: int(trained) == trained)\ncheck.done()',
                  points=2, **check),
            new_markdown_cell("**In your own words.** Why freeze?", id="why-text"),
            _cell("why_freeze", between(WRITTEN), new_markdown_cell, grade=True, solution=True,
                  points=2),
            _cell("summary", 'summary("standardise", "frozen_count")', locked=True),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3",
                                 "language": "python"}, "language_info": {"name": "python"}},
    )  # fmt: skip


_RIGHT = Draft(
    _notebook(),
    {"lesson.py": LESSON},
    {"test_standardise.py": STANDARDISE, "test_frozen_count.py": FROZEN_COUNT,
     "rubrics.py": RUBRICS},
    SAMPLES,
)  # fmt: skip
