"""What a student wrote is read in whichever way it is written, and nothing breaks the reader."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import CheckFailed, StudentNotebook
from autograder.checking import answers
from autograder.sandbox_inside.codec import Opaque

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.builds(Opaque, st.text())
    | st.builds(np.array, st.lists(st.integers(-9, 9))),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
LETTERS = "ABCDEF"


@given(ANYTHING)
def test_no_value_breaks_a_reader(value):
    """Whatever stands in a notebook is read or handed back, without an exception."""
    assert type(answers.scalar(value)) in (int, float, type(None))
    assert type(answers.number(value)) in (int, float, type(None))
    assert type(answers.whole(value)) in (int, type(None))
    assert type(answers.side(value)) in (int, float, type(None))
    assert all(type(number) is int for number in answers.numbers(value))
    found = answers.letters(value, LETTERS)
    assert found is None or all(type(letter) is str for letter in found)
    assert answers.letter(value, LETTERS) is value or answers.letter(value, LETTERS) in LETTERS
    read = answers.word(value, ("yes", "maybe"))
    assert read is value or read in ("yes", "maybe")
    answers.plain(value)


@given(ANYTHING)
def test_a_number_is_demanded_with_a_sentence(value):
    """What is no number fails with a sentence for the student, never with an exception."""
    if answers.number(value) is None:
        with pytest.raises(CheckFailed, match="n should be a number, got"):
            answers.number_or_fail(value, "n")
    elif abs(answers.number(value)) < 10**300:
        assert answers.number_or_fail(value, "n") == float(answers.number(value))


@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_in_any_form(n):
    """A whole number is the same as an int, a float, an array, a list of one and a text."""
    forms = [n, float(n), np.int64(n), np.array(n), np.array([n]), [n], f" {n} ", f"{n}.0"]
    assert {answers.whole(form) for form in forms} == {n}
    assert answers.whole(f"{n}", text=False) is None
    assert answers.whole(n, text=False) == n


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_its_text(x):
    """A number that is written as a text is the number."""
    assert answers.number(f" {x!r}\n") == x
    assert [answers.number(text) for text in ("nan", "1e999", "", "1 2", "9" * 99)] == [None] * 5


@given(st.integers(1, 10**6), st.sampled_from(["×", "x", "X", " x ", "*", " × "]))
def test_a_side_in_any_form(n, sign):
    """A square is given by its side, once or twice."""
    forms = [n, float(n), f"{n}", f"{n}{sign}{n}", (n, n), [n], np.int32(n)]
    assert {answers.side(form) for form in forms} == {n}
    assert answers.side(f"{n}{sign}{n + 1}") is None
    assert answers.side((n, n + 1)) is None


@given(st.lists(st.integers(0, 999), min_size=1, unique=True))
def test_chosen_numbers_in_any_form(chosen):
    """Numbers of statements may stand in a list, an array, a text or a dict of truth values."""
    wanted = tuple(chosen)
    assert answers.numbers(chosen) == wanted
    assert answers.numbers(np.array(chosen)) == wanted
    assert answers.numbers([float(n) for n in chosen]) == wanted
    assert answers.numbers(" and ".join(map(str, chosen))) == wanted
    assert answers.numbers({**dict.fromkeys(chosen, True), 1000: False}) == wanted


@given(st.lists(st.sampled_from(LETTERS), min_size=1, unique=True), st.booleans())
def test_chosen_letters_in_any_form(chosen, small):
    """Letters may stand in a list, a text with or without commas, or a dict of truth values."""
    cased = [letter.lower() for letter in chosen] if small else chosen
    forms = [
        cased,
        tuple(cased),
        "".join(cased),
        ", ".join(cased),
        " and ".join(f"({letter})." for letter in cased),
        {letter: letter in chosen for letter in [*chosen, *LETTERS]},
        {**dict.fromkeys(cased, np.True_), "z": False},
    ]
    assert all(answers.letters(form, LETTERS) == chosen for form in forms)


def test_the_text_of_an_option_is_its_letter():
    """Who copies the text of an option has chosen it; other words are kept for the message."""
    options = {"a": "opt.step()", "b": "loss.backward()"}
    assert answers.letters(["loss.backward() ", "A"], options) == ["b", "a"]
    assert answers.letters("none", LETTERS) == ["NONE"]
    assert answers.letters("Quit", options) == ["quit"]
    assert answers.letters(None, LETTERS) is None
    assert answers.letters("A1, b2 and C", ["a1", "b2"]) == ["a1", "b2", "c"]


@pytest.mark.parametrize("form", ["b", "B", " (b) ", "B.", ["b"], {"A": False, "B": True}])
def test_one_letter_in_any_form(form):
    """One letter counts with brackets, a full stop, and in either case."""
    assert answers.letter(form, "ABCD") == "B"


@pytest.mark.parametrize("unclear", ["A or B", "not B", "", None, "AB", 2])
def test_an_unclear_letter_is_shown_as_written(unclear):
    """Two letters, a negation or nothing choose nothing."""
    assert answers.letter(unclear, "ABCD") == unclear


WORDS = {"overfit": "overfit", "underfit": "underfit", "val": "validation", "stack": "stack"}


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("Over-fitting!", "overfit"),
        ("over fitting", "overfit"),
        (" OVERFIT ", "overfit"),
        ("It is underfitting.", "underfit"),
        ("the Validation set", "validation"),
        ("the stack of three", "stack"),
    ],
)
def test_a_word_in_any_form(text, option):
    """Case, hyphens, endings and words around an option do not count."""
    assert answers.word(text, WORDS) == option


@pytest.mark.parametrize(
    "text", ["not stack", "stack isn't", "stack or val", "never the stack", "haystack", "", "other"]
)
def test_an_unclear_word_is_shown_as_written(text):
    """A negation, two options and another word choose nothing."""
    assert answers.word(text, WORDS) == text


def test_an_option_may_hold_a_negation():
    """A verdict that is itself a negation is read where it is written in full."""
    verdicts = ("helped", "hurt", "no clear difference")
    assert answers.word("No clear difference.", verdicts) == "no clear difference"
    assert answers.word("not hurt", verdicts) == "not hurt"


@given(st.sampled_from([None, "", " \n", [], (), {}]))
def test_what_is_not_answered_has_its_own_sentence(nothing):
    """An empty answer is called missing, not wrong."""
    with pytest.raises(CheckFailed, match="No order is given yet"):
        answers.answered(nothing, "No order is given yet.")
    assert answers.answered(0, "") == 0


class Kernel:
    """Keeps one variable and runs probes as the student's kernel does."""

    def __init__(self, value, seen):
        self.value, self.seen = value, seen

    def request(self, message, cpu_s):
        if message["op"] == "get":
            return {"value": self.seen}
        scope = {}
        exec(message["source"], scope)
        names = type("Names", (), {message["args"][0]: self.value})
        return {"value": scope[message["name"]](names, *message["args"])}


def test_a_fraction_and_an_array_of_texts_are_read_over_there():
    """A Fraction is a number, an array of letters a list of them, although neither crosses."""
    half = StudentNotebook(Kernel(Fraction(1, 2), Opaque("Fraction")))
    assert answers.number_in(half, "share") == 0.5
    texts = StudentNotebook(Kernel(np.array(["a", "C"]), Opaque("ndarray")))
    assert answers.letters_in(texts, "fixes", LETTERS) == ["A", "C"]
