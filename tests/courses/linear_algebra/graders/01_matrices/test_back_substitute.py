"""Hidden checks of back_substitute."""

import numpy as np
import pytest

from autograder import (
    Mistake,
    check_close,
    check_raises,
    check_untouched,
    describe_call,
    question,
)


def system(rng, n):
    """An upper triangular system whose solution consists of small whole numbers."""
    u = np.triu(rng.integers(1, 6, (n, n)), 1) + np.diag(rng.integers(2, 6, n))
    x = rng.integers(1, 9, n)
    return u.astype(float), x.astype(float), (u @ x).astype(float)


def mistakes(u, b):
    """What known mistakes give, and the sentence that then helps."""
    return [
        Mistake("diagonal-only", "The unknowns that are known already count too.", b / np.diag(u)),
        Mistake(
            "transposed",
            "Row i of u belongs to equation i; these are its columns.",
            lambda: np.linalg.solve(u.T, b),
        ),
        Mistake(
            "not-divided",
            "Divide by the number on the diagonal.",
            lambda: np.linalg.solve(u - np.diag(np.diag(u)) + np.eye(len(b)), b),
        ),
    ]


@question("back_substitute", weight=3)
@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_solves(student, rng, n):
    """u @ x is b, for systems of any size."""
    u, x, b = system(rng, n)
    given = describe_call("back_substitute", u, b)
    check_close(student.back_substitute(u, b), x, given=given, hints=mistakes(u, b))


@question("back_substitute", weight=2)
def test_leaves_its_arguments_alone(student, rng):
    """u and b are after the call what they were before."""
    u, x, b = system(rng, 3)
    given, trace = describe_call("back_substitute", u, b), student.trace("back_substitute", u, b)
    check_close(trace.value, x, given=given)
    check_untouched(trace, given, {"u": u, "b": b})


@question("back_substitute")
def test_refuses_a_zero_on_the_diagonal(student, rng):
    """A zero on the diagonal is refused with ValueError, wherever it stands."""
    for place in range(3):
        u, x, b = system(rng, 3)
        check_close(student.back_substitute(u, b), x)
        u[place, place] = 0
        given = f"back_substitute, u[{place}, {place}] = 0:"
        check_raises(lambda u=u, b=b: student.back_substitute(u, b), given=given)
