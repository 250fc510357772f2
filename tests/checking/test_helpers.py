"""The helpers that graders are written with: sheets, choices, arguments left alone, memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder import CheckFailed, Mistake, StudentError, TimedOut, fail
from autograder.checking.answers import numbers
from autograder.checking.choices import Choice, selection
from autograder.checking.failing import explained, fail_knowing, works
from autograder.checking.memory import once
from autograder.checking.notebook import StudentNotebook, Trace
from autograder.checking.probes import probe
from autograder.checking.sheets import read_sheet
from autograder.checking.untouched import Untouched, check_untouched, unchanged

NUMBERS = st.integers(-99, 99)


def failure(call, *args, **options):
    """The failure of a check that must fail."""
    with pytest.raises(CheckFailed) as caught:
        call(*args, **options)
    return caught.value


# ----------------------------------------------------------------- mistakes


@given(st.lists(NUMBERS, min_size=1), NUMBERS)
def test_a_mistake_explains_each_of_its_values(values, got):
    """One name and sentence hold for several wrong values, computed or not."""
    assert Mistake("m", "s", *values).explains(got) == (got in values)
    lazy = [lambda value=value: value for value in values]
    assert Mistake("m", "s", *lazy).explains(got) == (got in values)


def test_a_value_that_cannot_be_computed_leaves_the_others():
    """A wrong formula that has no value for a case does not hide the next one."""
    mistake = Mistake("m", "s", lambda: 1 / 0, 3)
    assert mistake.explains(3)
    assert not mistake.explains(4)
    assert mistake == Mistake("m", "s", *mistake.values)


# ----------------------------------------------------------------- sheets


@given(st.dictionaries(st.sampled_from(["net_A", "one 3x3", "cnn"]), NUMBERS))
def test_keys_are_found_however_they_are_spelled(written):
    """An answer is found under its key in another case, with other hyphens and spaces."""
    sheet = read_sheet({f" {key.upper()} ": value for key, value in written.items()}, "predict")
    for key in ("net_A", "one 3x3", "cnn"):
        assert sheet.get(key) == sheet.get(key.replace("_", "-")) == written.get(key)


@given(st.none() | NUMBERS | st.text() | st.lists(NUMBERS))
def test_what_is_no_dict_is_refused_with_a_sentence(value):
    """A list, a text or None in the place of a dict of answers says what is asked for."""
    assert failure(read_sheet, value, "predict").message.startswith("predict should be a dict, got")
    own = failure(read_sheet, value, "predict", not_a_dict="{name} is no {{dict}}.")
    assert own.message == "predict is no {dict}."


def test_a_missing_answer_has_its_own_sentence():
    """A key that is missing, None or blank is called unanswered."""
    sheet = read_sheet({"a": None, "b": " ", "d": 0, "e": []}, "predict")
    for key in "abc":
        assert failure(sheet.require, key).message == f'predict["{key}"] has no answer yet.'
    assert (sheet.require("d"), sheet.require("e")) == (0, [])  # wrong, but answers


def test_keys_may_be_pairs_and_answers_rows():
    """A pair may be written as a text, and an answer may be a dict itself."""
    claim = read_sheet({"3->64": "stack", (64, 64): "single"}, "claim", key=numbers)
    assert (claim.get((3, 64)), claim.get("64 → 64")) == ("stack", "single")
    table = read_sheet({"Digit": {"HFLIP": "breaks"}}, "table")
    assert table.row("digit", "no row").get("hflip") == "breaks"
    assert failure(table.row, "photo", "no row 'photo'.").message == "no row 'photo'."


# ----------------------------------------------------------------- choices


@given(st.sampled_from(["few", "some", "most"]), st.booleans())
def test_each_wrong_option_has_its_sentence(option, shout):
    """The right option passes, each wrong one says why, however it is written."""
    choice = Choice("most", {"few": "Because of few.", "some": "Because of some."})
    written = f"{option.upper()}!" if shout else option
    if option == "most":
        assert works(choice.check, written)
    else:
        assert failure(choice.check, written, "q").hint == f"Because of {option}."


def test_choices_of_letters_and_forms():
    """A letter counts in brackets, a word by its beginning, and several options may be right."""
    letters = Choice("B", {"A": "Not A."})
    assert works(letters.check, "(b)")
    assert failure(letters.check, "a", "quote").text == (
        "quote: 'A' is not the right answer.\n\nNot A."
    )
    label = Choice("overfit", {"diverged": "It ends."}, "label", forms={"diverg": "diverged"})
    assert failure(label.check, "Diverging").hint == "It ends."
    assert failure(label.check, "").message == "no label is chosen yet."
    several = Choice("ok", {"breaks": "No."}, also=frozenset({"depends"}))
    assert works(several.check, " Depends ")
    assert works(Choice(3, {4: "One too many."}).check, 3)


def test_a_selection_is_refused_with_one_of_three_sentences():
    """Another kind of value, no letter and an unknown letter each have a sentence."""
    says = {"unreadable": "got {got}", "empty": "none", "unknown": "{unknown} | {shown}"}
    assert selection("a, c", "ABC", **says) == {"A", "C"}
    assert failure(selection, None, "ABC", **says).message == "got None"
    assert failure(selection, [], "ABC", **says).message == "none"
    assert failure(selection, "a z y", "ABC", **says).message == "Y, Z | ['Y', 'Z']"


# ----------------------------------------------------------------- arguments left alone

VALUES = st.recursive(
    NUMBERS | st.floats() | arrays.arrays(float, st.tuples(st.integers(0, 3), st.integers(0, 3))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)


@given(VALUES)
def test_a_value_is_unchanged_from_its_copy(value):
    """Nested values and NaN are equal to themselves."""
    import copy

    assert unchanged(value, copy.deepcopy(value))


@given(arrays.arrays(float, (2, 3), elements=st.floats(-9, 9)), st.integers(0, 5))
def test_the_smallest_change_is_seen(x, place):
    """A change of one number in the last bit is a change, in a list and in a dict as well."""
    y = x.copy()
    y.flat[place] = np.nextafter(y.flat[place], np.inf)
    assert not unchanged(x, y)
    assert not unchanged([{"x": x}], [{"x": y}])
    assert not unchanged(x, x.T)


def trace(x, after=None, value=0.0, later=0.0, **kwargs):
    return Trace(value, [x if after is None else after], kwargs, later)


def test_a_changed_argument_and_shared_memory_are_told_apart():
    """Who changes an argument reads which, who returns a view reads that."""
    x = np.arange(4.0).reshape(2, 2)
    assert works(check_untouched, trace(x), "f(x)", {"x": x})
    changed = failure(check_untouched, trace(x, x + 1), "f(x)", {"x": x})
    assert changed.message == "f(x): your function changed its argument x. Work on a copy."
    assert changed.mistake == "argument-modified"
    by_name = Trace(0, [x], {"b": x + 1}, 0)
    assert "argument b" in failure(check_untouched, by_name, "f(x)", {"x": x, "b": x}).message
    shared = failure(check_untouched, trace(x, value=(x, 1), later=(x + 77, 1)), "f(x)", {"x": x})
    assert shared.mistake == "memory-shared"
    silent = Untouched(shared="")
    assert works(check_untouched, trace(x, value=x, later=x + 77), "f(x)", {"x": x}, silent)


def test_the_words_for_it_are_the_graders():
    """A grader's own sentences are filled with the call, the name and the first difference."""
    says = Untouched("{name} after {given}: {difference}", "A hint.", "own-name")
    error = failure(
        check_untouched, trace(np.zeros(2), np.ones(2)), "f(x)", {"x": np.zeros(2)}, says
    )
    assert error.message == "x after f(x): x[0] is 1.0, expected 0.0 (2 of 2 values differ)."
    assert (error.hint, error.mistake) == ("A hint.", "own-name")
    words = Untouched("got {after}, expected {before}. {difference}")
    error = failure(check_untouched, trace([{"k": 1}], [{"k": 2}]), "{}", {"x": [{"k": 1}]}, words)
    assert error.message.startswith("got [{'k': 2}], expected [{'k': 1}]. x is [{'k': 2}]")
    views = Untouched(shared="{name}: {difference}")
    error = failure(check_untouched, trace(0, value=1, later=77), "", {"x": 0}, views)
    assert error.message == "x: the result is 77, expected 1."


