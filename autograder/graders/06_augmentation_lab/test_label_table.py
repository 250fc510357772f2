"""label_table: what each transform does to the label of each task, and why not something else."""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from autograder import (
    Choice,
    StudentNotebook,
    cases,
    check_true,
    plain,
    question,
    read_sheet,
    show,
)

COUNTS = {  # for each of lesson.TRANSFORMS every word that counts, first the key
    "digit": ["ok", "breaks depends", "breaks depends", "breaks relabel depends", "ok"],
    "photo": ["ok", "ok", "ok depends", "ok depends", "ok depends"],
    "arrow": ["ok", "relabel", "ok", "relabel", "ok"],
    "word": ["ok", "breaks depends", "breaks depends", "breaks depends", "ok"],
    "satellite": ["ok", "ok depends", "ok depends", "ok depends", "ok depends"],
    "xray": ["ok", "relabel breaks depends", "ok depends", "relabel breaks depends", "ok depends"],
}
RULE = "Does the label rule still give the same answer for the changed picture?"
ODD = "The picture may look odd, but the label rule still gives the same answer."
ABOVE = "Seen from straight above there is no up or down."
LEFT_STAYS = "Top and bottom change places; left stays left."
OTHER_HALF = "The spot is now in the other half of the picture."
SENTENCES = {
    ("digit", "hflip"): {
        "ok": "A mirrored 2 is no digit: the network would be told that it is a 2.",
        "relabel": "A mirrored 2 is no digit, so there is no other label to give it.",
    },
    ("digit", "vflip"): {
        "ok": "A 6 turned over is a mirrored 9 and no 6.",
        "relabel": "A 6 turned over is a mirrored 9, and that is no 9.",
    },
    ("digit", "rot180"): {"ok": "A 6 turned by 180 degrees is a 9: the label is wrong."},
    ("photo", "hflip"): {
        "breaks": "A ship that sails to the left is a ship.",
        "relabel": "None of the ten things becomes another one in the mirror.",
    },
    ("photo", "vflip"): {"breaks": ODD},
    ("photo", "rot180"): {"breaks": ODD},
    ("arrow", "hflip"): {
        "ok": "The mirrored arrow points the other way.",
        "breaks": "The mirrored arrow has a label, and you know which one.",
    },
    ("arrow", "vflip"): {"relabel": LEFT_STAYS, "breaks": LEFT_STAYS},
    ("arrow", "rot180"): {
        "ok": "The turned arrow points the other way.",
        "breaks": "The turned arrow has a label, and you know which one.",
    },
    ("word", "hflip"): {"relabel": "In the mirror most words are no words."},
    ("word", "vflip"): {"relabel": "Turned over, most words are no words."},
    ("word", "rot180"): {"relabel": "Read as it stands, a turned word is no other word."},
    ("satellite", "hflip"): {"breaks": "Seen from above there is no left or right side."},
    ("satellite", "vflip"): {"breaks": ABOVE},
    ("satellite", "rot180"): {"breaks": ABOVE},
    ("xray", "hflip"): {"ok": OTHER_HALF},
    ("xray", "vflip"): {
        "relabel": "Top and bottom change places; the spot stays in its half.",
        "breaks": ODD,
    },
    ("xray", "rot180"): {"ok": OTHER_HALF},
}


@question("label_table")
@cases("task", {f"The row {task!r} of the table.": task for task in COUNTS})
def test_row(student: StudentNotebook, lesson: ModuleType, task: str) -> None:
    """One row: all its words are right, or arguable."""
    table = read_sheet(_decided_table(student, lesson.MOST_DEPENDS), "table")
    row = table.row(task, f"table has no row {task!r}.")
    for transform, choice in _choices(task, lesson):
        choice.check(row.get(transform), f"{task} under {transform}")


def _decided_table(student: StudentNotebook, most: int) -> Mapping[Any, Any]:
    """The student's table as a dict of dicts of words, refused where it does not decide."""
    table = student.value("table")
    check_true(
        isinstance(table, dict) and all(isinstance(row, dict) for row in table.values()),
        f"table should be a dict of dicts as in the template, got {show(table)}.",
    )
    cells = [cell for row in table.values() for cell in row.values()]
    words = [plain(cell) for cell in cells if isinstance(cell, str)]
    depends = words.count("depends")
    check_true(depends <= most, f"{depends} cells say depends; at most {most} may. Decide.")
    check_true(
        len(set(words)) != 1 or len(words) < 6,
        "Every cell says the same word: that decides nothing.",
    )
    return dict(table)


def _choices(task: str, lesson: ModuleType) -> Iterator[tuple[str, Choice]]:
    """The transforms of a row of the table, each with the word to choose for it."""
    for transform, words in zip(lesson.TRANSFORMS, COUNTS[task], strict=True):
        key, *others = words.split()
        sentences = dict.fromkeys(lesson.WORDS, RULE) | SENTENCES.get((task, transform), {})
        yield transform, Choice(key, sentences, "word", also=frozenset(others))
