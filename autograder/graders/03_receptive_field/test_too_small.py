"""too_small: what a field that is too small does to a network, and how one notices."""

from types import ModuleType

import pytest

from autograder import (
    AnswerSheet,
    Choice,
    Mistake,
    StudentNotebook,
    answer_sheet,
    check_true,
    fail_knowing,
    question,
    selection,
    show,
    side,
)

# ------------------------------------------------------- the dots

SEES_BOTH = (
    "The network compares what its units see. Lay its window over the dots in the pictures: can "
    "one unit ever see both dots of a pair?"
)
SAME_WINDOWS = (
    "More channels look at the same windows: they cannot find in them what the windows do not show."
)
ONE_KIND = (
    "The windows of this network show both dots of the nearer pair. Recognising one of the two "
    "kinds is enough: what is not near is far."
)
FENCE = (
    "A window that holds two dots is one pixel wider than their distance: count the pixels from "
    "dot to dot, both included."
)
BETWEEN = "Do not count the pixels between the dots only: the dots themselves must be seen."
BINS = {
    "rf5": Choice("chance", {"solved": SEES_BOTH, "between": SEES_BOTH}),
    "rf5_wide": Choice("chance", {"solved": SAME_WINDOWS, "between": SAME_WINDOWS}),
    "rf7_dilated": Choice("solved", {"chance": ONE_KIND, "between": ONE_KIND}),
}


def dots_sheet(student: StudentNotebook) -> AnswerSheet:
    """The student's dots_predict."""
    return answer_sheet(student, "dots_predict", not_a_dict="{name} should be a dictionary.")


@question("too_small", weight=1)
@pytest.mark.parametrize("name", BINS)
def test_predicted_accuracies(student: StudentNotebook, name: str) -> None:
    """What the three networks achieve."""
    BINS[name].check(dots_sheet(student).get(name), f'dots_predict["{name}"]')


@question("too_small", weight=0.5)
def test_smallest_field(student: StudentNotebook, lesson: ModuleType) -> None:
    """The smallest field that tells your own two distances apart."""
    near, far = lesson.dot_distances(student.personal_id())
    answer = dots_sheet(student).require("smallest_rf")
    hints = [
        Mistake("dots-not-counted", FENCE, near),
        Mistake("dots-not-counted", BETWEEN, near - 1),
        Mistake("both-pairs-seen", ONE_KIND, far + 1, far),
    ]
    if side(answer) != near + 1:
        message = f'dots_predict["smallest_rf"]: {show(answer)} is not the smallest field.'
        fail_knowing(message, side(answer), hints)


# ------------------------------------------------------- the symptoms

# What an observation points to instead; nothing where it does point to a field too small.
WHAT_YOU_SEE = {
    "stuck": "",
    "large": "",
    "gap": "is overfitting: the network sees enough to fit the training images",
    "nan": "is a training that diverges, for example from too large a learning rate",
    "small": "is what downsampling too early does: the map is too coarse for small things",
}
WHAT_HELPS = {
    "width": "",
    "dilation": "",
    "data": "shows that the network sees enough and had too few examples: no number of images "
    "shows it what lies outside its field",
}


def check_symptoms(student: StudentNotebook, lesson: ModuleType, group: dict[str, str]) -> None:
    """Exactly the right ones of a group are chosen. A wrong one is named, a missing one is not."""
    order = lesson.symptom_order(student.personal_id())
    letters = selection(
        student.value("symptoms"),
        "ABCDEFGH",
        unreadable="symptoms is {got}, expected a list.",
        empty="symptoms has no letters yet.",
        unknown="symptoms has {unknown}: the letters go from A to H.",
    )
    for letter in sorted(letters):
        other = group.get(order[letter], "")
        wrong = f"{letter} does not point to a field that is too small."
        check_true(not other, wrong, hint=f"It {other}.")
    check_true(
        letters >= {letter for letter, key in order.items() if group.get(key) == ""},
        "An observation that points to a field that is too small is missing.",
        hint="Ask of each observation: would a network behave so whose units never see all the "
        "pixels that must be seen together, in training as in validation?",
    )


@question("too_small", weight=0.5)
def test_what_you_see(student: StudentNotebook, lesson: ModuleType) -> None:
    """Symptoms: what you see in the curves and in the errors."""
    check_symptoms(student, lesson, WHAT_YOU_SEE)


@question("too_small", weight=0.5)
def test_what_helps(student: StudentNotebook, lesson: ModuleType) -> None:
    """Symptoms: what helps and what does not."""
    check_symptoms(student, lesson, WHAT_HELPS)


# ------------------------------------------------------- possible and strong

INFLUENCE = (
    "Tell possible from strong: the theoretical field says which pixels can have an influence at "
    "all, the effective field how strong it is. "
)
EFFECTIVE = Choice(
    "B",
    {
        "A": INFLUENCE + "Look at the heat map: is it as bright at the edges as in the centre?",
        "C": INFLUENCE + "'Only the centre matters' takes the effective field for the "
        "theoretical one: the heat map fades, but it is zero only outside the square.",
        "D": INFLUENCE + "The number of channels changes neither which pixels are connected to "
        "the unit nor that only few paths lead from the corner.",
    },
)


@question("too_small", weight=0.5)
def test_theoretical_and_effective(student: StudentNotebook) -> None:
    """The theoretical and the effective field."""
    EFFECTIVE.check(student.value("effective"), "effective")
