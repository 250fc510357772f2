"""Comparisons are strict with values, generous with form, and say what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder import CheckFailed, Mistake, check_choice, check_close, check_dtype, check_equal
from autograder.sandbox_inside.codec import Opaque


def message(check, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        check(*args, **kwargs)
    return caught.value.text


@pytest.mark.parametrize(
    ("got", "expected"),
    [(3, 3), ([1, 2], (1, 2)), ({"a": (1,)}, {"a": [1]}), ("x", "x"), (np.array(3), 3)],
)
def test_equal_accepts_the_same_value_in_another_form(got, expected):
    check_equal(got, expected)


@pytest.mark.parametrize(
    ("got", "expected"),
    [(3.0, 3), (True, 1), ("3", 3), ([1, 2, 3], [1, 2]), (None, 0), (float("nan"), 1), ({}, [])],
)
def test_equal_refuses_another_value_or_kind(got, expected):
    assert message(check_equal, got, expected)


def test_equal_can_keep_the_answer_secret():
    assert "42" not in message(check_equal, 41, 42, reveal=False)


@pytest.mark.parametrize("wrap", [np.asarray, torch.tensor, list])
def test_close_accepts_rounding(wrap):
    check_close(wrap([1.0, 2.0 + 1e-9]), np.array([1.0, 2.0]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 2.01])
def test_close_refuses_wrong_numbers_and_names_one(bad):
    text = message(check_close, np.array([1.0, bad]), np.array([1.0, 2.0]))
    assert "[1]" in text
    assert "expected 2" in text


def test_close_compares_the_shape_first():
    text = message(check_close, np.zeros((2, 1)), np.zeros(2))
    assert "shape (2, 1), expected (2,)" in text


def test_close_refuses_what_is_no_array():
    assert "Anything" in message(check_close, Opaque("Anything"), np.zeros(2))


def test_float32_gets_the_room_that_its_rounding_needs():
    exact = np.random.default_rng(0).normal(size=1000).sum()
    check_close(np.float32(exact) + np.zeros((), np.float32), np.array(exact))
    assert message(check_close, np.array(1.001, np.float32), np.array(1.0))


def test_the_mistake_that_explains_the_value_is_named():
    hints = [
        Mistake("broken", "never", lambda: 1 / 0),
        Mistake("sum", "You took the sum.", lambda: 6.0),
        Mistake("mean", "You took the mean.", lambda: 2.0),
    ]
    with pytest.raises(CheckFailed) as caught:
        check_close(2.0, 3.0, hints=hints)
    assert caught.value.mistake == "mean"
    assert "You took the mean." in caught.value.text


def test_dtype():
    check_dtype(np.zeros(1, np.float32), "float32")
    assert "float64" in message(check_dtype, np.zeros(1), np.float32)


def test_choice_ignores_case_and_explains_the_wrong_option():
    check_choice(" Not-Equivariant ", "not equivariant", sentences={})
    text = message(check_choice, "B", "a", sentences={"b": "B is about scale."})
    assert "B is about scale." in text
