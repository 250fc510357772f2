"""Hidden checks of ``sweep_intuition``: which statements follow from a shared kernel."""

from types import ModuleType

from autograder import StudentNotebook, cases, fail, question, selection

from .sweeps import NOT_SAVED

FOLLOWS = {"image size", "detector", "gradient"}
WHY_NOT = {
    "multiplications": NOT_SAVED,
    "own kernels": "That would be a locally connected layer. A shared kernel is one set of "
    "weights: it is the same at every position, before and after training.",
    "rotation": "Sharing is over positions only. The kernel is moved, never turned: a rotated "
    "pattern gives another response. Try the cross detector on a diagonal cross.",
}


def chosen_letters(student: StudentNotebook) -> set[str]:
    return selection(
        student.value("chosen"),
        "ABCDEF",
        unreadable="chosen should be a list of letters, got {got}.",
        empty="No statement is chosen yet.",
        unknown="chosen holds {shown}: write letters from A to F.",
    )


@question("sweep_intuition")
@cases(
    "level",
    {
        "You choose more true statements than false ones.": 1,
        "The true statements that you choose outnumber the false ones by two.": 2,
        "You choose all true statements and no false one.": 3,
    },
)
def test_statements(student: StudentNotebook, lesson: ModuleType, level: int) -> None:
    """Right minus wrong letters must reach ``level``; each failing level says another sentence."""
    order = lesson.sweep_order(student.personal_id())
    letters = chosen_letters(student)
    wrong = sorted(letter for letter in letters if order[letter] not in FOLLOWS)
    score = max(0, len(letters) - 2 * len(wrong))
    if score >= level:
        return
    place = level - score - 1  # 0 for the first check that fails
    if place < len(wrong):
        letter, statement = wrong[place], order[wrong[place]]
        mistake = statement.replace(" ", "-")
        fail(f"Statement {letter} is not true.", hint=WHY_NOT[statement], mistake=mistake)
    taken = "A false statement takes away what a true one earns." if wrong else ""
    fail("Not every true statement is earned yet.", hint=taken)
