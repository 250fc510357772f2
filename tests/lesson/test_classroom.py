"""What a student reads below a check cell, and at the end of a notebook."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
import torch
from support.courses import ROOT

sys.path.insert(0, str(ROOT / "source"))
import classroom
from classroom import Check, NotYet, id_problem, personal, summary


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """No check has run yet, and the program is no notebook."""
    monkeypatch.setattr(classroom, "results", {})
    monkeypatch.setattr(classroom, "_shell", lambda: None)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


def notebook(source):
    """The names that a cell with this source defines; its frames are those of a notebook."""
    namespace = {"__name__": "__main__", "np": np, "torch": torch, "Check": Check}
    exec(compile(source, "cell 1", "exec"), namespace)
    return namespace


def check(namespace, examples):
    """Run a check cell in the same notebook."""
    source = f'check = Check("f")\n{examples}\ncheck.done()'
    exec(compile(source, "cell 2", "exec"), namespace)


EXAMPLES = 'check.equal("f(2) is 4", lambda: f(2), 4, hint="Double it.")'


def told(capsys, source, examples=EXAMPLES):
    check(notebook(source), examples)
    return capsys.readouterr().out


def test_right_says_what_is_right(capsys):
    said = told(capsys, "def f(n): return 2 * n")
    assert said.startswith("✓ f: the example is right.\n    ✓ f(2) is 4\n")
    assert classroom.results == {"f": classroom.DONE}


def test_wrong_says_what_the_code_gives_and_what_to_try(capsys):
    said = told(capsys, "def f(n): return n")
    assert said.startswith("✗ f: not right yet.\n    ✗ f(2) is 4\n")
    assert "Your code gives 2, not 4. Double it." in said


def test_an_untouched_answer_is_not_attempted_and_not_wrong(capsys):
    said = told(capsys, "def f(n): raise NotImplementedError()")
    assert said.startswith("○ f: not attempted yet.")
    assert "✗" not in said
    assert "raise NotImplementedError()" in said
    assert classroom.results == {"f": classroom.OPEN}


def test_an_answer_that_has_not_run_is_not_wrong(capsys):
    said = told(capsys, "")
    assert said.startswith("○ f: not run yet.")
    assert "no f yet" in said


def test_nothing_right_and_nothing_wrong_is_not_begun(capsys):
    source = "def f(n): raise NotImplementedError()"
    said = told(capsys, source, f'{EXAMPLES}\ncheck.equal("g(1) is 1", lambda: g(1), 1)')
    assert said.startswith("○ f: not attempted yet.")


def test_a_half_answer_is_begun(capsys):
    source = "def f(n): return 4\ndef g(n): raise NotImplementedError()"
    said = told(capsys, source, f'{EXAMPLES}\ncheck.equal("g(1) is 1", lambda: g(1), 1)')
    assert said.startswith("◐ f: begun: 1 of 2 examples right")
    assert "✓ f(2) is 4" in said
    assert "○ g(1) is 1" in said


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def f(n):\n    x = [1]\n    return x[n]", "IndexError: list index out of range (line 3"),
        ("def f(n): return m", "Your code stops with NameError"),
        ("def f(n): 2 * n", "returns nothing"),
        ("def f(n): raise NotImplementedError('no float16')", "stops with NotImplementedError"),
        ("def f(n): return [[1], [1, 2]]", "Your code gives [[1], [1, 2]], not 4."),
        ("def f(n): return np.float64(0)", "Your code gives 0.0, not 4."),
    ],
)
def test_what_goes_wrong_is_told_in_a_sentence(capsys, source, says):
    """A slip inside the student's own code is wrong, never "not attempted", and has its line."""
    said = told(capsys, source)
    assert said.startswith("✗")
    assert says in said
    assert "Traceback" not in said


SQUARE = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("wanted", "result", "says"),
    [
        (SQUARE, "np.ones((1, 2))", "shape (1, 2), not (2, 2)"),
        (SQUARE, "4.0", "is one number, not an array of shape (2, 2)"),
        (SQUARE, "np.array([[1, 2], [3, 5]])", "At [1, 1] your result is 5, not 4."),
        (SQUARE, "'four'", "not an array of numbers"),
        (SQUARE, "np.array([[1, 2], [3, np.nan]])", "At [1, 1] your result is nan, not 4."),
        (4, "np.ones((1, 4))", "is an array of shape (1, 4), not one number"),
        (4, "-0.0", "Your code gives 0, not 4."),
        (4, "(1, [2])", "which is not an array of numbers"),
    ],
)
def test_numbers_differ_first_in_shape_then_at_an_index(capsys, wanted, result, says):
    examples = f'check.close("numbers", lambda: f(), {wanted})'
    assert says in told(capsys, f"def f(): return {result}", examples)


def test_an_answer_of_another_form_gets_a_sentence_and_not_only_an_error(capsys):
    said = told(capsys, "def f(): return (1,)", 'check.equal("two", lambda: f()[1], 2)')
    assert "does not fit here (IndexError: tuple index out of range)" in said
    assert "the form the text asks for" in said


def test_a_tensor_that_needs_a_gradient_is_compared(capsys):
    source = "def f(n): return torch.tensor(4.0, requires_grad=True)"
    assert told(capsys, source).startswith("✓")


def test_the_form_of_a_choice_is_not_called_right(capsys):
    said = told(capsys, "choice = 'A'", 'check.form("one letter", lambda: choice in "ABC")')
    assert said.startswith("✓ f: filled in.")
    assert "right" not in said


def test_nbgrader_gets_an_error_with_the_same_words(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(NotYet, match=r"not right yet.*\n.*f\(2\) is 4"):
        told(capsys, "def f(n): return n")
    told(capsys, "def f(n): return 2 * n")


def test_the_summary_counts_and_names_the_next(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "__main__", types.SimpleNamespace(STUDENT_ID=""))
    told(capsys, "def f(n): return 4")
    summary("f", "g")
    said = capsys.readouterr().out
    assert "1 of 2 checks are done" in said
    assert "✓ f: done" in said
    assert "○ g: not run yet" in said
    assert "Next: g." in said
    assert "STUDENT_ID is empty" in said


def test_ids_are_looked_at_softly():
    assert id_problem("ada") == id_problem("s123456@uni.example") == ""
    assert "empty" in id_problem("  ")
    assert "quotes" in id_problem(12345)
    assert "Is that your id?" in id_problem("Ada Lovelace")


def test_a_missing_id_is_told_once_in_a_cell(monkeypatch, capsys):
    monkeypatch.setattr(classroom, "_shell", lambda: types.SimpleNamespace(execution_count=7))
    draws = [personal("", "q").random() for _ in range(3)]
    assert len(set(draws)) == 1
    assert capsys.readouterr().out.count("STUDENT_ID is empty") == 1
    personal("ada", "q")
    assert capsys.readouterr().out == ""


def test_html_is_escaped_and_has_the_same_words():
    box = classroom._Box(classroom.WRONG, "f: <b>", [(classroom.WRONG, "a < b"), (None, "try &")])
    page = box._repr_html_()
    assert "✗" in page
    assert "&lt;b&gt;" in page
    assert "a &lt; b" in page
    assert "try &amp;" in page
