"""Hidden checks of the unit on receptive fields: the formula, predictions, measuring, design."""

import math
import re
from itertools import chain
from typing import Any

import numpy as np
import pytest

from autograder import (
    Mistake,
    StudentError,
    as_array,
    check_choice,
    check_close,
    check_equal,
    check_raises,
    check_true,
    fail,
    matching_mistake,
    probe,
    question,
    show,
)

# A layer is (kind, k, s, p, d) in this file.
Layer = tuple[str, int, int, int, int]


# ------------------------------------------------------- what a unit sees, by counting


def spell_out(layers: list[Any]) -> list[Layer]:
    """Layers in the notation of the notebook, with every default filled in."""
    full = []
    for layer in layers:
        if isinstance(layer, tuple):
            layer = dict(zip("kspd", layer, strict=False))
        defaults = {"kind": "conv", "s": 1, "p": 0, "d": 1}
        full.append(tuple({**defaults, **layer}[key] for key in ("kind", "k", "s", "p", "d")))
    return full


def reached(layers: list[Layer], unit: int) -> set[int]:
    """The pixels from which a path leads to this unit: followed tap by tap, without a formula."""
    positions = {unit}
    for _, k, s, p, d in reversed(layers):
        positions = {place * s - p + tap * d for place in positions for tap in range(k)}
    return positions


def true_field(layers: list[Layer]) -> tuple[int, int, float]:
    """Width, jump and start (pixel 0 centred at 0.0), read off the pixels that are reached."""
    first, second = reached(layers, 0), reached(layers, 1)
    jump = min(second) - min(first)
    return max(first) - min(first) + 1, jump, (min(first) + max(first)) / 2


# ------------------------------------------------------- what known mistakes make of it


def grow(layers: list[Layer], reach=lambda k, d: d * (k - 1), jump="before", first=1) -> int:
    """The usual recursion for the width, with places where it can go wrong."""
    width, step = first, 1
    for _, k, s, _, d in layers:
        if jump == "own":
            step *= s
        width += reach(k, d) * (1 if jump == "none" else step)
        if jump != "own":
            step = s if jump == "last" else step * s
    return width


SKIPPED_POOL = "Pooling is a window too: 2×2 pooling is a layer with k=2, s=2. Do not leave it out."
POOL_DEFAULT = (
    "Where s is missing it is 1, for pooling as for every other layer. (PyTorch's pooling takes k "
    "instead.)"
)
ONE_BY_ONE = (
    "A layer of width 1 (a 1×1 convolution, a ReLU, a batch norm) adds k-1 = 0 pixels: it looks "
    "at a single position of the layer below."
)
OWN_STRIDE = (
    "The stride of a layer acts from the *next* layer on: multiply (k-1)·d by the jump before "
    "this layer, and only then the jump by the stride."
)
NO_JUMP = (
    "After a stride, later taps are `jump` pixels apart: multiply (k-1)·d by the jump before this "
    "layer."
)
LAST_STRIDE = "The jump is the product of *all* strides so far, not only of the last one."
NO_DILATION = "With dilation the effective kernel is d(k-1)+1 wide: its taps are d steps apart."
SUMMED = "Each layer adds k-1, not k: neighbouring windows overlap. Do not sum the kernel sizes."
MULTIPLIED = "Layers add, not multiply: each one adds only what sticks out of the field so far."
NO_PIXEL = "Start from 1: before any layer, a unit is a pixel and sees itself."
PADDED = "Padding moves a field, it does not change its width."
ONE_SHORT = "That is the field of a net with one layer less: count every layer."
AREA = "Give the side of the field in pixels, not its area."


def width_mistakes(layers: list[Layer]) -> list[Mistake]:
    """What known mistakes give for the width, the most special ones first."""
    kernels = [k for _, k, *_ in layers]
    padding = 2 * sum(p for *_, p, _ in layers)
    ones = [kind for kind, k, *_ in layers if k == 1]
    relus = ones.count("relu")
    spans = [d * (k - 1) + 1 for _, k, _, _, d in layers]
    no_pools = [layer for layer in layers if layer[0] != "pool"]
    by_k = [(kind, k, k if kind == "pool" else s, p, d) for kind, k, s, p, d in layers]
    return [
        Mistake("pooling-skipped", SKIPPED_POOL, lambda: grow(no_pools)),
        Mistake("pool-strides-by-k", POOL_DEFAULT, lambda: grow(by_k)),
        Mistake("1x1-adds", ONE_BY_ONE, lambda: grow(layers) + len(ones)),
        Mistake("1x1-adds", ONE_BY_ONE, lambda: grow(layers) + relus),
        Mistake("1x1-adds", ONE_BY_ONE, lambda: grow(layers) + len(ones) - relus),
        Mistake("1x1-adds", ONE_BY_ONE, lambda: grow(layers, lambda k, d: max(d * (k - 1), 1))),
        Mistake("own-stride-first", OWN_STRIDE, lambda: grow(layers, jump="own")),
        Mistake("jump-ignored", NO_JUMP, lambda: grow(layers, jump="none")),
        Mistake("last-stride-only", LAST_STRIDE, lambda: grow(layers, jump="last")),
        Mistake("dilation-forgotten", NO_DILATION, lambda: grow(layers, lambda k, d: k - 1)),
        Mistake("dilation-times-k", NO_DILATION, lambda: grow(layers, lambda k, d: d * k - 1)),
        Mistake("dilation-times-k", NO_DILATION, lambda: grow(layers, lambda k, d: k - 1 + d - 1)),
        Mistake("no-first-pixel", NO_PIXEL, lambda: grow(layers, first=0)),
        Mistake("kernels-summed", SUMMED, lambda: sum(kernels)),
        Mistake("kernels-summed", SUMMED, lambda: 1 + sum(kernels)),
        Mistake("kernels-summed", SUMMED, lambda: grow(layers, lambda k, d: d * (k - 1) + 1)),
        Mistake("kernels-summed", SUMMED, lambda: grow(layers, lambda k, d: k * d, first=0)),
        Mistake("kernels-multiplied", MULTIPLIED, lambda: math.prod(kernels)),
        Mistake("kernels-multiplied", MULTIPLIED, lambda: math.prod(spans)),
        Mistake("padding-counted", PADDED, lambda: grow(layers) + padding),
        Mistake("padding-counted", PADDED, lambda: grow(layers) - padding),
        Mistake("area", AREA, lambda: grow(layers) ** 2),
        Mistake("one-layer-short", ONE_SHORT, lambda: grow(layers[:-1])),
        Mistake("one-layer-short", ONE_SHORT, lambda: grow(layers[1:])),
    ]


