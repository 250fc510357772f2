"""What PrairieLearn's pytest plugin runs: calls into a process that holds the student's code."""

import json
from pathlib import Path

import numpy as np
import pytest
from pytest_prairielearn_grader import ConfigObject

autograder_config = ConfigObject(
    sandbox_timeout=60.0,
    import_blacklist=["subprocess"],  # its own list has os and sys, which lesson.py imports
    student_code_pattern="*.ipynb",
)
TESTS = json.loads(Path(__file__).with_name("tests.json").read_text())
FUNCTIONS = (
    "conv_out_size", "conv2d", "conv2d_backward", "shift", "equivariance_error", "rook_weights",
)  # fmt: skip
VALUES = ("STUDENT_ID", "predict", "breaks")
names = {"np": np}


def proxy(sandbox, name):
    """The student's function as one that can be called here."""

    def call(*args, **options):
        reply = sandbox.query_function_raw(f"_{name}", *args, query_timeout=10, **options)
        if reply.get("exception_name") == "ValueError":
            raise ValueError
        assert reply["status"] == "success", reply
        return decoded(reply["value"])

    return call


def decoded(value):
    if isinstance(value, dict) and value.get("_type") == "ndarray":
        return np.array(value["_value"], value["_dtype"])
    return [decoded(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("question", TESTS)
@pytest.mark.grading_data(name="question", points=1)
def test_question(module_sandbox, question):
    import lesson

    names["lesson"] = lesson
    names.update({name: proxy(module_sandbox, name) for name in FUNCTIONS})
    names.update({name: module_sandbox.query(name) for name in VALUES})
    exec(TESTS[question], names)
