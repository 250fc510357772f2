"""Hidden checks of outer_rank."""

from autograder import Choice, question

ANSWER = Choice(
    "A",
    {
        "B": "Two vectors make the matrix, but look at its rows: each is a multiple of w.",
        "C": "Every row is a multiple of one and the same vector, w.",
    },
)


@question("outer_rank")
def test_rank(student):
    """The rank of an outer product."""
    ANSWER.check(student.value("rank"))
