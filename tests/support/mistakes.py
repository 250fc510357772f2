"""81 mistakes of an author, each a small edit of :mod:`support.transfer`, and what must be said.

``python tests/support/mistakes.py FILE`` provokes them all and writes the table.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from autograder.authoring import trials
from autograder.authoring.linting import lint
from autograder.authoring.releases import build
from autograder.authoring.sources import unit_folders
from autograder.course.course import Course
from autograder.errors import CourseError
from support import transfer
from support.transfer import COUNT, RAISES, SOLUTION, UNIT, Draft, between

NOTEBOOK = f"source/{UNIT}/{UNIT}.ipynb"
STANDARDISE, COUNTING = "test_standardise.py", "test_frozen_count.py"


@dataclass(frozen=True)
class Row:
    """A mistake: its number and name, how it is made, and what the line about it must hold.

    ``runs`` says that kernels are needed to see it; ``by`` who says it.
    """

    number: int
    title: str
    spoil: Callable[[Draft], object]
    says: tuple[str, ...] = ()
    by: str = "build"
    runs: bool = False


ROWS: list[Row] = []


def row(number: int, title: str, *says: str, by: str = "build", runs: bool = False):
    def add(spoil):
        ROWS.append(Row(number, title, spoil, says, by, runs))
        return spoil

    return add


def lambda_row(number, title, spoil, *says, by="build", runs=False):
    ROWS.append(Row(number, title, spoil, says, by, runs))


R = lambda_row
Q1, A1, Q2, A2, W = (
    "standardise", "standardise_answer", "frozen_count", "frozen_count_answer", "why_freeze",
)  # fmt: skip


def point(name, value):
    return lambda d: d.mark(name).update(points=value)


R(0, "nothing changed (control)", lambda d: None, by="nobody", runs=True)
R(
    1,
    "grade_id typo in check cell",
    lambda d: d.mark(Q1).update(grade_id="standardize"),
    NOTEBOOK,
    "'standardize'",
    "standardize_answer",
)
R(
    2,
    "grade_id typo in answer cell",
    lambda d: d.mark(A1).update(grade_id="standardize_answer"),
    NOTEBOOK,
    "'standardise'",
    "no answer cell",
)
R(
    3,
    "@question names no question (typo)",
    lambda d: d.grader('@question("standardise")', '@question("standardize")'),
    "graders/07_transfer, standardize",
    "of no question",
    by="lint",
)
R(
    4,
    "question without any check",
    lambda d: d.graders.pop(COUNTING),
    "graders/07_transfer, frozen_count",
    "has no check",
    by="lint",
)
R(5, "points 0", point(Q1, 0), NOTEBOOK, "'standardise'", "no points")
R(6, "points missing", lambda d: d.mark(Q1).pop("points"), NOTEBOOK, "'standardise'", "points")
R(7, "points -1", point(Q1, -1), NOTEBOOK, "'standardise'", "points")


def without_delimiters(name):
    def spoil(d):
        lines = d.cell(name).source.split("\n")
        d.cell(name).source = "\n".join(line for line in lines if "SOLUTION" not in line)

    return spoil


R(8, "both delimiters forgotten (code)", without_delimiters(A1), NOTEBOOK, f"'{A1}'", "delimiters")
R(
    9,
    "END SOLUTION forgotten",
    lambda d: d.edit(A1, "    ### END SOLUTION", ""),
    NOTEBOOK,
    f"'{A1}'",
    "END SOLUTION",
)
R(
    10,
    "BEGIN SOLUTION forgotten",
    lambda d: d.edit(A1, "    ### BEGIN SOLUTION\n", ""),
    NOTEBOOK,
    f"'{A1}'",
    "BEGIN SOLUTION",
)
R(
    11,
    'delimiters written "# BEGIN SOLUTION"',
    lambda d: d.edit(A1, "###", "#"),
    NOTEBOOK,
    f"'{A1}'",
    "not spelt as a delimiter",
)
R(
    12,
    "both delimiters forgotten (written answer)",
    without_delimiters(W),
    NOTEBOOK,
    f"'{W}'",
    "delimiters",
)
R(
    13,
    "delimiters forgotten (prediction)",
    without_delimiters(A2),
    NOTEBOOK,
    f"'{A2}'",
    "delimiters",
)


@row(
    14,
    "leak: lesson.py (released) computes the answer",
    "lesson.py",
    "trained",
    by="lint",
    runs=True,
)
def lesson_computes(d):
    d.files["lesson.py"] += (
        "\n\ndef _open(layer):\n    return not layer[2]\n\n\ndef total(network):\n    count = 0\n"
        "    for layer in filter(_open, network):\n        count += (layer[0] + 1) * layer[1]\n"
        "    return count\n"
    )


@row(15, "leak: commented solution above the delimiters", f"'{A1}'", "holds the solution")
def commented(d):
    text = "\n".join(f"    # {line.strip()}" for line in SOLUTION.split("\n"))
    d.edit(A1, "    ### BEGIN", f"{text}\n    ### BEGIN")


@row(
    16,
    "leak: check cell compares with the personal answer",
    f"'{Q2}'",
    "personal answer",
    by="lint",
    runs=True,
)
def check_compares(d):
    d.edit(Q2, "check.done()", "wanted = 0\nfor n, m, frozen in network:\n"
           "    wanted += 0 if frozen else (n + 1) * m\n"
           'check.true("right", lambda: trained == wanted)\ncheck.done()')  # fmt: skip


R(
    17,
    "leak: message tells the personal answer (reveal=False forgotten)",
    lambda d: d.grader(", reveal=False", "", COUNTING),
    "graders/07_transfer, frozen_count",
    "tells the answer",
    by="lint",
    runs=True,
)
R(
    18,
    "leak: rubric/model answer in a text cell",
    lambda d: d.edit("why-text", "freeze?", f"freeze?\n\n{transfer.WRITTEN}"),
    "'why-text'",
    "holds the solution",
)


def grader_row(number, title, old, new, *says, file=STANDARDISE, runs=False, by="lint"):
    R(number, title, lambda d: d.grader(old, new, file), *says, by=by, runs=runs)


FIRST = "    network = lesson.layers(student.personal_id())\n"
grader_row(
    19,
    "grader raises always (1/0)",
    FIRST,
    f"    1 / 0\n{FIRST}",
    "graders/07_transfer, frozen_count",
    "ZeroDivisionError",
    "line 9",
    file=COUNTING,
    runs=True,
)
grader_row(
    20,
    "grader raises only for a wrong type",
    FIRST,
    f'    assert isinstance(student.value("trained"), int)\n{FIRST}',
    "graders/07_transfer, frozen_count",
    "AssertionError",
    file=COUNTING,
    runs=True,
)
X = "    x = rng.normal(3, 2, (4, 3, 5, 5))\n"
BODY = transfer.STANDARDISE[transfer.STANDARDISE.index("    x = rng") :].split("\n\n\n")[0]
grader_row(
    21,
    "check that calls nothing and never fails",
    BODY,
    "    assert student",
    "graders/07_transfer, standardise",
    "untouched release earns",
    runs=True,
)
grader_row(
    22,
    "check that calls the function but compares nothing",
    BODY,
    f"{X}    student.standardise(x)",
    "graders/07_transfer, standardise",
    "no sample and no wrong answer fails",
    runs=True,
)
grader_row(
    23,
    "comparison with itself (oracle is the student)",
    "        reference(x),",
    "        student.standardise(x),",
    "graders/07_transfer, standardise",
    runs=True,
)
grader_row(
    24,
    "flaky: unseeded, fails one time in two",
    X,
    f"{X}    assert np.random.random() < 0.5\n",
    f"{STANDARDISE}",
    "each time",
)
grader_row(
    25,
    "flaky: inputs from np.random, tolerance too tight",
    X,
    "    x = np.random.normal(3, 2, (4, 3, 5, 5))\n",
    f"{STANDARDISE}",
    "each time",
)
grader_row(
    26,
    "grader sleeps 60 s",
    X,
    f"    import time\n    time.sleep(60)\n{X}",
    "graders/07_transfer, standardise",
    "longer than",
    runs=True,
)
grader_row(
    27,
    "two checks with the same function name",
    "def test_x_is_left_alone",
    "def test_each_channel",
    f"{STANDARDISE}",
    "2 functions are called",
)
grader_row(
    28,
    "two checks with the same title",
    "x is left as it was.",
    "Each channel is treated with its own mean and deviation.",
    "graders/07_transfer, standardise",
    "2 checks have the title",
)
for _number, _title, _weight in (
    (29, "weight 0", "0"), (30, "weight -1", "-1"), (31, "weight as text", '"two"'),
    (32, "weight nan", 'float("nan")'),
):  # fmt: skip
    grader_row(_number, _title, "weight=2", f"weight={_weight}", STANDARDISE, "weight",
               "line 13")  # fmt: skip
grader_row(
    33,
    "weight 200 (typo for 2.00)",
    "weight=2",
    "weight=200",
    "graders/07_transfer, standardise",
    "200",
)
R(
    34,
    "rubric missing",
    lambda d: d.grader('"why_freeze"', '"other"', "rubrics.py"),
    "rubrics.py, why_freeze",
    "0 rubric aspects",
    by="lint",
)
R(
    35,
    "RUBRICS absent altogether",
    lambda d: d.graders.pop("rubrics.py"),
    "rubrics.py, why_freeze",
    "0 rubric aspects",
    by="lint",
)
R(
    36,
    "rubric for a question that is not there (besides)",
    lambda d: d.grader("    ],\n}", '    ],\n    "more": [],\n}', "rubrics.py"),
    "rubrics.py, more",
    "no written question",
    by="lint",
)
R(37, "release edited by hand", "release", f"release/{UNIT}", "stale", by="lint")
R(38, "solutions edited by hand", "solutions", f"solutions/{UNIT}", "stale", by="lint")
R(39, "source changed, build forgotten", "source", f"release/{UNIT}", "stale", by="lint")


@row(40, "saved by JupyterLab with outputs, counts, metadata", NOTEBOOK, "outputs")
def saved(d):
    cell = d.cell("network")
    cell.execution_count = 3
    cell.metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    cell.outputs = [transfer.nbformat.v4.new_output("stream", text="4 to 5\n")]


R(
    41,
    "kernel name of another environment",
    lambda d: d.notebook.metadata.kernelspec.update(name="conda-env-course"),
    NOTEBOOK,
    "conda-env-course",
    "python3",
)
R(
    42,
    "syntax error in the solution",
    lambda d: d.edit(A1, "/ deviation", "/ (deviation"),
    NOTEBOOK,
    f"'{A1}'",
    "line 6",
)
R(
    43,
    "syntax error in the stub outside the solution",
    lambda d: d.edit(A1, "(x):", "(x:"),
    NOTEBOOK,
    f"'{A1}'",
    "line 1",
)
R(
    44,
    "syntax error in a check cell",
    lambda d: d.edit(Q1, "done()", "done("),
    NOTEBOOK,
    f"'{Q1}'",
    "line 4",
)


def lesson(old, new):
    return lambda d: d.files.update({"lesson.py": d.files["lesson.py"].replace(old, new)})


R(
    45,
    "syntax error in lesson.py",
    lesson("def layers(student_id)", "def layers(student_id"),
    "lesson.py",
    "line 6",
)
R(
    46,
    "syntax error in the grader",
    lambda d: d.grader("reference(x):", "reference(x:"),
    STANDARDISE,
    "SyntaxError",
    "line 8",
    by="lint",
)
R(
    47,
    "cell ids duplicated",
    lambda d: d.cell("network").update(id="why-text"),
    NOTEBOOK,
    "'why-text'",
    "2 cells have this id",
)


@row(48, "grade_id twice (cell copied, grade_id not changed)", NOTEBOOK, f"'{Q1}'", "grade_id")
def copied(d):
    cell = transfer.copy.deepcopy(d.cell(Q1))
    cell.id = "copied"
    d.notebook.cells.insert(6, cell)


R(
    49,
    "unit renamed: folder only",
    lambda d: setattr(d, "folder", "08_transfer"),
    "source/08_transfer",
    "07_transfer.ipynb",
    "rename",
)


@row(
    50,
    "unit renamed: folder and notebook, not the grader",
    "graders/08_transfer",
    "no hidden checks",
    by="lint",
)
def renamed(d):
    d.folder = d.stem = "08_transfer"


R(51, "lesson.py missing", lambda d: d.files.clear(), NOTEBOOK, "'setup'", "'lesson'")
R(
    52,
    "classroom.py link missing",
    lambda d: setattr(d, "link", False),
    NOTEBOOK,
    "'setup'",
    "'classroom'",
)
R(
    53,
    "check cell not locked",
    lambda d: d.mark(Q1).update(locked=False),
    NOTEBOOK,
    f"'{Q1}'",
    "flags",
)
R(
    54,
    "check cell without the tag raises-exception",
    lambda d: d.cell(Q1).metadata.pop("tags"),
    NOTEBOOK,
    f"'{Q1}'",
    "raises-exception",
)
R(
    55,
    "prediction cell without the tag raises-exception",
    lambda d: d.cell(A2).metadata.pop("tags"),
    NOTEBOOK,
    f"'{A2}'",
    "raises-exception",
)
R(
    56,
    "summary() does not name a question",
    lambda d: d.edit("summary", ', "frozen_count"', ""),
    NOTEBOOK,
    "'summary'",
    "frozen_count missing",
)
R(
    57,
    'Check("...") has another name',
    lambda d: d.edit(Q1, 'k("standardise")', 'k("standard")'),
    NOTEBOOK,
    f"'{Q1}'",
    "Check('standard')",
)
R(
    58,
    "visible check is wrong (fails on the solution)",
    lambda d: d.edit(Q1, "-1, 1]", "-1, 2]"),
    NOTEBOOK,
    f"'{Q1}'",
    "not right yet",
    runs=True,
)


@row(
    59,
    "solution right for one id only (answer typed in)",
    NOTEBOOK,
    "frozen_count",
    "earns 0",
    by="lint",
    runs=True,
)
def typed_in(d):
    lesson_of: dict = {}
    sys.path.insert(0, str(transfer.ROOT / "source"))
    exec(transfer.LESSON, lesson_of)
    network = lesson_of["layers"]("ada")
    value = sum(n * m + m for n, m, frozen in network if not frozen)
    d.edit(A2, COUNT, f"trained = {value}")


R(
    60,
    "lesson.py draws without the id (other numbers each time)",
    lesson('personal(student_id, "frozen_count")', "__import__('random').Random()"),
    NOTEBOOK,
    "frozen_count",
    "earns 0",
    by="lint",
    runs=True,
)
R(
    61,
    "limits misspelt in the notebook metadata",
    lambda d: d.notebook.metadata.update(autograder={"limits": {"cell_cpu": 20}}),
    NOTEBOOK,
    "cell_cpu",
    "cell_cpu_s",
)
R(
    62,
    "import of a name that is not there (grader)",
    lambda d: d.grader("check_close, check_unt", "check_clse, check_unt"),
    STANDARDISE,
    "check_clse",
    "line 5",
    by="lint",
)
R(
    63,
    "helper called test_... without @question",
    lambda d: d.grader("def reference", "def test_reference"),
    STANDARDISE,
    "test_reference",
    "@question",
    by="lint",
)
R(
    64,
    "fixture misspelt (studnet)",
    lambda d: d.grader("left_alone(student", "left_alone(studnet"),
    STANDARDISE,
    "'studnet'",
    by="lint",
)
R(
    65,
    "@question forgets its parentheses",
    lambda d: d.grader('@question("frozen_count")', "@question", COUNTING),
    COUNTING,
    "@question",
    by="lint",
)
R(
    66,
    "hidden tests left in the check cell",
    lambda d: d.edit(
        Q1,
        "check.done()",
        "check.done()\n### BEGIN HIDDEN TESTS\n"
        "assert standardise(np.eye(3)[None, None]).max() > 1\n### END HIDDEN TESTS",
    ),
    NOTEBOOK,
    f"'{Q1}'",
    "HIDDEN TESTS",
)
R(
    67,
    "question asks for a function of another name than the grader calls",
    lambda d: d.grader("student.standardise(x)", "student.normalise(x)"),
    NOTEBOOK,
    "standardise",
    "normalise",
    by="lint",
    runs=True,
)


def sample(old, new, file="one_mean.py"):
    def spoil(d):
        assert old in d.samples[file]
        d.samples[file] = d.samples[file].replace(old, new)

    return spoil


R(
    68,
    "sample: misspelt key say: for says:",
    sample("says:", "say:"),
    "samples/07_transfer/one_mean.py",
    "say",
    by="lint",
)
R(
    69,
    "sample: names a cell that is not there",
    sample("%% standardise_", "%% standardize_"),
    "samples/07_transfer/one_mean.py",
    "standardize_answer",
    by="lint",
)
R(
    70,
    "sample: wrong expected score",
    sample("score: 1", "score: 2"),
    "samples/07_transfer/one_mean",
    "1 of 3, not 2",
    by="lint",
    runs=True,
)
R(
    71,
    "no folder of samples",
    lambda d: d.samples.clear(),
    "samples/07_transfer",
    "no sample submission",
    by="lint",
)
R(
    72,
    "Mistake whose sentence is for no wrong value (equals the right one)",
    lambda d: d.grader("(x - x.mean()) / x.std()", "reference(x)"),
    "samples/07_transfer/one_mean",
    "no message says",
    by="lint",
    runs=True,
)


@row(73, "bonus written as points 0 and metadata typo (bonuss)", NOTEBOOK, f"'{Q1}'", "bonuss")
def bonuss(d):
    d.mark(Q1).points = 0
    d.cell(Q1).metadata.autograder = {"bonuss": 3}


R(
    74,
    "written question without points metadata grade false",
    lambda d: (d.mark(W).update(grade=False), d.mark(W).pop("points")),
    NOTEBOOK,
    f"'{W}'",
    "graded by a person",
)
R(
    75,
    "STUDENT_ID cell missing",
    lambda d: d.notebook.cells.remove(d.cell("student-id")),
    NOTEBOOK,
    "'network'",
    "STUDENT_ID is used and never set",
)
R(
    76,
    "author's own id left in STUDENT_ID",
    lambda d: d.edit("student-id", '""', '"ab123"'),
    NOTEBOOK,
    "'student-id'",
    "not empty",
)
R(
    77,
    "check not locked + solution true on check cell (wrong flags)",
    lambda d: d.mark(Q1).update(locked=False, solution=True),
    NOTEBOOK,
    f"'{Q1}'",
    "marked as",
)


@row(78, "08 + the tag that lint asks for", NOTEBOOK, f"'{A1}'", "delimiters")
def tagged(d):
    without_delimiters(A1)(d)
    d.cell(A1).metadata.update(RAISES)


@row(79, "delimiters in a cell without nbgrader metadata", NOTEBOOK, "'network'", "no answer")
def stray(d):
    d.cell("network").source += "\n" + between("extra = 1")


R(
    80,
    "leak: the solution stands in an ordinary cell",
    lambda d: d.cell("network").update(
        source=f"def normal(x):\n{SOLUTION}\n\n{d.cell('network').source}"
    ),
    "'network'",
    "holds the solution",
)


# ----------------------------------------------------------------- provoking them


@dataclass(frozen=True)
class Said:
    """What came of a mistake: who said what, and whether the built folders stayed as they were."""

    by: str
    lines: tuple[str, ...]
    untouched: bool


def provoke(course: Course, spoil: Callable[[Draft], object] | str) -> Said:
    """Spoil a built course by a draft, or a generated folder by hand; then build and lint."""
    if isinstance(spoil, str):
        _by_hand(course, spoil)
        return _linted(course, UNIT)
    draft = transfer.draft()
    spoil(draft)
    draft.write(course.root)
    before = _generated(course.root)
    (name,) = unit_folders(course)
    if _source_differs(draft):
        try:
            build(course, name, course.root)
        except CourseError as error:
            return Said("build", tuple(str(error).split("\n")), _generated(course.root) == before)
    return _linted(course, name)


def _linted(course: Course, name: str) -> Said:
    lines = tuple(map(str, lint(course, name).findings))
    return Said("lint" if lines else "nobody", lines, True)


def _source_differs(draft: Draft) -> bool:
    right = transfer.draft()
    parts = ("notebook", "files", "link", "folder", "stem")
    return any(getattr(draft, part) != getattr(right, part) for part in parts)


def _by_hand(course: Course, folder: str) -> None:
    path = course.root / folder / UNIT / f"{UNIT}.ipynb"
    path.write_text(path.read_text().replace("Why freeze?", "Why do we freeze?"))


def _generated(root: Path) -> dict[str, bytes]:
    paths = [p for name in ("release", "solutions") for p in (root / name).rglob("*")]
    return {str(p.relative_to(root)): p.read_bytes() for p in paths if p.is_file()}


def _table(path: Path) -> None:
    """Provoke all mistakes and write what was said, one row each."""
    import shutil

    trials.FEW, trials.STOPPED_S = 1000, 5.0
    with tempfile.TemporaryDirectory(dir=os.environ.get("MISTAKES_DIR")) as folder:
        course = transfer.draft().write(Path(folder) / "right")
        build(course, UNIT, course.root)
        lint(course, UNIT)
        lines = ["| mistake | said by | now |", "|---|---|---|"]
        for one in sorted(ROWS, key=lambda row: row.number):
            place = Path(folder) / "spoilt"
            shutil.copytree(course.root, place, symlinks=True)
            said = provoke(Course(place), one.spoil)
            shutil.rmtree(place)
            text = "<br>".join(line.replace("|", "\\|") for line in said.lines) or "clean"
            lines.append(f"| {one.number:02} {one.title} | {said.by} | {text} |")
            print(one.number, said.by, text[:150], flush=True)
            path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    _table(Path(sys.argv[1]))