# ----------------------------------------------------------------- failing


def test_a_whole_is_judged_where_its_parts_work():
    """A part that fails is seen; a fault of the grader is not taken for one."""
    assert works(lambda: None)
    assert not works(fail, "no")
    with pytest.raises(ZeroDivisionError):
        works(lambda: 1 / 0)


def test_a_known_value_brings_its_sentence():
    """The known mistake names itself; another value reads the general hint."""
    known = [Mistake("m", "Sentence.", 3, 4)]
    assert failure(fail_knowing, "Wrong.", 4, known).text == "Wrong.\n\nSentence."
    other = failure(fail_knowing, "Wrong.", 5, known, hint="General.")
    assert (other.hint, other.mistake) == ("General.", "")


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (CheckFailed("wrong"), "rule"),
        (CheckFailed("wrong", "own"), "own"),
        (StudentError("crash", ("ValueError",)), "rule"),
        (StudentError("stub", ("NotImplementedError",)), ""),
        (TimedOut("slow"), ""),
    ],
)
def test_a_rule_explains_only_what_breaks_it(error, hint):
    """A rule is added to wrong values and crashes without a hint, not to what is not written."""

    def check():
        with explained("rule"):
            raise error

    assert failure(check).hint == hint


# ----------------------------------------------------------------- memory


