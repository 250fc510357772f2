"""Hidden checks of product_shapes."""

from autograder import Mistake, answer_sheet, cases, check_equal, fail, number, plain, question


def shape(answer):
    """The answer as a pair of numbers, or the word none."""
    if plain(answer) == "none":
        return "none"
    pair = answer if isinstance(answer, (list, tuple)) else ()
    return tuple(number(one) for one in pair) or fail(f"{answer!r} is neither a pair nor none.")


def mistakes(left, right):
    """What known mistakes give, and the sentence that then helps."""
    return [
        Mistake("swapped", "Rows come first: those of the left matrix.", (right[1], left[0])),
        Mistake("inner", "The inner numbers meet and vanish.", (left[1], right[0])),
        Mistake("always", "The inner numbers must agree; do they?", (left[0], right[1])),
        Mistake("never", "The inner numbers agree, so there is a product.", "none"),
    ]


@question("product_shapes")
@cases("letter", {f"Product {letter}: its shape.": letter for letter in "ABCD"})
def test_product(student, lesson, letter):
    left, right = lesson.products(student.personal_id())[letter]
    expected = (left[0], right[1]) if left[1] == right[0] else "none"
    got = shape(answer_sheet(student, "shapes").require(letter))
    hints = mistakes(left, right)
    check_equal(got, expected, given=f"{left} times {right}", hints=hints, reveal=False)
