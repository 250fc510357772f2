"""design_net: a net of the student's own, within the student's own limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from autograder import StudentNotebook, check_true, fail, question, show, side

from .fields import Layer, jump_of, reached, width_of

MOST_LAYERS, LARGEST, WIDEST = 100, 1000, 2000  # far above any sensible net; bounds our work
LEAST = {"k": 1, "s": 1, "p": 0, "d": 1}
KINDS = {"conv": "conv", "conv2d": "conv", "convolution": "conv", "pool": "pool", "relu": "relu"}


# ------------------------------------------------------- reading the student's list


def read_net(value: Any) -> list[Layer]:
    """The student's list of layers; fails with a sentence where it is none."""
    check_true(isinstance(value, (list, tuple)), f"my_net is {show(value)}, expected a list.")
    check_true(len(value) > 0, "my_net has no layers yet.")
    check_true(len(value) <= MOST_LAYERS, f"my_net has more than {MOST_LAYERS} layers.")
    return [read_layer(layer, f"my_net[{i}] is {show(layer)}") for i, layer in enumerate(value)]


def read_layer(value: Any, place: str) -> Layer:
    """One layer, a tuple or a dict; ``place`` begins the sentence where it is none."""
    if isinstance(value, (list, tuple)) and 1 <= len(value) <= 4:
        value = dict(zip("kspd", value, strict=False))
    elif not isinstance(value, dict):
        fail(f"{place}: a layer is a tuple (k, s, p, d) or a dict.")
    numbers = {name: read_size(value, name, place) for name in LEAST}
    kind = str(value.get("kind", "conv")).lower()
    kind = "pool" if "pool" in kind else kind
    check_true(kind in KINDS, f"{place}: its kind should be conv or pool.")
    check_true(kind != "relu" or numbers["k"] == 1, f"{place}: a ReLU has k = 1.")
    return Layer(**numbers, kind=KINDS[kind])


def read_size(layer: Mapping[str, Any], name: str, place: str) -> int:
    """k, s, p or d of a layer; all but k have a default."""
    given, least = layer.get(name), LEAST[name]
    size = least if given is None and name != "k" else side(given)
    if type(size) is int and least <= size <= LARGEST:
        return size
    return fail(f"{place}: {name} should be a whole number from {least} to {LARGEST}.")


# ------------------------------------------------------- what it measures


@dataclass(frozen=True)
class Design:
    """A net and its limits: ``min_rf``, ``max_jump``, ``max_params``, and the channels."""

    layers: list[Layer]
    target: Mapping[str, int]

    @property
    def rf(self) -> int:
        """The width of its field in pixels."""
        return width_of(self.layers)

    @property
    def kernels(self) -> list[int]:
        """The kernel sizes of its convolutions."""
        return [layer.k for layer in self.layers if layer.kind == "conv"]

    @property
    def large_convs(self) -> int:
        """How many convolutions look at more than one position."""
        return sum(k > 1 for k in self.kernels)

    def check_wide(self) -> None:
        """The field is wide enough."""
        least = self.target["min_rf"]
        check_true(
            self.rf >= least,
            f"Your net has a receptive field of {self.rf} pixels, at least {least} are asked for.",
            hint="A dilation or a stride early in the net widens it most.",
        )

    def check_fine(self) -> None:
        """The jump is small enough."""
        jump, most = jump_of(self.layers), self.target["max_jump"]
        check_true(
            jump <= most,
            f"Your net has a jump of {jump} pixels, at most {most} are allowed.",
            hint="Each stride multiplies the jump. Dilation widens the field without it.",
        )

    def check_light(self) -> None:
        """There are few enough weights and biases."""
        channels, most = self.target["channels"], self.target["max_params"]
        params = sum(k * k * channels * channels + channels for k in self.kernels)
        check_true(
            params <= most,
            f"Your net has {params:,} parameters, at most {most:,} are allowed.",
            hint="Weights grow with k², and with each convolution. Dilation and pooling add none.",
        )

    def check_dense(self) -> None:
        """There are convolutions enough, and no pixel of the field is left out."""
        check_true(
            self.large_convs >= 3,
            f"Your net has {self.large_convs} of the at least 3 convolutions with k of 2 or more.",
        )
        check_true(self.rf <= WIDEST, f"A field of {self.rf} pixels is wider than any image here.")
        seen = len(reached(self.layers))
        check_true(
            seen == self.rf,
            f"Your net's field spans {self.rf} pixels, but only {seen} of them reach the unit: "
            "it has holes.",
            hint="There are none if in each layer dilation · jump is at most the field so far.",
        )


def design_of(student: StudentNotebook, lesson: ModuleType) -> Design:
    """The student's net; fails where it cannot be read, or has nothing to learn with."""
    layers = read_net(student.value("my_net"))
    design = Design(layers, lesson.design_target(student.personal_id()))
    no_conv = "my_net has no convolution with k of 2 or more: it cannot learn."
    check_true(design.large_convs, no_conv)
    return design


@question("design_net", weight=1.5)
def test_wide_and_fine(student: StudentNotebook, lesson: ModuleType) -> None:
    """The field is wide enough and the jump small enough."""
    design = design_of(student, lesson)
    design.check_wide()
    design.check_fine()


@question("design_net", weight=1.5)
def test_wide_and_light(student: StudentNotebook, lesson: ModuleType) -> None:
    """The field is wide enough for few enough parameters."""
    design = design_of(student, lesson)
    design.check_wide()
    design.check_light()


@question("design_net", weight=1)
def test_all_limits(student: StudentNotebook, lesson: ModuleType) -> None:
    """All limits hold together, without holes, with three convolutions."""
    design = design_of(student, lesson)
    design.check_wide()
    design.check_fine()
    design.check_light()
    design.check_dense()