# ------------------------------------------------------- 1 · receptive_field


def whole(number: float) -> int | float:
    """7.0 as 7: how a whole number is stored does not matter here."""
    return int(number) if float(number).is_integer() else number


def ask(student, lesson, layers: list[Any]) -> tuple[Any, Any, float, str]:
    """The student's rf, jump and start, and the call as text."""
    call = f"receptive_field({layers!r})"
    value = student.receptive_field(layers)
    try:
        rf, jump, start = lesson.as_triple(value)
    except ValueError as error:
        fail(f"{call} returns {show(value)}: {error}, in this order.")
    return whole(rf), whole(jump), start, call


def check_width(student, lesson, layers: list[Any]) -> None:
    rf, jump, _, call = ask(student, lesson, layers)
    full = spell_out(layers)
    expected, distance, _ = true_field(full)
    swapped = "The width comes first, then the jump, then the start: (rf, jump, start)."
    hints = [Mistake("order-of-results", swapped, distance if jump == expected else None)]
    check_equal(rf, expected, given=f"{call}: rf", hints=[*hints, *width_mistakes(full)])


POOL = {"kind": "pool", "k": 2, "s": 2}


@question("receptive_field", weight=1)
@pytest.mark.parametrize(
    "layers",
    [
        [],
        [(3,), (3,)],
        [(3,), (1,)],
        [(2,), (4,)],
        [{"k": 1}, {"k": 3}, {"kind": "relu", "k": 1}, {"k": 5}],
        [(3,), (3,), (3,)],
        [(5,), (2,), (7,), (1,), (3,)],
        [(3, 1, 1), (3, 1, 1)],
    ],
    ids=str,
)
def test_plain_stacks(student, lesson, layers):
    """The width of stacks with stride 1."""
    check_width(student, lesson, layers)


@question("receptive_field", weight=1)
@pytest.mark.parametrize(
    "layers",
    [
        [(5, 2), (3, 1)],
        [(3, 2), (3, 1)],
        [{"k": 3}, {"k": 4, "s": 3}],
        [(3, 2), (5, 3), (3,)],
        [{"k": 1, "s": 4}, {"k": 3}],
        [(2, 3), (3, 2), (2, 2), (3, 1)],
    ],
    ids=str,
)
def test_strides(student, lesson, layers):
    """The width of stacks with strides."""
    check_width(student, lesson, layers)


@question("receptive_field", weight=0.75)
@pytest.mark.parametrize(
    "layers",
    [
        [{"k": 5}, POOL, {"k": 3}],
        [{"kind": "pool", "k": 3}, {"k": 3}],  # without s, pooling has the default 1 like all
        [{"kind": "conv", "k": 3}, POOL, {"kind": "conv", "k": 3}],
        [{"k": 3}, {"kind": "pool", "k": 3, "s": 2}, {"k": 3}, POOL, {"k": 3}],
    ],
    ids=str,
)
def test_pooling(student, lesson, layers):
    """The width of stacks with pooling."""
    check_width(student, lesson, layers)


@question("receptive_field", weight=0.75)
@pytest.mark.parametrize(
    "layers",
    [
        [(3, 1, 0, 2)],
        [{"k": 2, "d": 3}],
        [(5, 1, 0, 3)],
        [(3,), (3, 1, 0, 2), (3, 1, 0, 4)],
    ],
    ids=str,
)
def test_dilation(student, lesson, layers):
    """The width of stacks with dilation."""
    check_width(student, lesson, layers)


