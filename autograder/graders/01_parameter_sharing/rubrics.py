"""How the written answers of 01_parameter_sharing are graded by people."""

from autograder import Rubric

RUBRICS = {
    "why_sharing": [
        Rubric(
            "What is reused, and why that fits images",
            full="Says that the same small set of weights (one detector) is applied at every "
            "position, and why that fits images: a useful local pattern may appear anywhere "
            "and means the same there, or what is learned at one place serves all others.",
            partial="Only one of the two: the mechanism without the reason, or the reason "
            "without the mechanism ('fewer weights' alone is the mechanism).",
            none="Neither; or relies on a false claim only, such as fewer multiplications or "
            "rotation invariance.",
        )
    ],
    "photographs_and_tables": [
        Rubric(
            "Stationarity, locality and the meaning of the order",
            full="Names, in any words, all three: a pattern means the same at every place of a "
            "photograph (stationarity); neighbouring pixels belong together (locality); the "
            "order of the pixels means something, that of a table's columns mostly not. And "
            "says how the table differs.",
            partial="One or two of the three, or all three without looking at the table.",
            none="None of the three, for example only that images are large.",
        )
    ],
}
