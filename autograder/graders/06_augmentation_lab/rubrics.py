"""How the written answers of 06_augmentation_lab are graded by people."""

from autograder import Rubric

RUBRICS = {
    "lab_write_up": [
        Rubric(
            "Claims match the figure",
            full="Says with numbers what the student's own figure shows (final accuracies, and how "
            "the curves lie to each other over the epochs), and no claim contradicts it.",
            partial="True of the figure but without numbers, or one claim does not match it.",
            none="Not about the figure, or contradicts it.",
        ),
        Rubric(
            "Uncertainty over the seeds",
            full="Compares the gain with how much the seeds (or the epochs) differ, and draws the "
            "conclusion from that; 'no clear difference' is as good as any.",
            partial="Mentions that runs differ but draws no consequence.",
            none="Takes one number of one run for the truth.",
        ),
        Rubric(
            "A confound",
            full="Names one thing, with its effect, that could also explain the difference or that "
            "limits it: digits placed at random so that shifts are what validation asks for, few "
            "training images, the fixed number of epochs, one data set, the learning rate ...",
            partial="Names one without saying what it would do to the result.",
            none="Names none.",
        ),
    ]
}