def draw_layers(rng: np.random.Generator, length: int) -> list[Any]:
    """Convolutions with every option, all of them tuples or all of them dicts."""
    drawn = [
        tuple(int(n) for n in (rng.integers(1, 6), *rng.integers((1, 0, 1), (4, 3, 4))))
        for _ in range(length)
    ]
    if rng.random() < 0.5:
        return drawn
    return [{"kind": "conv", **dict(zip("kspd", layer, strict=True))} for layer in drawn]


@question("receptive_field", weight=0.5)
def test_random_nets(student, lesson, rng):
    """The width of nets that mix strides, padding and dilation."""
    check_width(student, lesson, [(5, 3, 1), (4, 1, 0, 2)])
    for length in (1, 2, 2, 3, 3, 3, 4, 4):
        check_width(student, lesson, draw_layers(rng, length))


@question("receptive_field", weight=0.5)
def test_jump(student, lesson, rng):
    """The jump: how far apart neighbouring units look."""
    nets = [[(3, 2)], [], [(3, 2), (2, 3)], [{"k": 3}, POOL, {"k": 3}, POOL], [(3, 2, 1, 2), (3,)]]
    for layers in [*nets, draw_layers(rng, 3), draw_layers(rng, 4)]:
        _, jump, _, call = ask(student, lesson, layers)
        strides = [s for _, _, s, _, _ in spell_out(layers)]
        convs = [s for kind, _, s, _, _ in spell_out(layers) if kind != "pool"]
        hints = [
            Mistake("pooling-skipped", SKIPPED_POOL, lambda convs=convs: math.prod(convs)),
            Mistake("last-stride-only", LAST_STRIDE, lambda strides=strides: strides[-1]),
            Mistake(
                "strides-added",
                "Strides multiply: two layers of stride 2 make a jump of 4.",
                lambda strides=strides: sum(strides),
            ),
        ]
        expected = true_field(spell_out(layers))[1]
        check_equal(jump, expected, given=f"{call}: jump", hints=hints)


def grow_start(layers: list[Layer], shift, jump="before") -> float:
    """The recursion for the start; ``shift(k, p, d, jump)`` is what one layer adds."""
    start, step = 0.0, 1
    for _, k, s, p, d in layers:
        if jump == "own":
            step *= s
        start += shift(k, p, d, 1 if jump == "none" else step)
        if jump != "own":
            step *= s
    return start


