"""XOR: what a deep linear network can reach, and why its depth is pointless."""

from types import ModuleType

from autograder import (
    Choice,
    StudentNotebook,
    check_true,
    fail,
    number_in,
    numbers,
    question,
    show,
)

Crowd = dict[tuple[int, int], int]  # pictures at each corner

TO_THREE_DECIMALS = 0.005  # other ways to count are further away than twice this


def wrong_shares(crowd: Crowd, of_class_1: float) -> dict[str, list[float]]:
    """The shares that other ways to count give, by what is said to them; the first counts."""
    total, smallest = sum(crowd.values()), min(crowd.values())
    percent = 100 * (1 - smallest / total)
    return {
        "No straight boundary gets all four corners right, and no depth makes one bend.": [1.0],
        "3/4 counts corners. Count pictures: the crowds differ in size.": [0.75],
        "A straight boundary does better than guessing: it gets three corners right.": [0.5],
        "One class for all is not the best: a straight boundary can cut off a corner.": [
            of_class_1,
            1 - of_class_1,
        ],
        "This is the share that stays wrong. What share is right?": [smallest / total],
        "A straight boundary can get any three corners right: it need not give up that crowd.": [
            1 - count / total for count in crowd.values()
        ],
        "Give a share: pictures that are right, divided by all pictures.": [total - smallest],
        "Give a share from 0 to 1, not a percentage.": [percent, round(percent)],
    }


@question("xor_evidence", weight=1)
def test_best_straight_boundary(student: StudentNotebook, lesson: ModuleType) -> None:
    """The best share that a deep linear network gets right on your XOR."""
    crowd = lesson.xor_crowd(student.personal_id())
    total = sum(crowd.values())
    got = number_in(student, "best_linear_xor")

    def is_near(share: float) -> bool:
        return abs(got - share) <= TO_THREE_DECIMALS

    if is_near(1 - min(crowd.values()) / total):
        return
    of_class_1 = sum(n for corner, n in crowd.items() if lesson.LABELS[corner]) / total
    said = wrong_shares(crowd, of_class_1).items()
    hint = next((sentence for sentence, shares in said if any(map(is_near, shares))), "")
    fail(f"best_linear_xor = {show(got)} is not the best share for your crowds.", hint=hint)


NARROW = "What a narrow layer has dropped, no later layer brings back."


def rank_hints(widths: tuple[int, ...]) -> dict[float, str]:
    """What is said to a wrong rank; of two sentences for the same number the later one."""
    return {
        len(widths) - 1: "This counts the layers. The rank counts independent directions.",
        min(widths[0], widths[-1]): "The hidden layers count too. " + NARROW,
        max(widths): "Look at the narrowest layer, not at the widest. " + NARROW,
        sum(widths): "Ranks of a product do not add up. " + NARROW,
        **dict.fromkeys(widths[1:-1], "Another hidden layer is narrower. " + NARROW),
    }


@question("xor_evidence", weight=0.5)
def test_largest_rank(student: StudentNotebook, lesson: ModuleType) -> None:
    """The largest rank that the product of your matrices can have."""
    widths = lesson.deep_widths(student.personal_id())
    got = number_in(student, "largest_rank")
    if got != min(widths):
        hint = rank_hints(widths).get(got, NARROW)
        fail(f"largest_rank = {show(got)} is not right for your widths.", hint=hint)


WHY_POINTLESS = Choice(
    "same functions",
    {
        "cannot train": "A deep linear network trains: gradient descent lowers its loss. But it "
        "can only represent linear maps.",
        "zero gradients": "Its gradients are not zero, and it trains. But it can only represent "
        "linear maps.",
        "fewer weights": "It has more weights than a single layer unless it is very narrow, and "
        "still represents nothing that a single layer does not.",
    },
    what="reason",
)


@question("xor_evidence", weight=1)
def test_why_pointless(student: StudentNotebook) -> None:
    """Why a deep linear network is pointless for classification."""
    WHY_POINTLESS.check(student.value("why_pointless"), "why_pointless")


REASONS = {
    1: "Statement 1 is true, but it is about the way to a function, not about which there are.",
    3: "Statement 3 is false: a product of matrices need not be zero, and the network trains.",
    4: "Statement 4 is true of every network, with bends or without.",
    6: "Statement 6 is about costs, and a linear network has neither ReLU nor GELU.",
    7: "Statement 7 is false: the biases add up to one bias, as in your collapse_linear.",
    8: "Statement 8 is false: the sum of two linear scores is a linear score.",
}


@question("xor_evidence", weight=0.5)
def test_reasons(student: StudentNotebook) -> None:
    """The two statements that show it."""
    got = set(numbers(student.value("because")))
    check_true(len(got) == 2, f"because should hold two different numbers, it holds {len(got)}.")
    wrong = sorted(got - {2, 5})
    if wrong:
        fail("because: not both statements show it.", hint=REASONS.get(wrong[0], ""))