def test_what_is_expensive_runs_once_for_a_submission():
    """A result and a failure are computed once; another submission starts anew."""
    calls = []

    def compute():
        calls.append(1)
        return len(calls)

    one, other = StudentNotebook(None), StudentNotebook(None)
    assert [once(one, "n", compute), once(one, "n", compute), once(other, "n", compute)] == [
        1,
        1,
        2,
    ]
    assert once(one, "other", compute) == 3

    def broken():
        calls.append(1)
        fail("It fails.")

    first, again = failure(once, one, "b", broken), failure(once, one, "b", broken)
    assert (first.message, again.message, len(calls)) == ("It fails.", "It fails.", 4)


def test_a_fault_of_the_grader_is_not_kept():
    """What breaks in the grader is raised each time, as what it is."""
    student, results = StudentNotebook(None), [1, 0]
    with pytest.raises(ZeroDivisionError):
        once(student, "k", lambda: 1 / results.pop())
    assert once(student, "k", lambda: 1 / results.pop()) == 1


# ----------------------------------------------------------------- probes


class Doubler:
    """A helper of the probe below."""

    def twice(self, x):
        return 2 * plus_one(x)


def plus_one(x):
    return math.floor(x) + 1  # noqa: F821 (a line of source brings math along)


@probe(with_=["import math", plus_one, Doubler])
def measured(student, x):
    return Doubler().twice(x) + student


def test_a_probe_brings_its_helpers_along():
    """Functions, classes and lines of source of the grader are there where the probe runs."""
    scope: dict = {"__name__": "probe"}
    exec(measured.source, scope)
    assert scope[measured.name](10, 3.5) == 18


def test_annotations_of_a_probe_stay_at_home():
    """A grader may annotate its probes with names that the student's kernel does not know."""

    def typed(student: StudentNotebook, x: Trace) -> Choice:
        return x

    scope: dict = {"__name__": "probe"}
    exec(probe(typed).source, scope)
    assert scope["typed"](None, 4) == 4