def start_mistakes(layers: list[Layer], empty: float) -> list[Mistake]:
    def right(k: int, p: int, d: int, jump: int) -> float:
        return (d * (k - 1) / 2 - p) * jump

    edge = (
        "The start is the *centre* of the first unit's field, not its left edge: half of d(k-1) "
        "steps to the right of its first tap."
    )
    pads = "Padding p moves the first unit p·jump pixels to the left: subtract it in every layer."
    table = [
        ("own-stride-first", OWN_STRIDE, right, "own"),
        ("jump-ignored", NO_JUMP, right, "none"),
        ("start-is-edge", edge, lambda k, p, d, jump: -p * jump, "before"),
        ("padding-ignored", pads, lambda k, p, d, jump: d * (k - 1) / 2 * jump, "before"),
        ("padding-wrong-way", pads, lambda k, p, d, jump: (d * (k - 1) / 2 + p) * jump, "before"),
        ("padding-no-jump", pads, lambda k, p, d, jump: d * (k - 1) / 2 * jump - p, "before"),
        ("no-dilation", NO_DILATION, lambda k, p, d, jump: ((k - 1) / 2 - p) * jump, "before"),
        ("d-times-k", NO_DILATION, lambda k, p, d, jump: ((d * k - 1) / 2 - p) * jump, "before"),
        (
            "centre-rounded",
            "The centre may lie between two pixels: divide by 2 with /, not with //.",
            lambda k, p, d, jump: (d * (k - 1) // 2 - p) * jump,
            "before",
        ),
    ]
    return [
        Mistake(name, text, lambda s=shift, j=jump: grow_start(layers, s, j) + empty)
        for name, text, shift, jump in table
    ]


@question("receptive_field", weight=1)
def test_start(student, lesson, rng):
    """The start: the centre of the first unit's field."""
    _, _, empty, call = ask(student, lesson, [])
    message = f"{call}: start is {show(empty)}. The centre of pixel 0 is 0.0 (or 0.5, if you"
    check_true(empty in (0.0, 0.5), f"{message} count so everywhere).")
    nets = [[(3, 1, 1)], [(5,)], [(2, 2)], [(3, 1, 2)], [(5, 1, 1, 2)], [(3, 2), (3,)]]
    nets += [[(3, 2, 1), (3, 1, 2)], [(3, 1, 1), (2, 2), (3, 1, 1)]]
    nets += [
        [(3, 2), (3, 3), (3, 1, 1)],
        [{"k": 3, "p": 1}],
        [{"kind": "conv", "k": 5, "d": 2}, {"k": 2, "s": 2}],
    ]
    for layers in [*nets, draw_layers(rng, 2), draw_layers(rng, 3), draw_layers(rng, 4)]:
        _, _, start, call = ask(student, lesson, layers)
        full = spell_out(layers)
        expected = true_field(full)[2] + empty
        hints = start_mistakes(full, empty)
        check_close(start, expected, given=call, what="start", hints=hints)


@question("receptive_field", weight=0.25)
def test_layers_are_left_alone(student, lesson):
    """The list and its layers stay as they were."""
    layers = [{"k": 3}, {"kind": "conv", "k": 5}]
    check_width(student, lesson, layers)
    left = student.trace("receptive_field", layers).args[0]
    check_equal(
        left,
        layers,
        given="the list of layers after the call",
        hints=[
            Mistake(
                "layers-changed",
                "The caller still needs the layers: fill in defaults in a copy (layer.get, not "
                "layer.setdefault), and do not take layers out of the list.",
                left,
            )
        ],
    )


@question("receptive_field", weight=0.25)
@pytest.mark.parametrize(
    "layer",
    [
        {"k": 0},
        {"k": 3, "s": 0},
        {"k": 3, "p": -1},
        {"k": 3, "d": 0},
        (3, -1),
        (-2,),
        (3, 1, 0, -1),
    ],
    ids=str,
)
def test_impossible_layers(student, lesson, layer):
    """Layers that cannot exist are refused with ValueError."""
    check_width(student, lesson, [(3,)])
    first = {"k": 3} if isinstance(layer, dict) else (3,)
    for layers in ([layer], [first, layer], [layer, first]):
        call = f"receptive_field({layers})"
        check_raises(lambda layers=layers: student.receptive_field(layers), given=call)


# ------------------------------------------------------- 2 · rf_predictions


def side_of(value: Any) -> Any:
    """The width that an answer states, as 7, 7.0, "7", "7×7" or (7, 7)."""
    if isinstance(value, str):
        numbers = re.fullmatch(r"\s*(\d{1,9})(?:\s*[x×*]\s*(\d{1,9}))?\s*", value)
        value = [int(n) for n in numbers.groups() if n] if numbers else value
    if isinstance(value, (list, tuple)) and len(value) in (1, 2) and len(set(map(str, value))) == 1:
        value = value[0]
    array = as_array(value)
    if array is not None and array.size == 1 and array.dtype.kind in "iuf":
        return whole(array.item()) if np.isfinite(array).all() else None
    return None


def check_prediction(student, name: str, layers: list[Layer]) -> None:
    """Compare one entry of rf_predict; the right number is never said."""
    answers = student.value("rf_predict")
    check_true(isinstance(answers, dict), "rf_predict should be a dictionary.")
    answer = answers.get(name)
    check_true(answer is not None, f'rf_predict["{name}"] has no answer yet.')
    side = side_of(answer)
    if side is not None and side == true_field(layers)[0]:
        return
    known = matching_mistake(side, width_mistakes(layers))
    fail(
        f'rf_predict["{name}"]: {show(answer)} is not the width of the receptive field.',
        hint=known.sentence if known else "",
        mistake=known.name if known else "",
    )


CONV, RELU = ("conv", 3, 1, 1, 1), ("relu", 1, 1, 0, 1)
POOLING = ("pool", 2, 2, 0, 1)
BLOCKS = [[CONV, RELU], [CONV, RELU, POOLING], [CONV, RELU, POOLING], [CONV, RELU]]


@question("rf_predictions", weight=1)
@pytest.mark.parametrize(("depth", "name"), [(1, "one"), (2, "two"), (3, "three")])
def test_stacked_3x3(student, depth, name):
    """One, two and three stacked 3×3 convolutions."""
    check_prediction(student, f"{name}_3x3", [CONV] * depth)


@question("rf_predictions", weight=1)
@pytest.mark.parametrize("blocks", [1, 2, 3, 4])
def test_figure_1(student, blocks):
    """The blocks of Figure 1."""
    check_prediction(student, f"figure1_block{blocks}", list(chain(*BLOCKS[:blocks])))


def check_own_net(student, lesson, name: str) -> None:
    check_prediction(student, name, spell_out(lesson.predict_nets(student.personal_id())[name]))


@question("rf_predictions", weight=0.5)
@pytest.mark.parametrize("name", ["net_A", "net_D"])
def test_own_nets_with_stride_1(student, lesson, name):
    """Your nets A (ReLU and 1×1) and D (dilation)."""
    check_own_net(student, lesson, name)


@question("rf_predictions", weight=0.5)
@pytest.mark.parametrize("name", ["net_B", "net_C"])
def test_own_nets_that_shrink(student, lesson, name):
    """Your nets B (stride) and C (pooling)."""
    check_own_net(student, lesson, name)


# ------------------------------------------------------- 3 · measured_rf


@probe
def measure(student, layers, in_hw, c_in):
    import torch

    class Net(torch.nn.Sequential):
        """Computes in float64, so that an image gives the same bits alone and in a batch."""

        def forward(self, x):
            y = x.double()
            for module in self:
                weights = {name: p.double() for name, p in module.named_parameters()}
                y = torch.func.functional_call(module, weights, (y,))
            return y.to(x.dtype)

    modules = []
    for layer in layers:
        if layer["kind"] == "relu":
            modules.append(torch.nn.ReLU())
            continue
        shape = {"stride": layer["s"], "padding": layer["p"], "dilation": layer["d"]}
        if layer["kind"] == "pool":
            modules.append(torch.nn.MaxPool2d(layer["k"], **shape))
            continue
        weight = torch.tensor(layer["weight"]).to(torch.get_default_dtype())
        conv = torch.nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2:], **shape)
        conv.weight.data = weight
        conv.bias.data = torch.tensor(layer["bias"]).to(weight.dtype)
        modules.append(conv)
    net = Net(*modules)
    options = {} if c_in == 1 else {"c_in": c_in}
    with torch.enable_grad():
        field = student.measured_rf(net, in_hw, **options)
    return {"field": field, "weights": [m.weight.data for m in net if hasattr(m, "weight")]}


def pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def conv(rng, k, s=1, p=0, d=1, c_in=1, c_out=1, weight=None, bias=0.0) -> dict[str, Any]:
    """A convolution with random weights of either sign, none of them near 0."""
    if weight is None:
        shape = (c_out, c_in, *pair(k))
        weight = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    biases = np.full(len(weight), bias)
    sizes = {"k": pair(k), "s": pair(s), "p": pair(p), "d": pair(d)}
    return {"kind": "conv", "weight": weight, "bias": biases, **sizes}


def pool(k, s=None) -> dict[str, Any]:
    sizes = {"k": pair(k), "s": pair(s or k), "p": (0, 0), "d": (1, 1)}
    return {"kind": "pool", **sizes}


REL = {"kind": "relu", "k": (1, 1), "s": (1, 1), "p": (0, 0), "d": (1, 1)}


def one_axis(layers: list[dict[str, Any]], axis: int) -> list[Layer]:
    return [(layer["kind"], *(layer[key][axis] for key in "kspd")) for layer in layers]


def words(layers: list[dict[str, Any]], in_hw: tuple[int, int], c_in: int) -> str:
    """The net as a reader would write it."""
    parts = []
    for layer in layers:
        text = (
            "ReLU"
            if layer["kind"] == "relu"
            else f"{layer['kind']} {'×'.join(map(str, layer['k']))}"
        )
        for key, name, usual in (("s", "stride", 1), ("p", "padding", 0), ("d", "dilation", 1)):
            if layer[key] != pair(usual) and layer["kind"] != "relu":
                a, b = layer[key]
                text += f" {name} {a}" if a == b else f" {name} {a},{b}"
        if layer["kind"] == "conv":
            text += f" ({layer['weight'].shape[1]}→{len(layer['weight'])} channels)"
        parts.append(text)
    return f"measured_rf({', '.join(parts)}; in_hw={in_hw}, c_in={c_in})"


def two_numbers(value: Any) -> tuple[Any, Any] | None:
    """(rf_h, rf_w) from a pair of any kind, or None."""
    if isinstance(value, dict) and {"rf_h", "rf_w"} <= value.keys():
        value = (value["rf_h"], value["rf_w"])
    array = as_array(value)
    if array is None and isinstance(value, (list, tuple)):  # of arrays or tensors
        items = [as_array(item) for item in value]
        if all(item is not None and item.size == 1 for item in items):
            array = np.array([item.item() for item in items], dtype=float)
    if array is None or array.shape != (2,) or array.dtype.kind not in "iuf":
        return None
    return tuple(whole(number) for number in array.tolist())


NOT_PROOF = (
    "You found too few pixels. A zero gradient is not proof that a pixel does not matter: a ReLU "
    "may be off, another pixel may win the max, two gradients may cancel. Take the union over "
    "several random inputs (or perturbations), over the absolute values, over all channels."
)


SPAN = "Count from the first row or column that matters to the last one, gaps included."
SQUARE = "Kernels need not be square: measure rows and columns apart."
CORNER = (
    "This is the field of the first unit, cut by the border of the image. Take the unit in row "
    "H′ // 2 and column W′ // 2."
)


def first_unit(layers: list[dict[str, Any]], in_hw: tuple[int, int]) -> list[int]:
    """What is left inside the image of the first unit's field."""
    inside = [
        [place for place in reached(one_axis(layers, axis), 0) if 0 <= place < in_hw[axis]]
        for axis in (0, 1)
    ]
    return [max(places) - min(places) + 1 for places in inside]


def check_measured(student, layers, in_hw, c_in=1) -> list[Any]:
    """Compare the measured field; returns the weights of the convolutions after the call."""
    expected = tuple(true_field(one_axis(layers, axis))[0] for axis in (0, 1))
    call = words(layers, in_hw, c_in)
    try:
        seen = student.run(measure, layers, in_hw, c_in, _cpu_s=30)
    except StudentError as error:
        if "NotImplementedError" in error.types:
            raise
        fail(f"{call}: {error.message}", hint=error.hint)
    value = seen["field"]
    got = two_numbers(value)
    if got is None:
        fail(f"{call} returns {show(value)}, expected two whole numbers (rf_h, rf_w).")
    counts = [len(reached(one_axis(layers, axis), 0)) for axis in (0, 1)]
    fewer = all(a <= b for a, b in zip(got, expected, strict=True))
    hints = [
        Mistake(
            "all-outputs",
            "You found the whole image. Take the gradient of the centre unit alone, not of the "
            "sum of all outputs.",
            in_hw,
        ),
        Mistake(
            "height-width-swapped",
            "Height comes first: rf_h counts rows (axis 2), rf_w columns (axis 3).",
            expected[::-1],
        ),
        Mistake("pixels-counted", SPAN, tuple(counts)),
        Mistake("height-only", SQUARE, (expected[0], expected[0])),
        Mistake("width-only", SQUARE, (expected[1], expected[1])),
        Mistake("corner-unit", CORNER, lambda: tuple(first_unit(layers, in_hw))),
        Mistake("too-few-pixels", NOT_PROOF, lambda: got if fewer else None),
    ]
    if got != expected:
        check_equal(got, expected, given=call, hints=hints)
    return seen["weights"]


