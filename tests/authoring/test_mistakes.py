"""Whatever an author does wrong, `build` or `lint` says it in lines that name the place.

The 81 rows were once provoked by hand (their table is written by tests/support/mistakes.py);
the generators make others of the same kinds.
"""

from __future__ import annotations

import copy
import json
import random
import shutil
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import mistakes, transfer
from support.mistakes import NOTEBOOK, ROWS, provoke
from support.transfer import COUNT, SOLUTION, UNIT, WRITTEN

from autograder.authoring import checks, leaks, notebooks, sample_files, trials
from autograder.authoring.delimiters import split
from autograder.authoring.linting import lint
from autograder.authoring.releases import build
from autograder.authoring.sources import open_source
from autograder.course.course import Course
from autograder.course.unit import Unit
from autograder.errors import CourseError

QUICK = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def right(tmp_path_factory) -> Course:
    """The unit as it should be, built."""
    course = transfer.draft().write(tmp_path_factory.mktemp("transfer") / "right")
    build(course, UNIT, course.root)
    return course


@pytest.fixture
def course(right, tmp_path, monkeypatch) -> Course:
    """A copy of it that a test may spoil. No other processes: each would load everything anew."""
    monkeypatch.setattr(trials, "FEW", 1000)
    monkeypatch.setattr(trials, "STOPPED_S", 5.0)
    shutil.copytree(right.root, tmp_path / "course", symlinks=True)
    return Course(tmp_path / "course")


def cases():
    for row in ROWS:
        marks = (pytest.mark.slow,) if row.runs else ()
        yield pytest.param(row, id=f"{row.number:02}-{row.title.replace(' ', '_')}", marks=marks)


def test_no_row_is_missing():
    """The table has its 81 rows, each once."""
    assert sorted(row.number for row in ROWS) == list(range(81))


@pytest.mark.parametrize("row", [*cases()])
def test_a_mistake_is_said(course, row):
    """One line or several say where it is and what to do; what was built stays as it was."""
    said = provoke(course, row.spoil)
    assert said.by == row.by, said.lines
    assert said.untouched
    assert is_told(said.lines)
    text = " ".join(said.lines)
    assert all(part in text for part in row.says), said.lines


def is_told(lines) -> bool:
    """Whether each line begins with a file, is one line, and is not Python's."""
    places = ("source/", "release/", "solutions/", "graders/", "samples/")
    return all(
        line.startswith(places) and "\n" not in line and "Traceback" not in line for line in lines
    )


# ----------------------------------------------------------------- others of the same kinds


def spoilt(course: Course, draft) -> list[str]:
    """What is said of a draft by everything that runs nothing."""
    draft.write(course.root)
    found = [*notebooks.examine(course, UNIT)]
    if not found:
        unit = released(course, draft)
        source, _ = open_source(course, UNIT)
        found += leaks.examine(source, unit)
        judgement, broken = checks.load(course, unit)
        found += broken or checks.examine(course, unit, judgement)
        found += sample_files.examine(course, unit)[1]
    lines = [str(finding) for finding in found]
    assert is_told(lines)
    return lines


def released(course: Course, draft) -> Unit:
    """What nbgrader releases, without the time that nbgrader takes."""
    notebook = copy.deepcopy(draft.notebook)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = split(cell.source)[0]
    files = {name: text.encode() for name, text in draft.files.items()}
    return Unit(UNIT, nbformat.v4.writes(notebook), files, course.graders)


def slip(name: str, choice: random.Random) -> str:
    """A key as it is misspelt: a letter too few, too many, doubled or swapped."""
    place = choice.randrange(len(name))
    return choice.choice(
        [
            name[:place] + name[place + 1 :],
            name[:place] + "x" + name[place:],
            name[:place] + name[place] + name[place:],
            name + "s",
            name.title() if name != name.title() else name + "_",
        ]
    )


MARKED = [cell.metadata.nbgrader.grade_id for cell in transfer.draft().notebook.cells
          if "nbgrader" in cell.metadata]  # fmt: skip


@QUICK
@given(name=st.sampled_from(MARKED), seed=st.integers(0, 10**6), drop=st.booleans())
def test_every_key_of_a_mark_is_looked_at(course, name, seed, drop):
    """A key of nbgrader's mark that is dropped or misspelt is named with its cell."""
    draft, choice = transfer.draft(), random.Random(seed)
    mark = draft.mark(name)
    key = choice.choice([key for key in mark if key != "task"])
    value = mark.pop(key)
    if not drop:
        mark[slip(key, choice)] = value
    assert spoilt(course, draft)[0].startswith(NOTEBOOK)


