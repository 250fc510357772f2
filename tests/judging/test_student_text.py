"""No work of the grader grows faster than what a student wrote or returned."""

from __future__ import annotations

import ast
from re import _constants as constants
from re import _parser as parser

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.courses import ROOT

from autograder.sandbox_inside import codec

# What sees a student's text or values; the file names that ``lms`` reads are short.
PLACES = ("course", "checking", "judging", "sandbox", "sandbox_inside", "graders")
FILES = [path for place in PLACES for path in sorted((ROOT / "autograder" / place).rglob("*.py"))]
REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)


def backtracks(pattern):
    """Whether more than one thing repeats without end, or anything follows what does."""
    tree = list(parser.parse(pattern))
    endless = [place for place, node in enumerate(tree) if _endless([node])]
    nested = any(op in REPEATS and _endless(node[2]) for op, node in tree)
    return nested or any(place != len(tree) - 1 for place in endless)


def _endless(nodes):
    """Whether something in here repeats without end."""
    for op, value in nodes:
        repeats = op in REPEATS
        if repeats and value[1] is constants.MAXREPEAT:
            return True
        if (repeats or op is constants.SUBPATTERN) and _endless(value[-1]):
            return True
    return False


@pytest.mark.parametrize("pattern", [r"\d+", r"\w+", r"\s+", "ab?c", "x{1,3}y", r"[a-z]+"])
def test_simple_patterns_are_known(pattern):
    """What cannot go back is allowed."""
    assert not backtracks(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+", r"\d+$", r"(\w+) (\w+)", ".*x", "(a|aa)+b", "a+b+"])
def test_patterns_that_go_back_are_known(pattern):
    """What takes quadratic time or more is found."""
    assert backtracks(pattern)


def test_no_regular_expression_over_a_students_text_goes_back():
    """Each takes one step per character, whatever the student wrote."""
    found = 0
    for path in FILES:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            function = getattr(call, "func", None)
            if not isinstance(function, ast.Attribute) or ast.unparse(function.value) != "re":
                continue
            if function.attr == "escape":
                continue
            [pattern, *_] = call.args
            assert isinstance(pattern, ast.Constant), f"{path}:{call.lineno}: no constant pattern"
            assert not backtracks(pattern.value), f"{path}:{call.lineno}: {pattern.value}"
            found += 1
    assert found >= 3
    assert not any("import regex" in path.read_text("utf-8") for path in FILES)


def colliding(kind, count):
    """Keys whose hashes are one and the same."""
    prime = (1 << 61) - 1
    return {
        "whole numbers": lambda: [n * prime for n in range(1, count + 1)],
        "tuples": lambda: [(n * prime,) for n in range(1, count + 1)],
    }[kind]()


KINDS = ("whole numbers", "tuples")


@pytest.mark.parametrize("kind", KINDS)
def test_keys_that_collide_are_refused_before_they_are_hashed(kind):
    """Two megabytes of such keys would take minutes to put into a dict."""
    keys = colliding(kind, 100_000)
    assert len({hash(key) for key in keys[:100]}) == 1
    pairs = b"".join(
        msgpack.packb(codec._plain(key, [], [0], 0)) + msgpack.packb(None) for key in keys
    )
    header = b"\xdf" + len(keys).to_bytes(4) + pairs
    with pytest.raises(codec.CodecError, match="keys"):
        codec.unpack(header, [])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4000), max_size=6), st.booleans())
def test_keys_are_counted_over_all_dicts(sizes, nested):
    """Many dicts are bounded as one is, wherever they stand; texts are not counted."""
    dicts = [dict.fromkeys(range(size)) for size in sizes]
    texts = {str(n): n for n in range(20_000)}
    packed = codec.pack([texts, tuple(dicts) if nested else dicts])
    if sum(sizes) > codec.MAX_KEYS:
        with pytest.raises(codec.CodecError, match="keys"):
            codec.unpack(*packed)
    else:
        assert list(codec.unpack(*packed)[1]) == dicts


def test_an_array_costs_no_more_than_itself():
    """Decoding makes views, not copies, and a truth value stays a byte."""
    header, buffers = codec.pack(np.zeros(1 << 20, bool))
    assert codec.unpack(header, [bytearray(b) for b in buffers]).nbytes == 1 << 20