@question("measured_rf", weight=1)
@pytest.mark.parametrize(
    ("stack", "side"),
    [
        ([{"k": 3, "p": 1}], 7),
        ([{"k": 3, "p": 1}, {"k": 3, "p": 1}], 9),
        ([{"k": 3, "p": 2, "d": 2}], 9),
        ([{"k": 3, "s": 2, "p": 1}, {"k": 3, "p": 1}], 17),
    ],
    ids=str,
)
def test_measures_convolutions(student, rng, stack, side):
    """Convolutions, with padding, stride and dilation."""
    check_measured(student, [conv(rng, **layer) for layer in stack], (side, side))


@question("measured_rf", weight=0.5)
def test_measures_both_axes(student, rng):
    """Height and width are told apart."""
    check_measured(student, [conv(rng, (3, 5), p=(1, 2))], (9, 13))
    layers = [conv(rng, (5, 1), s=(1, 2)), conv(rng, (2, 3), d=(3, 1))]
    check_measured(student, layers, (17, 15))
    check_measured(student, [conv(rng, (1, 3), p=(0, 1), c_in=3)], (11, 7), c_in=3)


def either_half(rng: np.random.Generator) -> np.ndarray:
    """Two 3×3 kernels, one for each half, whose signs at the shared centre are opposite."""
    weight = np.zeros((2, 1, 3, 3))
    weight[0, 0, :2, :2] = rng.uniform(0.2, 0.3, (2, 2))
    weight[1, 0, 1:, 1:] = rng.uniform(-0.3, -0.2, (2, 2))
    weight[:, 0, 1, 1] = 6, -6
    return weight


@question("measured_rf", weight=0.75)
def test_measures_through_relu(student, rng):
    """ReLUs that are off for some inputs."""
    for sign in (1, -1):
        halves = conv(rng, 3, weight=sign * either_half(rng))
        mix = conv(rng, 1, weight=np.array([1.0, 1.5]).reshape(1, 2, 1, 1))
        check_measured(student, [halves, REL, mix], (7, 7))
    check_measured(student, [conv(rng, 3, p=1, bias=-0.5), REL], (7, 9))
    layers = [conv(rng, 3, p=1, c_out=2), REL, conv(rng, 3, p=1, c_in=2)]
    check_measured(student, layers, (11, 11))


@question("measured_rf", weight=0.5)
def test_measures_through_max_pooling(student, rng):
    """Max pooling, where one pixel of each window wins."""
    check_measured(student, [pool(2)], (8, 8))
    check_measured(student, [conv(rng, 3), pool(2)], (10, 10))
    check_measured(student, [pool(2), conv(rng, 3, c_out=2)], (16, 16))


@question("measured_rf", weight=0.75)
def test_measures_without_cancelling(student, rng):
    """Channels whose gradients are opposite, and channels that see different pixels."""
    kernel = conv(rng, 3)["weight"]
    channels_in = np.concatenate([kernel, -kernel], axis=1)
    check_measured(student, [conv(rng, 3, p=1, weight=channels_in)], (7, 7), c_in=2)
    channels_out = np.concatenate([kernel, -kernel], axis=0)
    check_measured(student, [conv(rng, 3, p=1, weight=channels_out)], (7, 7))
    check_measured(student, [conv(rng, 3, weight=abs(either_half(rng)))], (9, 9))


@question("measured_rf", weight=0.5)
def test_agrees_with_theory(student):
    """A small backbone: stride, ReLU, pooling, dilation; and it keeps its weights."""
    rng = np.random.default_rng(0)  # the same net for every seed: ReLUs make some nets harder
    layers = [
        conv(rng, 3, s=2, p=1, c_out=2),
        REL,
        conv(rng, 3, p=1, c_in=2, c_out=3),
        pool(2, s=1),
        conv(rng, (1, 2), d=2, c_in=3, c_out=2),
    ]
    after = check_measured(student, layers, (23, 27))
    before = [layer["weight"] for layer in layers if layer["kind"] == "conv"]
    check_true(
        all(np.allclose(as_array(a), b, rtol=1e-5) for a, b in zip(after, before, strict=True)),
        "After measured_rf(net, ...) the network has other weights than before.",
        hint="The caller still needs the network: change the weights of a copy "
        "(copy.deepcopy(net)), or none.",
        mistake="argument-modified",
    )


# ------------------------------------------------------- 4 · design_net

MOST_LAYERS, LARGEST, WIDEST = 100, 1000, 2000  # far above any sensible net; bounds our work


