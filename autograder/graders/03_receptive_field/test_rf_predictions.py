"""rf_predictions: widths worked out by hand; the right number is never said."""

from itertools import chain
from types import ModuleType

import pytest

from autograder import StudentNotebook, answer_sheet, fail_knowing, question, show, side

from .fields import Layer, spell_out, width_of
from .mistakes import WIDTHS, mistakes_for

CONV, RELU, POOL = Layer(3, p=1), Layer(1, kind="relu"), Layer(2, 2, kind="pool")
BLOCKS = [[CONV, RELU], [CONV, RELU, POOL], [CONV, RELU, POOL], [CONV, RELU]]


def check_prediction(student: StudentNotebook, name: str, layers: list[Layer]) -> None:
    """Compare one entry of rf_predict."""
    sheet = answer_sheet(student, "rf_predict", not_a_dict="{name} should be a dictionary.")
    answer = sheet.require(name)
    predicted = side(answer)
    if predicted != width_of(layers):
        message = f'rf_predict["{name}"]: {show(answer)} is not the width of the receptive field.'
        fail_knowing(message, predicted, mistakes_for(WIDTHS, layers))


def check_own_net(student: StudentNotebook, lesson: ModuleType, name: str) -> None:
    """Compare the prediction for one of the student's own nets."""
    check_prediction(student, name, spell_out(lesson.predict_nets(student.personal_id())[name]))


@question("rf_predictions", weight=1)
@pytest.mark.parametrize(("depth", "name"), [(1, "one"), (2, "two"), (3, "three")])
def test_stacked_3x3(student: StudentNotebook, depth: int, name: str) -> None:
    """One, two and three stacked 3×3 convolutions."""
    check_prediction(student, f"{name}_3x3", [CONV] * depth)


@question("rf_predictions", weight=1)
@pytest.mark.parametrize("blocks", [1, 2, 3, 4])
def test_figure_1(student: StudentNotebook, blocks: int) -> None:
    """The blocks of Figure 1."""
    check_prediction(student, f"figure1_block{blocks}", list(chain(*BLOCKS[:blocks])))


@question("rf_predictions", weight=0.5)
@pytest.mark.parametrize("name", ["net_A", "net_D"])
def test_own_nets_with_stride_1(student: StudentNotebook, lesson: ModuleType, name: str) -> None:
    """Your nets A (ReLU and 1×1) and D (dilation)."""
    check_own_net(student, lesson, name)


@question("rf_predictions", weight=0.5)
@pytest.mark.parametrize("name", ["net_B", "net_C"])
def test_own_nets_that_shrink(student: StudentNotebook, lesson: ModuleType, name: str) -> None:
    """Your nets B (stride) and C (pooling)."""
    check_own_net(student, lesson, name)