@QUICK
@given(
    name=st.sampled_from(["standardise", "why_freeze"]),
    value=st.one_of(st.text(max_size=5), st.none(), st.booleans(), st.lists(st.integers()),
                    st.floats(max_value=-1e-9), st.just(float("nan")), st.just(float("inf"))),
)  # fmt: skip
def test_points_are_numbers_above_zero(course, name, value):
    """Points of any other kind are refused, in the line of their cell."""
    draft = transfer.draft()
    draft.mark(name)["points"] = value
    assert any(f"cell {name!r}" in line for line in spoilt(course, draft))


@QUICK
@given(seed=st.integers(0, 10**6), place=st.sampled_from(["notebook", "limits", "cell", "top"]))
def test_unknown_keys_of_ours_are_refused(course, seed, place):
    """A misspelt key of the notebook's, of the limits or of a cell is never passed over."""
    draft, choice = transfer.draft(), random.Random(seed)
    cell = draft.cell("standardise")
    if place == "top":
        cell.metadata[slip("autograder", choice)] = {"bonus": 2}
    elif place == "cell":
        cell.metadata["autograder"] = {slip(choice.choice(["bonus", "quick"]), choice): 2}
    elif place == "limits":
        key = slip(choice.choice(["cell_cpu_s", "notebook_cpu_s", "memory"]), choice)
        draft.notebook.metadata["autograder"] = {"limits": {key: 3}}
    else:
        draft.notebook.metadata["autograder"] = {slip("limits", choice): {}}
    assert spoilt(course, draft)[0].startswith(NOTEBOOK)


@QUICK
@given(seed=st.integers(0, 10**6))
def test_misspelt_delimiters_are_found(course, seed):
    """A delimiter with a letter too few or too many does not publish, or delete, an answer."""
    draft, choice = transfer.draft(), random.Random(seed)
    name = choice.choice(["standardise_answer", "frozen_count_answer", "why_freeze"])
    word = choice.choice(["BEGIN", "END"])
    line = f"### {word} SOLUTION"
    draft.edit(name, line, f"### {slip(word, choice)} {choice.choice(['SOLUTION', 'Solution'])}")
    assert any(f"cell {name!r}" in line for line in spoilt(course, draft))


@QUICK
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["delete", "double", "id"]))
def test_a_cell_that_is_lost_or_doubled_is_found(course, seed, kind):
    """A marked cell, or the one with the student id, cannot vanish or come twice in silence."""
    draft, choice = transfer.draft(), random.Random(seed)
    cells = [c for c in draft.notebook.cells if "nbgrader" in c.metadata and c.cell_type == "code"]
    cell = choice.choice([*cells, draft.cell("student-id")])
    if kind == "delete":
        draft.notebook.cells.remove(cell)
        if cell.get("id") == "setup":  # only a run tells what is missing then
            return
    else:
        double = copy.deepcopy(cell)
        double.id = cell.id if kind == "id" else "double"
        draft.notebook.cells.insert(choice.randrange(len(draft.notebook.cells)), double)
    assert spoilt(course, draft)


DISGUISES = {
    "as it is": lambda text: text,
    "indented": lambda text: "\n".join("      " + line for line in text.split("\n")),
    "commented": lambda text: "\n".join("# " + line for line in text.split("\n")),
    "quoted": lambda text: "\n".join("> " + line for line in text.split("\n")),
    "without spaces around =": lambda text: text.replace(" = ", "=").replace(" / ", "/"),
    "among other lines": lambda text: f"One.\n\n{text}\n\nTwo.",
    "in a string": lambda text: repr(text),
}


@QUICK
@given(
    secret=st.sampled_from([SOLUTION, COUNT, WRITTEN]),
    disguise=st.sampled_from(sorted(DISGUISES)),
    place=st.sampled_from(["text", "lesson", "classroom", "metadata", "stub", "title"]),
)
def test_a_solution_is_found_wherever_it_stands(course, secret, disguise, place):
    """The text of a solution in any file, cell or metadata of the release is told."""
    draft, text = transfer.draft(), DISGUISES[disguise](secret)
    if place == "lesson":
        draft.files["lesson.py"] += f"\n\nNOTE = {text!r}\n"
    elif place == "classroom":
        draft.files["more.py"] = f"NOTE = {text!r}\n"
    elif place == "metadata":
        draft.cell("network").metadata["jupyter"] = {"note": text}
    elif place == "stub":
        draft.cell("standardise_answer").source += "\n" + DISGUISES["commented"](text)
    else:
        draft.cell({"text": "why-text", "title": "title"}[place]).source += "\n\n" + text
    assert any("holds the solution" in line for line in spoilt(course, draft))


