"""How the written answers of 04_nonlinearity_pooling are graded by people."""

from autograder import Rubric

RUBRICS = {
    "deep_linear_in_words": [
        Rubric(
            "Linear layers collapse; a nonlinearity stops it",
            full="Says that linear layers in a row represent only what one linear layer represents "
            "(or: their boundaries stay straight, XOR stays unsolved), and that a ReLU in between "
            "makes bends, so that the network represents more functions.",
            partial="Only one of the two, or both without a reason.",
            none="Another reason (it cannot be trained, its gradients are zero, it is too small), "
            "or no answer.",
        )
    ],
    "edge_in_words": [
        Rubric(
            "What max and average pooling do to a sharp edge",
            full="Says that it depends on where the edge lies: on the border of a window both "
            "agree; inside it max keeps the contrast and widens the bright side, average blurs. "
            "Names a loss of each: a thin dark line (max), contrast (average).",
            partial="A right difference (max keeps bright peaks, average blurs), but as if it held "
            "everywhere, or a loss of only one of them.",
            none="Max always keeps edges and average always destroys them, or no answer.",
        )
    ],
}
