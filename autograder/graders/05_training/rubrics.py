"""How the written answers of 05_training are graded by people."""

from autograder import Rubric

RUBRICS = {
    "overfitting_in_words": [
        Rubric(
            "Says what overfitting is",
            full="The network fits what is particular to its training images (noise, chance, "
            "learning by heart), so that it does well on them and no better or worse on new ones: "
            "it does not generalise.",
            partial="Says only that the network learns its training images by heart, or only "
            "that it is bad on new images.",
            none="Missing, or another thing: underfitting, a slow or a diverging training.",
        ),
        Rubric(
            "Names a symptom on the loss curves",
            full="The validation loss stops falling and rises (or stays far above) while the "
            "training loss goes on falling: the gap between the two curves widens.",
            partial="Names only one of the two curves, or speaks of accuracy alone.",
            none="Missing, or no symptom: a high training loss, a low training loss alone.",
        ),
    ],
    "test_once_in_words": [
        Rubric(
            "Sees that a choice made on the test set spoils it, and knows the remedy",
            full="The best of many measurements on the test images is too high by luck, because "
            "they were used to choose; choose on the validation set, and measure on the test set "
            "once, at the end.",
            partial="Only one of the two: why the number is too high, or what to do instead.",
            none="Missing, or sees nothing wrong.",
        ),
    ],
}