def layer_of(value: Any, place: str) -> Layer:
    """One layer of the student's list; fails with a sentence where it is none."""
    kind = "conv"
    if isinstance(value, dict):
        kind, numbers = value.get("kind", kind), [value.get(key) for key in "kspd"]
    elif isinstance(value, (list, tuple)) and 1 <= len(value) <= 4:
        numbers = [*value, None, None, None][:4]
    else:
        fail(f"{place} is {show(value)}: a layer is a tuple (k, s, p, d) or a dict.")
    numbers = [
        default if n is None else side_of(n)
        for n, default in zip(numbers, (None, 1, 0, 1), strict=True)
    ]
    for n, name, least in zip(numbers, "kspd", (1, 1, 0, 1), strict=True):
        check_true(
            type(n) is int and least <= n <= LARGEST,
            f"{place} is {show(value)}: {name} should be a whole number from {least} to {LARGEST}.",
        )
    kind = "pool" if "pool" in str(kind).lower() else str(kind).lower()
    known = {
        "conv": "conv",
        "conv2d": "conv",
        "convolution": "conv",
        "pool": "pool",
        "relu": "relu",
    }
    check_true(kind in known, f"{place} is {show(value)}: its kind should be conv or pool.")
    check_true(kind != "relu" or numbers[0] == 1, f"{place} is {show(value)}: a ReLU has k = 1.")
    return (known[kind], *numbers)


def extent(layers: list[Layer], unit: int) -> tuple[int, int]:
    """The first and the last pixel from which a path leads to this unit."""
    low = high = unit
    for _, k, s, p, d in reversed(layers):
        low, high = low * s - p, high * s - p + d * (k - 1)
    return low, high


class Design:
    """The student's net with what it measures, and the limits of its own."""

    def __init__(self, student, lesson) -> None:
        value = student.value("my_net")
        check_true(isinstance(value, (list, tuple)), f"my_net is {show(value)}, expected a list.")
        check_true(len(value) > 0, "my_net has no layers yet.")
        check_true(len(value) <= MOST_LAYERS, f"my_net has more than {MOST_LAYERS} layers.")
        self.layers = [layer_of(layer, f"my_net[{i}]") for i, layer in enumerate(value)]
        self.target = lesson.design_target(student.personal_id())
        low, high = extent(self.layers, 0)
        self.rf, self.jump = high - low + 1, extent(self.layers, 1)[0] - low
        channels = self.target["channels"]
        kernels = [k for kind, k, *_ in self.layers if kind == "conv"]
        self.params = sum(k * k * channels * channels + channels for k in kernels)
        self.large_convs = sum(k > 1 for k in kernels)
        check_true(
            self.large_convs, "my_net has no convolution with k of 2 or more: it cannot learn."
        )

    def check_wide(self) -> None:
        check_true(
            self.rf >= self.target["min_rf"],
            f"Your net has a receptive field of {self.rf} pixels, at least "
            f"{self.target['min_rf']} are asked for.",
            hint="A dilation or a stride early in the net widens it most.",
        )

    def check_fine(self) -> None:
        check_true(
            self.jump <= self.target["max_jump"],
            f"Your net has a jump of {self.jump} pixels, at most {self.target['max_jump']} are "
            "allowed.",
            hint="Each stride multiplies the jump. Dilation widens the field without it.",
        )

    def check_light(self) -> None:
        check_true(
            self.params <= self.target["max_params"],
            f"Your net has {self.params:,} parameters, at most {self.target['max_params']:,} are "
            "allowed.",
            hint="Weights grow with k², and with each convolution. Dilation and pooling add none.",
        )

    def check_dense(self) -> None:
        check_true(
            self.large_convs >= 3,
            f"Your net has {self.large_convs} of the at least 3 convolutions with k of 2 or more.",
        )
        check_true(self.rf <= WIDEST, f"A field of {self.rf} pixels is wider than any image here.")
        seen = len(reached(self.layers, 0))
        check_true(
            seen == self.rf,
            f"Your net's field spans {self.rf} pixels, but only {seen} of them reach the unit: "
            "it has holes.",
            hint="There are none if in each layer dilation · jump is at most the field so far.",
        )


@question("design_net", weight=1.5)
def test_wide_and_fine(student, lesson):
    """The field is wide enough and the jump small enough."""
    design = Design(student, lesson)
    design.check_wide()
    design.check_fine()


@question("design_net", weight=1.5)
def test_wide_and_light(student, lesson):
    """The field is wide enough for few enough parameters."""
    design = Design(student, lesson)
    design.check_wide()
    design.check_light()


@question("design_net", weight=1)
def test_all_limits(student, lesson):
    """All limits hold together, without holes, with three convolutions."""
    design = Design(student, lesson)
    design.check_wide()
    design.check_fine()
    design.check_light()
    design.check_dense()


# ------------------------------------------------------- 5 · too_small

