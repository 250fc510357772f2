"""A submission is read whatever it holds, and put right without losing the student's work."""

from __future__ import annotations

import json

import nbformat
import pytest

from autograder.course.submission import MAX_BYTES, parse, restore
from autograder.errors import Unreadable


@pytest.fixture
def unit(project):
    return project.unit("02_convolution")


def released(unit):
    return json.loads(unit.notebook)


def restored(notebook, unit):
    nb, notices = restore(parse(json.dumps(notebook).encode()), unit)
    nbformat.validate(nb)
    return nb, notices


def named(notebook, name):
    return [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "list of cells"),
        (b'{"cells": 3}', "list of cells"),
        (b'{"worksheets": []}', "list of cells"),
        (b'{"cells": [3]}', "cell 1"),
        (b'{"cells": [{"cell_type": "code", "source": 3}]}', "cell 1"),
        (b'{"cells": [{"cell_type": "spell", "source": ""}]}', "cell 1"),
        (b" " * (MAX_BYTES + 1), "larger"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(data, says):
    with pytest.raises(Unreadable, match=says):
        parse(data)


def test_an_untouched_notebook_needs_no_repair(unit):
    nb, notices = restored(released(unit), unit)
    assert notices == ()
    assert [c.source for c in nb.cells] == ["".join(c["source"]) for c in released(unit)["cells"]]


def test_edited_checks_points_and_locks_are_the_units_again(unit):
    notebook = released(unit)
    [cell] = named(notebook, "conv2d")
    cell["source"], cell["metadata"]["nbgrader"]["points"] = "print('ha')", 1000
    cell["metadata"]["nbgrader"]["solution"] = True
    nb, _ = restored(notebook, unit)
    [again] = named(nb, "conv2d")
    assert again.metadata.nbgrader.points == 8
    assert again.metadata.nbgrader.solution is False
    assert "Check(" in again.source


def test_a_deleted_answer_comes_back_without_code(unit):
    """The released stub would overwrite an answer that the student wrote elsewhere."""
    notebook = released(unit)
    [cell] = named(notebook, "conv2d_answer")
    cell["metadata"], cell["id"], cell["source"] = {}, "mine", "def conv2d(): return 1"
    nb, notices = restored(notebook, unit)
    [again] = named(nb, "conv2d_answer")
    assert "NotImplementedError" not in again.source
    assert any("def conv2d(): return 1" in cell.source for cell in nb.cells)
    assert notices


def test_of_duplicates_the_answered_one_counts(unit):
    notebook = released(unit)
    [cell] = named(notebook, "equivariance_in_words")
    place = notebook["cells"].index(cell)
    notebook["cells"].insert(place, {**cell, "source": "my answer"})
    nb, notices = restored(notebook, unit)
    [again] = named(nb, "equivariance_in_words")
    assert again.source == "my answer"
    assert any("2 times" in notice for notice in notices)


def test_metadata_of_the_students_own_is_dropped(unit):
    notebook = released(unit)
    notebook["metadata"]["autograder"] = {"judged": True, "questions": {"conv2d": {"score": 99}}}
    notebook["cells"][0]["metadata"]["nbgrader"] = {"grade_id": "unknown", "grade": True}
    nb, _ = restored(notebook, unit)
    assert "autograder" not in nb.metadata
    assert "nbgrader" not in nb.cells[0].metadata
