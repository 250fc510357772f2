"""Hidden checks of ``rook_weights``: a convolution that finds the left edge."""

from types import ModuleType
from typing import Any

import numpy as np

from autograder import StudentNotebook, as_array, check_true, fail, question, show

from ..shared.convolution import correlate

Place = tuple[int, ...]  # row and column of the rook


def rook_parts(got: Any) -> tuple[np.ndarray, np.ndarray]:
    """The kernel (1, 1, 3, 3) and the bias (1,), whichever way the two are packed."""
    if isinstance(got, dict):
        got = [got.get("w"), got.get("b")]
    check_true(isinstance(got, (list, tuple)) and len(got) == 2, "rook_weights() should be (w, b).")
    w, b = map(as_array, got)
    if w is None or w.size != 9:
        fail(f"w should be a 3x3 kernel, got {show(got[0])}.")
    if b is None or b.size != 1:
        fail(f"b should be one number, got {show(got[1])}.")
    finite = np.isfinite(w).all() and np.isfinite(b).all()
    check_true(finite, "The weights should be finite numbers.")
    return w.astype(float).reshape(1, 1, 3, 3), b.astype(float).reshape(1)


@question("rook")
def test_rook_at_the_left_edge(student: StudentNotebook, lesson: ModuleType) -> None:
    """The answer is above 0 if and only if the rook stands in the leftmost column."""
    w, b = rook_parts(student.rook_weights())
    for size in ((4, 4), (6, 6), (5, 8), (8, 4)):
        rooks: list[Place | None] = [(size[0] // 2, 0), *np.ndindex(*size), None]
        boards = np.concatenate([lesson.board(*size, rook) for rook in rooks])
        answers = np.maximum(correlate(boards, w, b, pad=1), 0).max(axis=(1, 2, 3))
        for rook, answer in zip(rooks, answers, strict=True):
            check_answer(float(answer), size, rook)


def check_answer(answer: float, size: tuple[int, int], rook: Place | None) -> None:
    left = rook is not None and rook[1] == 0
    place = "without a rook" if rook is None else f"with the rook on {rook}"
    check_true(
        (answer > 1e-6) == left,
        f"On a {size[0]}x{size[1]} board {place} (row, column) the answer is "
        f"{show(answer)}, it should be {'above 0' if left else '0'}.",
        hint="In the leftmost column the square to the left is padding, 0, and not 1. "
        "At the other edges and in the corners other neighbours are 0 too.",
    )