SEES_BOTH = (
    "The network compares what its units see. Lay its window over the dots in the pictures: can "
    "one unit ever see both dots of a pair?"
)
SAME_WINDOWS = (
    "More channels look at the same windows: they cannot find in them what the windows do not show."
)
ONE_KIND = (
    "The windows of this network show both dots of the nearer pair. Recognising one of the two "
    "kinds is enough: what is not near is far."
)
BINS = {
    "rf5": ("chance", {"solved": SEES_BOTH, "between": SEES_BOTH}),
    "rf5_wide": ("chance", {"solved": SAME_WINDOWS, "between": SAME_WINDOWS}),
    "rf7_dilated": ("solved", {"chance": ONE_KIND, "between": ONE_KIND}),
}


def answers_of(student) -> dict[str, Any]:
    answers = student.value("dots_predict")
    check_true(isinstance(answers, dict), "dots_predict should be a dictionary.")
    return answers


@question("too_small", weight=1)
@pytest.mark.parametrize("name", BINS)
def test_predicted_accuracies(student, name):
    """What the three networks achieve."""
    key, sentences = BINS[name]
    given = f'dots_predict["{name}"]'
    check_choice(answers_of(student).get(name), key, sentences=sentences, given=given)


@question("too_small", weight=0.5)
def test_smallest_field(student, lesson):
    """The smallest field that tells your own two distances apart."""
    near, far = lesson.dot_distances(student.personal_id())
    answer = answers_of(student).get("smallest_rf")
    check_true(answer is not None, 'dots_predict["smallest_rf"] has no answer yet.')
    fence = (
        "A window that holds two dots is one pixel wider than their distance: count the pixels "
        "from dot to dot, both included."
    )
    between = "Do not count the pixels between the dots only: the dots themselves must be seen."
    hints = [
        Mistake("dots-not-counted", fence, near),
        Mistake("dots-not-counted", between, near - 1),
        Mistake("both-pairs-seen", ONE_KIND, far + 1),
        Mistake("both-pairs-seen", ONE_KIND, far),
    ]
    side = side_of(answer)
    if side != near + 1:
        known = matching_mistake(side, hints)
        fail(
            f'dots_predict["smallest_rf"]: {show(answer)} is not the smallest field.',
            hint=known.sentence if known else "",
            mistake=known.name if known else "",
        )


# What an observation points to instead; nothing where it does point to a field too small.
WHAT_YOU_SEE = {
    "stuck": "",
    "large": "",
    "gap": "is overfitting: the network sees enough to fit the training images",
    "nan": "is a training that diverges, for example from too large a learning rate",
    "small": "is what downsampling too early does: the map is too coarse for small things",
}
WHAT_HELPS = {
    "width": "",
    "dilation": "",
    "data": "shows that the network sees enough and had too few examples: no number of images "
    "shows it what lies outside its field",
}


def letters_of(value: Any) -> set[str]:
    """The letters of a select-all answer: a list, a set, a text, or a dict of truth values."""
    if isinstance(value, dict):
        value = [letter for letter, chosen in value.items() if chosen]
    if isinstance(value, str):
        value = [value]
    check_true(isinstance(value, (list, tuple)), f"symptoms is {show(value)}, expected a list.")
    words = re.findall(r"[A-Z]+", " ".join(map(str, value)).upper().replace("AND", " "))
    letters = set("".join(words))
    check_true(letters, "symptoms has no letters yet.")
    unknown = sorted(letters - set("ABCDEFGH"))
    check_true(not unknown, f"symptoms has {', '.join(unknown)}: the letters go from A to H.")
    return letters


def check_symptoms(student, lesson, group: dict[str, str]) -> None:
    """Exactly the right ones of a group are chosen. A wrong one is named, a missing one is not."""
    order = lesson.symptom_order(student.personal_id())
    letters = letters_of(student.value("symptoms"))
    for letter in sorted(letters):
        other = group.get(order[letter], "")
        check_true(
            not other, f"{letter} does not point to a field that is too small.", hint=f"It {other}."
        )
    needed = {letter for letter, key in order.items() if group.get(key) == ""}
    check_true(
        needed <= letters,
        "An observation that points to a field that is too small is missing.",
        hint="Ask of each observation: would a network behave so whose units never see all the "
        "pixels that must be seen together, in training as in validation?",
    )


@question("too_small", weight=0.5)
def test_what_you_see(student, lesson):
    """Symptoms: what you see in the curves and in the errors."""
    check_symptoms(student, lesson, WHAT_YOU_SEE)


@question("too_small", weight=0.5)
def test_what_helps(student, lesson):
    """Symptoms: what helps and what does not."""
    check_symptoms(student, lesson, WHAT_HELPS)


INFLUENCE = (
    "Tell possible from strong: the theoretical field says which pixels can have an influence at "
    "all, the effective field how strong it is. "
)


@question("too_small", weight=0.5)
def test_theoretical_and_effective(student):
    """The theoretical and the effective field."""
    answer = student.value("effective")
    check_choice(
        answer.strip(" .)(").upper() if isinstance(answer, str) else answer,
        "B",
        sentences={
            "A": INFLUENCE + "Look at the heat map: is it as bright at the edges as in the centre?",
            "C": INFLUENCE + "'Only the centre matters' takes the effective field for the "
            "theoretical one: the heat map fades, but it is zero only outside the square.",
            "D": INFLUENCE + "The number of channels changes neither which pixels are connected "
            "to the unit nor that only few paths lead from the corner.",
        },
        given="effective",
    )
