"""How people grade the written answer of 01_matrices: two points for each aspect."""

from autograder import Rubric

RUBRICS: dict[str, list[Rubric]] = {
    "rank_in_words": [
        Rubric(
            "How many solutions",
            full="None or infinitely many.",
            partial="Only one of the two.",
            none="One solution, or no answer.",
        ),
        Rubric(
            "What decides",
            full="Whether the right side is a combination of the columns (or: fits the row that is "
            "not needed).",
            partial="Says that the right side decides, but not how.",
            none="Something else, or no answer.",
        ),
    ],
}
