"""How the written answers of 02_convolution are graded by people."""

from autograder import Rubric

RUBRICS = {
    "equivariance_in_words": [
        Rubric(
            "What equivariance means, why it holds, and how invariance differs",
            full="The output moves along with the input; the reason is the same kernel at every "
            "place; an invariant output would not change at all.",
            partial="Says that the output moves along, but gives no reason or confuses it with "
            "invariance in a detail.",
            none="Says that the output stays the same, or something about another property.",
        )
    ]
}