@QUICK
@given(
    names=st.lists(st.text("abcdefgh", min_size=2, max_size=6), min_size=4, max_size=4,
                   unique=True),
    place=st.sampled_from(["lesson", "cell"]),
)  # fmt: skip
def test_a_solution_under_other_names_is_found(course, names, place):
    """Other names and another docstring do not hide a solution."""
    x, mean, deviation, function = (f"{name}_" for name in names)
    code = f'def {function}({x}):\n    """Something else."""\n{SOLUTION}\n'
    for old, new in (("mean =", f"{mean} ="), ("deviation", deviation), ("- mean", f"- {mean}"),
                     ("x.", f"{x}."), ("(x ", f"({x} ")):  # fmt: skip
        code = code.replace(old, new)
    draft = transfer.draft()
    if place == "lesson":
        draft.files["lesson.py"] += f"\n\n{code}"
    else:
        draft.cell("network").source += f"\n\n{code}"
    assert any("holds the solution" in line for line in spoilt(course, draft))


@QUICK
@given(data=st.binary(max_size=300))
def test_any_bytes_for_a_notebook_are_told(course, data):
    """A notebook that is none is one line, never a traceback, and what was built stays."""
    before = mistakes._generated(course.root)
    (course.root / NOTEBOOK).write_bytes(data)
    with pytest.raises(CourseError) as raised:
        build(course, UNIT, course.root)
    assert is_told(str(raised.value).split("\n"))
    assert mistakes._generated(course.root) == before


@QUICK
@given(data=st.data())
def test_any_value_in_a_notebook_is_told_or_harmless(course, data):
    """Whatever stands in place of a part of the notebook: lines, or nothing; never a traceback."""
    notebook = json.loads(json.dumps(transfer.draft().notebook))
    value = data.draw(st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner,
                                                                    max_size=2)))  # fmt: skip
    part, key = notebook, data.draw(st.sampled_from(sorted(notebook)))
    while isinstance(part[key], (dict, list)) and part[key] and data.draw(st.booleans()):
        part = part[key]
        keys = sorted(part) if isinstance(part, dict) else list(range(len(part)))
        key = data.draw(st.sampled_from(keys))
    part[key] = value
    transfer.draft().write(course.root)
    (course.root / NOTEBOOK).write_text(json.dumps(notebook))
    assert is_told([str(finding) for finding in notebooks.examine(course, UNIT)])


@QUICK
@given(seed=st.integers(0, 10**6))
def test_a_line_that_is_lost_from_a_grader_is_told_or_harmless(course, seed):
    """Any line less in a grader or rubric: lines that name the folder, never a traceback."""
    draft, choice = transfer.draft(), random.Random(seed)
    file = choice.choice(sorted(draft.graders))
    lines = draft.graders[file].split("\n")
    del lines[choice.randrange(len(lines))]
    draft.graders[file] = "\n".join(lines)
    spoilt(course, draft)


@QUICK
@given(text=st.text(max_size=60), seed=st.integers(0, 10**6))
def test_any_head_of_a_sample_is_told(course, text, seed):
    """A misspelt key, or anything else, in a sample's head is told with its file."""
    draft, choice = transfer.draft(), random.Random(seed)
    key = choice.choice(["expect", "score", "says"])
    old = draft.samples["one_mean.py"]
    draft.samples["one_mean.py"] = old.replace(f"{key}:", f"{slip(key, choice)}:")
    draft.samples["other.py"] = f'"""Title.\n\n{text}\n"""\n'
    said = spoilt(course, draft)
    assert any("samples/07_transfer/one_mean.py" in line for line in said)


# ----------------------------------------------------------------- the unit as it should be


def test_a_unit_with_written_questions_only_is_fine(course):
    """A unit without any code to answer is built and clean."""
    draft = transfer.draft()
    keep = ("title", "why-text", "why-freeze")
    draft.notebook.cells = [cell for cell in draft.notebook.cells if cell.get("id") in keep]
    draft.files.clear()
    draft.samples.clear()
    draft.graders = {"rubrics.py": draft.graders["rubrics.py"]}
    draft.link = False
    draft.write(course.root)
    build(course, UNIT, course.root)
    assert lint(course, UNIT).findings == ()


def test_nothing_in_source_is_no_silence(tmp_path):
    """Without any unit, the commands say so."""
    from autograder.authoring.sources import unit_folders

    (tmp_path / "source").mkdir()
    with pytest.raises(CourseError, match="holds no unit"):
        unit_folders(Course(tmp_path))


def test_a_build_that_is_refused_leaves_nothing_behind(course):
    """No scratch folder and no half of a release remains."""
    draft = transfer.draft()
    draft.edit("standardise", "-1, 1]", "-1, 2]")
    draft.write(course.root)
    before = sorted(path.name for path in Path(course.root).iterdir())
    with pytest.raises(CourseError, match="not right yet"):
        build(course, UNIT, course.root)
    assert sorted(path.name for path in Path(course.root).iterdir()) == before
