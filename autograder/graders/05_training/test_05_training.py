"""Hidden checks of unit 05: the loss, the backbone, the training loop, and reading loss curves.

Models, loaders and optimizers cannot be sent by value. A *scene* is a function that builds them,
calls the student's function and reports plain observations. It is played twice: as a probe in
the student's kernel, and here with a loop of our own; then the two reports are compared.
"""

import contextlib
import itertools
import math
import re
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from autograder import (
    CheckFailed,
    Mistake,
    StudentError,
    as_array,
    check_choice,
    check_close,
    check_dtype,
    check_equal,
    check_raises,
    check_true,
    describe_call,
    fail,
    probe,
    question,
    show,
)

# ------------------------------------------------------------------ sentences

NAMED_ERRORS = {  # a part of an exception's text: the mistake that it shows
    "cuda": (
        "wrong-device",
        "Not every machine has a GPU. Move images and labels to the device of the model, "
        "next(model.parameters()).device, instead of calling .cuda().",
    ),
    "'loader'": (
        "uses-more-of-loader",
        "A loader can be looped over, and nothing else of it is promised: count the images in "
        "the loop, and weight each batch by its size.",
    ),
    "multi-target": (
        "labels-not-indices",
        "Labels are class indices: integers of the shape (N,), just as the loader gives them.",
    ),
    "must match the size": (
        "argmax-over-images",
        "The classes stand on dim 1 of the logits (N, C): take argmax(dim=1), one per image.",
    ),
    "have the same dtype": (
        "wrong-dtype",
        "Leave the images in the dtype in which the loader gives them: it is that of the model.",
    ),
    "does not require grad": (
        "no-record",
        "backward() follows the record from the loss back to the weights. Between model(images) "
        "and backward() there may be no torch.no_grad(), no .item(), no .detach() and no argmax.",
    ),
    "not implemented for 'long'": (
        "arguments-swapped",
        "The logits come first and the labels second: loss_fn(logits, labels).",
    ),
    "more than 1 value per channel": (
        "no-eval",
        "Call model.eval() before measuring: in training mode batch normalisation uses, and "
        "changes, statistics of the validation images.",
    ),
}
NAMED_ERRORS["nvidia"] = NAMED_ERRORS["cuda"]
NAMED_ERRORS["should be 1-d"] = NAMED_ERRORS["multi-target"]

SOFTMAX_TWICE = (
    "The loss applies softmax itself: give it raw logits. With probabilities instead, the loss of "
    "10 classes cannot fall below 1.46."
)
MEAN_NOT_SUM = (
    "The loss of a batch is a mean, not a sum: otherwise the size of a step would depend on the "
    "size of the batch."
)
WEIGHT_BATCHES = (
    "The last batch is smaller: weight the mean of each batch by its number of images, and divide "
    "by the number of all images."
)


def play(student, scene, *args, **options):
    """Run a scene in the student's kernel; say it where an exception shows a known mistake."""
    try:
        return student.run(probe(scene), *args, **options)
    except StudentError as error:
        said = error.message.split(" (At ")[0].lower()  # without the line of the student's code
        for part, (name, sentence) in NAMED_ERRORS.items():
            if part in said:
                raise CheckFailed(error.message, sentence, name) from None
        raise


@probe
def as_texts(student, name):
    return [str(item) for item in getattr(student, name)]


def letters_in(student, name):
    """The letters that a variable holds, as a list, however they are written."""
    value = student.value(name)
    if isinstance(value, str):
        return re.findall(r"[A-Za-z]", value)
    if value is not None and not isinstance(value, (list, tuple)):
        with contextlib.suppress(StudentError):
            value = student.run(as_texts, name)  # an array of texts does not cross
    return list(value) if isinstance(value, (list, tuple)) else []


def single(value):
    """A float32 number or vector: the training scenes compute in float32."""
    return np.asarray(value, dtype=np.float32)


# ------------------------------------------------------------------ cross_entropy


def draw_logits(rng, images, classes, label_dtype=np.int64):
    return rng.normal(0, 2, (images, classes)), rng.integers(classes, size=images).astype(
        label_dtype
    )


def torch_cross_entropy(logits, y):
    z = torch.tensor(logits, requires_grad=True)
    loss = cross_entropy(z, torch.from_numpy(y.astype(np.int64)))
    loss.backward()
    return loss.item(), z.grad.numpy()


def loss_and_gradient(result):
    """The two parts of the answer; a lone number counts as the loss."""
    if isinstance(result, dict) and len(result) == 2:
        result = tuple(result.values())
    if isinstance(result, (tuple, list)) and len(result) == 2:
        if [np.ndim(as_array(part)) for part in result] == [2, 0]:
            fail("cross_entropy returns the gradient first: return (loss, dlogits).")
        return result
    array = as_array(result)
    if array is not None and array.ndim == 0:
        return result, None
    return fail(f"cross_entropy should return (loss, dlogits), got {show(result)}.")


def softmax(z, axis=1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def loss_mistakes(z, y):
    """What known mistakes give for the loss."""
    rows = np.arange(len(y))
    with np.errstate(divide="ignore"):
        return [*_loss_mistakes(z, y, rows, softmax(z)[rows, y])]


def _loss_mistakes(z, y, rows, right):
    yield from (
        Mistake("sum-not-mean", MEAN_NOT_SUM, -np.log(right).sum()),
        Mistake(
            "softmax-over-images",
            "The classes stand on axis 1: softmax adds up to 1 in each row, not in each column.",
            -np.log(softmax(z, axis=0)[rows, y]).mean(),
        ),
        Mistake("softmax-twice", SOFTMAX_TWICE, -np.log(softmax(softmax(z))[rows, y]).mean()),
        Mistake(
            "labels-as-column",
            "y has the shape (N,). As a column (N, 1) it picks every label for every row: N² "
            "numbers instead of N.",
            -np.log(softmax(z)[rows, y[:, None]]).mean(),
        ),
        Mistake(
            "divided-by-classes",
            "The loss is a mean over the N images: divide by N, not by the number of classes too.",
            -np.log(right).mean() / z.shape[1],
        ),
        Mistake("other-log", "Take the natural logarithm, np.log.", -np.log2(right).mean()),
        Mistake("other-log", "Take the natural logarithm, np.log.", -np.log10(right).mean()),
        Mistake("sign", "The loss is minus the logarithm: never negative.", np.log(right).mean()),
        Mistake("no-log", "The loss is the logarithm of p, not p itself.", -right.mean()),
    )


def gradient_mistakes(z, y):
    """What known mistakes give for the gradient."""
    onehot = np.eye(z.shape[1])[y]
    delta = softmax(z) - onehot
    return [
        Mistake("sum-not-mean", MEAN_NOT_SUM + " So the gradient is divided by N too.", delta),
        Mistake(
            "no-onehot",
            "Subtract the one-hot label: the gradient is p minus one-hot; its rows add up to 0.",
            softmax(z) / len(z),
        ),
        Mistake("sign", "The gradient is p minus one-hot, not the other way.", -delta / len(z)),
        Mistake(
            "softmax-over-images",
            "The classes stand on axis 1: softmax adds up to 1 in each row, not in each column.",
            (softmax(z, axis=0) - onehot) / len(z),
        ),
        Mistake(
            "divided-by-classes",
            "The loss is a mean over the N images: divide by N, not by the number of classes.",
            delta / z.shape[1],
        ),
    ]


def check_loss(student, z, y):
    given = describe_call("cross_entropy", z, y)
    loss, _ = loss_and_gradient(student.cross_entropy(z, y))
    expected, _ = torch_cross_entropy(z, y)
    check_close(loss, expected, given=given, what="the loss", hints=loss_mistakes(z, y))


@question("cross_entropy", weight=3)
@pytest.mark.parametrize("classes", [2, 5])
def test_loss_of_one_image(student, rng, classes):
    """The loss of one image is right."""
    check_loss(student, *draw_logits(rng, 1, classes))


@question("cross_entropy", weight=3)
def test_loss_is_a_mean(student, rng):
    """The loss of a batch is the mean over its images."""
    for images, classes, dtype in ((2, 3, np.int64), (3, 3, np.int32), (7, 4, np.uint8)):
        z, y = draw_logits(rng, images, classes, dtype)
        check_loss(student, z, y)
        check_loss(student, np.concatenate([z, z]), np.concatenate([y, y]))


@question("cross_entropy", weight=4)
def test_gradient(student, rng):
    """The gradient with respect to the logits is right."""
    for images, classes, dtype in ((1, 3, np.int64), (3, 4, np.int64), (5, 5, np.uint8)):
        z, y = draw_logits(rng, images, classes, dtype)
        _, gradient = loss_and_gradient(student.cross_entropy(z, y))
        given = describe_call("cross_entropy", z, y)
        check_true(gradient is not None, f"{given} returns no gradient.")
        hints = gradient_mistakes(z, y)
        check_close(
            gradient, torch_cross_entropy(z, y)[1], given=given, what="dlogits", hints=hints
        )


EXTREME = [  # logits of one image and its class
    ([1e4, -1e4], 0),
    ([1e4, -1e4], 1),
    ([-1e4, -1e4, -1e4], 2),
    ([1e4 + 1, 1e4, 1e4 - 2], 1),
    ([-3e4, 5.0, 1e4], 0),
]


@question("cross_entropy", weight=3)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_logits(student, dtype):
    """Loss and gradient are right for very large and very small logits."""
    for row, label in EXTREME:
        z, y = np.array([row], dtype), np.array([label])
        given = f"cross_entropy(np.array({[row]}), np.array([{label}]))"
        loss, gradient = loss_and_gradient(student.cross_entropy(z, y))
        check_finite(loss, given)
        expected, _ = torch_cross_entropy(z, y)
        hints = [
            Mistake(
                "log-of-zero",
                "A small number added inside the logarithm hides log(0), but gives a wrong loss. "
                "Compute log p with the log-sum-exp form, without p.",
                lambda found=loss, true=expected: found if found < 0.5 * true else math.nan,
            )
        ]
        # float32 keeps four decimals of a number near 10,000
        atol = 3e-3 if dtype == np.float32 else None
        check_close(loss, expected, given=given, what="the loss", hints=hints, atol=atol)
        slopes = as_array(gradient)
        check_true(
            slopes is None or np.isfinite(slopes).all(),
            f"{given}: the gradient is not finite.",
            hint=OVERFLOW,
            mistake="overflow",
        )
    check_each_row_shifted(student, dtype)


def check_each_row_shifted(student, dtype):
    """One shift for all rows would leave nothing of a row whose logits are much smaller."""
    z, y = np.array([[1e4, 1e4 + 1], [-1e4, -1e4 + 2]], dtype), np.array([0, 1])
    parts = loss_and_gradient(student.cross_entropy(z, y))
    check_true(
        all(array is None or np.isfinite(array).all() for array in map(as_array, parts)),
        f"cross_entropy(np.array({z.tolist()}), np.array([0, 1])): not all numbers are finite.",
        hint="Subtract from each row its own largest logit (axis=1, keepdims=True).",
        mistake="one-shift-for-all",
    )


OVERFLOW = (
    "e^z is too large for a computer here (overflow): subtract the largest logit of each row first."
)


def check_finite(loss, given):
    number = as_array(loss)
    if number is None or number.ndim:
        return
    check_true(
        not np.isnan(number),
        f"{given}: the loss is nan.",
        hint=OVERFLOW,
        mistake="overflow",
    )
    check_true(
        np.isfinite(number),
        f"{given}: the loss is {show(number.item())}.",
        hint="p became 0, and log(0) has no value: compute log p without p, with the log-sum-exp "
        "form.",
        mistake="log-of-zero",
    )


def check_refuses(student, z, y, words, hint):
    """``y`` must be refused with a ValueError, and a right one must not."""
    loss, _ = loss_and_gradient(student.cross_entropy(z, np.arange(len(z))))
    number = as_array(loss)
    good = number is not None and number.ndim == 0 and number > 0
    check_true(good, f"cross_entropy with right labels gives no loss above 0, but {show(loss)}.")
    try:
        check_raises(lambda: student.cross_entropy(z, y), given=f"cross_entropy with {words}")
    except CheckFailed as error:
        if "but it stopped with" in error.message:
            hint += " Look at y before you use it, and `raise ValueError(...)` yourself."
        fail(error.message, hint=hint, mistake="bad-labels-accepted")


@question("cross_entropy", weight=1)
def test_refuses_labels_of_another_shape(student):
    """Labels that are not N class indices are refused."""
    z = np.zeros((3, 3))
    hint = (
        "y holds class indices: integers of the shape (N,), neither a column (N, 1) nor one-hot "
        "rows. numpy would broadcast them to wrong numbers without a word."
    )
    check_refuses(student, z, np.array([[0], [1], [2]]), "y of the shape (3, 1)", hint)
    check_refuses(student, z, np.eye(3), "one-hot rows as y", hint)
    check_refuses(student, z, np.array([0, 1]), "2 labels for 3 images", hint)
    check_refuses(student, z, np.array([0.5, 1.0, 2.0]), "a label 0.5", hint)


@question("cross_entropy", weight=1)
def test_refuses_unknown_classes(student):
    """Labels of classes that are not there are refused."""
    z = np.zeros((3, 3))
    hint = "Class indices go from 0 to C-1. A negative index counts from the end in numpy."
    check_refuses(student, z, np.array([0, 1, 3]), "a label 3 for 3 classes", hint)
    check_refuses(student, z, np.array([0, -1, 2]), "a label -1", hint)


@question("cross_entropy", weight=1)
def test_dtype_and_arguments(student, rng):
    """The dtype follows the logits, and the arguments stay as they are."""
    for dtype in (np.float64, np.float32, np.int64):
        z, y = draw_logits(rng, 1, 3)
        z = np.round(z).clip(-4, 4).astype(dtype)
        given = describe_call("cross_entropy", z, y)
        trace = student.trace("cross_entropy", z, y)
        result = np.result_type(dtype, np.float32)
        loss, gradient = loss_and_gradient(trace.value)
        expected, _ = torch_cross_entropy(z.astype(result), y)
        check_close(loss, single(expected), given=given, what="the loss")
        check_dtype(gradient, result, given=f"{given} with {np.dtype(dtype).name} logits")
        unchanged = np.array_equal(trace.args[0], z) and np.array_equal(trace.args[1], y)
        check_true(
            unchanged,
            f"{given} changed its arguments.",
            hint="`z -= ...` works on the array of the caller: write `z = z - ...`.",
            mistake="changes-arguments",
        )


# ------------------------------------------------------------------ build_backbone


def backbone_scene(student, images, seed, mode="logits", **options):
    """Build a backbone and report its logits, its parameters, and what it does when changed.

    mode "slopes": which share of its parameters gets a gradient. mode "rescaled": the logits
    with all weights a hundred times as large, and those of training mode. mode "twice": whether
    a second network shares parameters with the first.
    """
    import torch

    torch.manual_seed(seed)
    model = student.build_backbone(**options)
    if not isinstance(model, torch.nn.Module):
        return {"type": type(model).__name__}
    model.eval()
    images = images.to(next(model.parameters()).dtype)  # the notebook may have chosen float64
    report = {}
    with torch.no_grad():
        model(images)  # lazy layers get their weights
        for p in model.parameters():
            if not p.any():
                p.normal_(0, 0.1)  # a start at zero is a good one, but shows nothing yet
        report["logits"] = model(images)
        report["alone"] = [model(image[None]) for image in images]
        weights = [p for p in model.parameters() if p.dim() > 1]
        report["parameters"] = sum(p.numel() for p in model.parameters())
        if mode == "twice":
            own = {id(p) for p in model.parameters()}
            other = student.build_backbone(**options)
            report["shared"] = any(id(p) in own for p in other.parameters())
        if mode == "rescaled":
            report["training"] = model.train()(images)
            model.eval()
            for weight in weights:
                weight.mul_(100)
            report["rescaled"] = model(images)
            for weight in weights:
                weight.div_(100)
    if mode == "slopes":
        torch.set_grad_enabled(True)  # whatever the notebook has left
        model.zero_grad()
        model(images).square().sum().backward()
        report["weights"] = len(weights)
        report["learning"] = sum(w.grad is not None and bool(w.grad.any()) for w in weights)
    return report


SMALL = (8, 16, 24, 32)  # 8 divides them all: some norms and convolutions work in groups


def built(student, images, seed=0, **options):
    """The report of one backbone; it must be a convolutional network."""
    kwargs = {name: value for name, value in options.items() if name != "mode"}
    given = describe_call("build_backbone", **kwargs)
    report = play(student, backbone_scene, torch.as_tensor(images).float(), seed, **options)
    if "type" in report:
        fail(f"{given} should return an nn.Module, got {report['type']}.")
    return report, given


def require_convolutions(student):
    """A first layer that shares its weights costs few parameters for one more input channel."""
    try:
        counts = [
            built(student, np.zeros((1, channels, 32, 32)), widths=SMALL, in_ch=channels)[0]
            for channels in (3, 4)
        ]
    except CheckFailed:  # in_ch is not used: test_backbone_shapes says so
        return
    more = counts[1]["parameters"] - counts[0]["parameters"]
    check_true(
        more < 2000,
        f"One more input channel costs {more:,} parameters.",
        hint="The first layer should be a convolution, which shares its weights across the image.",
    )


@question("build_backbone", weight=4)
def test_backbone_shapes(student, rng):
    """Images of 32×32 pixels become logits, one for each class, whatever the arguments."""
    for images, options in (
        (1, {"widths": SMALL}),
        (2, {"widths": SMALL, "in_ch": 1, "num_classes": 7}),
        (3, {"widths": (24, 8, 40, 16), "in_ch": 2, "num_classes": 2}),
        (2, {}),
    ):
        x = rng.normal(size=(images, options.get("in_ch", 3), 32, 32))
        report, given = built(student, x, **options)
        expected = (images, options.get("num_classes", 10))
        check_logits(report["logits"], expected, given)
    report, given = built(student, rng.normal(size=(1, 3, 32, 32)), mode="twice", widths=SMALL)
    check_true(
        not report["shared"],
        f"{given}, called twice, gives networks that share their parameters.",
        hint="Each call builds a new network: training one must not change the other.",
        mistake="shared-network",
    )
    require_convolutions(student)


def check_logits(logits, expected, given):
    shape = getattr(as_array(logits), "shape", None)
    check_true(
        shape == expected,
        f"{given}: {expected[0]} images give logits of shape {shape}, expected {expected}.",
    )


@question("build_backbone", weight=2)
def test_backbone_size(student, rng):
    """The network has 300,000 to 1,500,000 parameters, and fewer with small widths."""
    x = rng.normal(size=(1, 3, 32, 32))
    count = built(student, x)[0]["parameters"]
    check_true(
        300_000 <= count <= 1_500_000,
        f"build_backbone() has {count:,} parameters, expected 300,000 to 1,500,000.",
        hint="A head that is linear on 8×8×256 numbers has 163,850. A larger one needs pooling "
        "first; a much smaller network misses a layer.",
    )
    small = built(student, x, widths=SMALL)[0]["parameters"]
    check_true(
        3 * small < count,
        f"With widths={SMALL} it has {small:,} parameters, by default {count:,}.",
        hint="Use widths for the output channels of the four convolutions.",
    )
    for index in range(4):
        more = [width + 8 * (place == index) for place, width in enumerate(SMALL)]
        larger = built(student, x, widths=tuple(more))[0]["parameters"]
        check_true(
            larger > small,
            f"With widths={tuple(more)} it has {larger:,} parameters, as with widths={SMALL}.",
            hint=f"widths[{index}] is not used: there are four convolutions, with widths[0] to "
            "widths[3] output channels.",
            mistake="width-not-used",
        )
    require_convolutions(student)


@question("build_backbone", weight=2)
def test_backbone_returns_raw_logits(student, rng):
    """The outputs are raw logits: no softmax and no ReLU at the end."""
    x = rng.normal(size=(2, 3, 32, 32))
    reports = [
        built(student, x, int(seed), mode="rescaled", widths=SMALL)[0]
        for seed in rng.integers(1 << 30, size=3)
    ]
    logits = np.stack([as_array(r[mode]) for r in reports for mode in ("logits", "training")])
    check_true(np.isfinite(logits).all(), "Some logits are not finite.")
    for mode in ("logits", "training"):
        outputs = np.stack([as_array(report[mode]) for report in reports])
        where = "" if mode == "logits" else " in training mode"
        check_true(
            not (np.allclose(outputs.sum(-1), 1, atol=1e-3) and outputs.min() >= 0),
            f"The outputs of each image{where} add up to 1 and none is negative: they are "
            "probabilities.",
            hint="No softmax at the end of the network. " + SOFTMAX_TWICE,
            mistake="softmax-in-model",
        )
    check_true(
        logits.min() < 0,
        f"None of {logits.size} outputs is negative.",
        hint="No ReLU (or sigmoid) on the logits: the output layer stays linear. A class whose "
        "score would be negative gets 0 and no gradient: it dies.",
        mistake="relu-on-logits",
    )
    rescaled = np.stack([as_array(report["rescaled"]) for report in reports])
    check_true(
        np.abs(rescaled).max() > 1.5,
        "The outputs never leave the range from -1 to 1, however large the weights are.",
        hint="Logits are scores without limits: the output layer stays linear.",
        mistake="squashed-logits",
    )
    require_convolutions(student)


def bends_scene(student, images, seed, factor, **options):
    """Report what a backbone makes of plain images when two of its weights trade a factor.

    Each kernel keeps its middle only, so that plain maps stay plain and pooling does nothing.
    All weights are positive and there are no biases, so that ReLU lets everything through. Then
    one weight is multiplied by the factor and another divided by it: if nothing bends between
    the two, the logits stay.
    """
    import torch

    torch.manual_seed(seed)
    model = student.build_backbone(**options).eval()
    images = images.to(next(model.parameters()).dtype)
    with torch.no_grad():
        model(images)  # lazy layers get their weights
        start = [p.clone() for p in model.parameters()]
        for name, p in model.named_parameters():
            if p.dim() < 2:
                p.abs_().clamp_(min=0.1) if name.endswith("weight") else p.zero_()
                continue
            p.copy_(torch.rand(p.shape) + 0.5)
            if p.dim() == 4:
                middle = torch.zeros_like(p)
                middle[..., p.shape[2] // 2, p.shape[3] // 2] = 1
                p.mul_(middle)
            p.div_(p.flatten(1).sum(1).mean())
        names = [name for name, p in model.named_parameters() if p.dim() > 1]
        weights = [p for p in model.parameters() if p.dim() > 1]
        kept = [p.clone() for p in weights]

        def logits(changes):
            for index, by in changes:
                weights[index].mul_(by)
            seen = model(images)
            for index, _ in changes:
                weights[index].copy_(kept[index])
            return seen

        every = range(len(weights))
        report = {
            "names": names,
            "dims": [p.dim() for p in weights],
            "before": logits([]),
            "alone": [[logits([(i, by)]) for by in (0, -1, factor)] for i in every],
            "traded": [
                [logits([(i, factor), (j, 1 / factor)]) for j in every if j != i] for i in every
            ],
        }
        for p, value in zip(model.parameters(), start, strict=True):
            p.copy_(value)  # the next call may well return this network again
        return report


FACTOR = -1024.0  # a power of two: no rounding. Negative for ReLU, large for tanh


def straight_pairs(report):
    """The pairs of weights between which nothing bends, and the groups that they make.

    Weights that do not count, or that a norm scales back, are in no pair.
    """
    before = centred(report["before"])

    def same(logits):
        return np.allclose(centred(logits), before, rtol=0, atol=0.02 * np.abs(before).max())

    every = range(len(report["names"]))
    counts = [not same(report["alone"][i][0]) for i in every]
    tells = [counts[i] and not any(map(same, report["alone"][i][1:])) for i in every]

    def trade(i, j):
        return same(report["traded"][i][j - (j > i)])

    pairs = [
        (i, j)
        for i, j in itertools.combinations(every, 2)
        if tells[i] and tells[j] and trade(i, j) and trade(j, i)
    ]
    groups = {i: i for i in every if counts[i]}
    for i, j in pairs:
        groups = {k: groups[i] if group == groups[j] else group for k, group in groups.items()}
    return pairs, len(set(groups.values()))


def centred(logits):
    """The differences between the images: what a bias adds to all of them does not count."""
    z = as_array(logits).astype(float)
    return z - z.mean(axis=0)


@question("build_backbone", weight=2)
def test_backbone_is_not_linear(student, rng):
    """There is a nonlinearity after each convolution."""
    seed = int(rng.integers(1 << 30))
    colours = torch.from_numpy(rng.uniform(0.1, 0.8, (5, 3, 1, 1))).float()
    colours[:2] += 2  # beyond the straight part of tanh; of the others, it is the darker ones
    built(student, np.zeros((1, 3, 32, 32)), widths=SMALL)  # it says so if this is no network
    images = colours.expand(5, 3, 32, 32).contiguous()
    report = play(student, bends_scene, images, seed, FACTOR, widths=SMALL)
    pairs, groups = straight_pairs(report)
    if pairs and groups < 3:
        fail(
            "Your network behaves like a linear one (max pooling aside).",
            hint="A stack of convolutions without nonlinearities can only do what one linear layer "
            "can: put a ReLU (or GELU, ...) after each convolution.",
            mistake="no-nonlinearity",
        )
    # Four convolutions and the head are five groups. A layer may be made of several weights.
    convs = [i for i, dims in enumerate(report["dims"]) if dims == 4]
    straight = [pair for pair in pairs if len(convs) == 4 and set(pair) & set(convs)]
    if straight or (pairs and groups < 5):
        first, second = (report["names"][i] for i in (straight or pairs)[0])
        fail(
            f"Between the layers with the weights {show(first)} and {show(second)} there is no "
            "nonlinearity.",
            hint="Without a ReLU (or GELU, ...) in between, two layers can only do what one layer "
            "can; pooling does not change that. Each of the four convolutions needs one behind it.",
            mistake="one-nonlinearity-missing",
        )
    require_convolutions(student)


@question("build_backbone", weight=1)
def test_backbone_sees_each_image_alone(student, rng):
    """In evaluation mode the logits of an image do not depend on the rest of the batch."""
    report, _ = built(student, rng.normal(size=(3, 3, 32, 32)), widths=SMALL)
    for index, alone in enumerate(report["alone"]):
        check_close(
            alone,
            as_array(report["logits"])[index : index + 1],
            given=f"image {index} of 3, given alone",
            what="its logits",
        )
    require_convolutions(student)


@question("build_backbone", weight=1)
def test_backbone_can_learn(student, rng):
    """The gradient reaches the parameters."""
    report, _ = built(student, rng.normal(size=(2, 3, 32, 32)), mode="slopes", widths=SMALL)
    learning, count = report["learning"], report["weights"]
    check_true(
        learning > 0.8 * count,
        f"Only {learning} of {count} weight tensors get a gradient.",
        hint="No detach() and no torch.no_grad() inside the model, and no frozen layer.",
    )
    require_convolutions(student)


# ------------------------------------------------------------------ loop_order

JOBS = {  # what a line of the loop contains: its job
    "zero_grad": "clear",
    "next(": "batch",
    "= model(": "forward",
    "cross_entropy": "loss",
    ".backward": "backward",
    ".step(": "step",
}
CHAIN = ("batch", "forward", "loss", "backward", "step")
TOO_LATE = {  # a job, when it comes before the one that it needs
    "forward": "The network would see images of the turn before: this turn's are not there yet.",
    "loss": "The loss would be computed from logits that are not there yet.",
    "backward": "The backward pass would start from a loss that is not there yet.",
    "step": "The optimizer would step before this turn's gradient is there.",
}
ERASED = (
    "zero_grad() erases p.grad. Between the backward pass and the step it erases the gradient "
    "that the step is about to use."
)


def jobs_in_order(student, lesson):
    """The jobs of the lines in the student's order; each of the six exactly once."""
    lines = lesson.loop_lines(student.personal_id())
    value = letters_in(student, "loop_order")
    check_true(value, "No order is given yet.")
    by_line = {line: letter for letter, line in lines.items()}
    letters = [by_line.get(item.strip(), item.strip().upper()) for item in map(str, value)]
    check_true(
        sorted(letters) == sorted(lines),
        f"The order should hold each of {', '.join(lines)} once, got {show(value)}.",
    )
    return [next(job for part, job in JOBS.items() if part in lines[letter]) for letter in letters]


@question("loop_order", weight=3)
def test_order_of_the_five_steps(student, lesson):
    """Each of the five steps comes after the one that it needs."""
    jobs = jobs_in_order(student, lesson)
    for earlier, later in itertools.pairwise(CHAIN):
        if jobs.index(earlier) > jobs.index(later):
            fail("The five steps are not in a working order.", hint=TOO_LATE[later])


@question("loop_order")
def test_order_of_zero_grad(student, lesson):
    """Old gradients are wiped out, and fresh ones are not."""
    jobs = jobs_in_order(student, lesson)
    backward, clear, step = (jobs.index(job) for job in ("backward", "clear", "step"))
    check_true(backward < step, "The five steps are not in a working order.", hint=TOO_LATE["step"])
    check_true(
        not backward < clear < step,
        "zero_grad() does not stand where it helps.",
        hint=ERASED,
        mistake="zero-grad-after-backward",
    )


# ------------------------------------------------------------------ train_one_epoch


def training_scene(
    student, weights, x, y, size, orders=(), lr=0.5, momentum=0.0, training=True, kind="loader"
):
    """Train a small network on batches of ``size``, one epoch for each order of the images.

    The first pixel of an image is its number. ``kind`` "bare" gives a loader that can only be
    looped over; "margin" gives another loss function; "modal" a network that computes something
    else in evaluation mode.
    """
    import torch

    torch.set_grad_enabled(True)  # whatever the notebook has left
    seen = []
    orders = [list(order) for order in orders] or [list(range(len(x)))]
    epochs = len(orders)

    class Modal(torch.nn.Module):
        def forward(self, z):
            return torch.tanh(z if self.training else 2 * z)

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = torch.nn.Linear(6, 5, dtype=torch.float32)
            self.between = Modal() if kind == "modal" else torch.nn.Tanh()
            self.head = torch.nn.Linear(5, 4, dtype=torch.float32)

        def forward(self, images):
            seen.append(
                {
                    "ids": (images[:, 0, 0, 0] * 100).round().int().tolist(),
                    "training": self.training and self.between.training,
                }
            )
            return self.head(self.between(self.hidden(images.flatten(1))))

    class Order:
        def __iter__(self):
            return iter(orders.pop(0) if orders else range(len(x)))

        def __len__(self):
            return len(x)

    class Loader:
        def __iter__(self):
            for start in range(0, len(x), size):
                yield x[start : start + size], y[start : start + size]

    dataset = torch.utils.data.TensorDataset(x, y)
    loader = torch.utils.data.DataLoader(dataset, batch_size=size, sampler=Order())
    model = Net()
    model.load_state_dict(weights)
    model.train(training)
    opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    report = []
    for _ in range(epochs):
        arguments = [model, Loader() if kind == "bare" else loader, opt]
        if kind == "margin":
            arguments.append(torch.nn.functional.multi_margin_loss)
        loss = student.train_one_epoch(*arguments)
        report.append({"loss": loss, "seen": list(seen)})
        seen.clear()
    changed = torch.cat([p.detach().flatten() for p in model.parameters()])
    return {"epochs": report, "weights": changed}


def reference(our_function):
    """Our own function in the place of the student's, for a scene that is played here."""
    return SimpleNamespace(**{our_function.__name__: our_function})


def loop(
    *,
    probabilities=False,
    clear="before",
    total=False,
    batches=None,
    steps="each",
    mode=True,
    passes=1,
):
    """A training loop; by default the right one, else with one of the known mistakes."""

    def train_one_epoch(model, loader, opt, loss_fn=cross_entropy):
        model.train(mode)
        weighted, images = 0.0, 0
        for x, y in itertools.chain(*(itertools.islice(loader, batches) for _ in range(passes))):
            logits = model(x)
            loss = loss_fn(logits.softmax(1) if probabilities else logits, y)
            if clear == "before":
                opt.zero_grad()
            (loss * len(y) if total else loss).backward()
            if clear == "after":
                opt.zero_grad()
            if steps == "each":
                opt.step()
            weighted, images = weighted + loss.item() * len(y), images + len(y)
        if steps == "once":
            opt.step()
        return weighted / images

    return train_one_epoch


LOOP_MISTAKES = [
    ("softmax-twice", SOFTMAX_TWICE, loop(probabilities=True)),
    (
        "no-zero-grad",
        "Without zero_grad() the gradients of earlier batches are added to the new one: wipe them "
        "out once for each batch.",
        loop(clear="never"),
    ),
    (
        "zero-grad-after-backward",
        "The weights did not change: each batch needs backward() and then opt.step(). " + ERASED,
        loop(clear="after"),
    ),
    ("sum-not-mean", MEAN_NOT_SUM, loop(total=True)),
    (
        "first-batch-only",
        "Only the first batch was used: is there a return inside the loop?",
        loop(batches=1),
    ),
    (
        "two-epochs",
        "The loop went through the loader twice: one epoch is once through it.",
        loop(passes=2),
    ),
    (
        "one-step-an-epoch",
        "The optimizer steps once for each batch, not once for the epoch.",
        loop(steps="once", clear="never"),
    ),
    (
        "one-step-an-epoch",
        "The optimizer steps once for each batch, not once for the epoch.",
        loop(steps="once"),
    ),
]


def draw_training(rng, images):
    """Weights of the scene's network, and images (N, 1, 2, 3) whose first pixel is a number."""
    weights = {
        "hidden.weight": rng.normal(0, 0.6, (5, 6)),
        "hidden.bias": rng.normal(0, 0.6, 5),
        "head.weight": rng.normal(0, 0.8, (4, 5)),
        "head.bias": rng.normal(0, 0.8, 4),
    }
    x = rng.normal(size=(images, 1, 2, 3))
    x[:, 0, 0, 0] = rng.permutation(np.arange(1, images + 1)) / 100
    tensors = {name: torch.from_numpy(value).float() for name, value in weights.items()}
    return tensors, torch.from_numpy(x).float(), torch.from_numpy(rng.integers(4, size=images))


def check_weights(student, *args, **options):
    """The weights after training must be those that our loop leaves."""
    epochs = play(student, training_scene, *args, **options)
    expected = training_scene(reference(loop()), *args, **options)["weights"]
    hints = [
        Mistake(
            name,
            sentence,
            lambda wrong=wrong: training_scene(reference(wrong), *args, **options)["weights"],
        )
        for name, sentence, wrong in LOOP_MISTAKES
    ]
    images, size = len(args[1]), args[3]
    given = f"{images} image(s) in batches of {size}, SGD"
    check_close(epochs["weights"], expected, given=given, what="the new weights", hints=hints)


@question("train_one_epoch", weight=4)
def test_step_on_one_image(student, rng):
    """One image, one step: the weights are those of one step of SGD."""
    check_weights(student, *draw_training(rng, 1), 1)


@question("train_one_epoch", weight=4)
def test_steps_on_several_batches(student, rng):
    """Each batch makes one step on its own mean gradient."""
    check_weights(student, *draw_training(rng, 2), 2)
    check_weights(student, *draw_training(rng, 3), 2)
    check_weights(student, *draw_training(rng, 8), 3, momentum=0.9, lr=0.2)


@question("train_one_epoch", weight=4)
def test_loss_of_the_epoch(student, rng):
    """It returns the mean loss per image, with an unequal last batch."""
    weights, x, y = draw_training(rng, 2)
    report = play(student, training_scene, weights, x, y, 2, kind="bare")
    ours = training_scene(reference(loop()), weights, x, y, 2)
    hints = [
        Mistake(
            "loss-after-step",
            "The loss of a batch is the one from before its step.",
            lambda: single(losses_of_batches(moved(weights, ours["weights"]), x, y, 2)[0]),
        ),
        *epoch_loss_mistakes(weights, x, y, 2),
    ]
    check_epoch_loss(report, ours, "2 images in one batch", hints)

    weights, x, y = draw_training(rng, 8)
    logits = torch.tanh(x.flatten(1) @ weights["hidden.weight"].T + weights["hidden.bias"])
    logits = logits @ weights["head.weight"].T + weights["head.bias"]
    y = torch.cat([logits[:6].argmax(1), logits[6:].argmin(1)])  # the last batch is the worst
    report = play(student, training_scene, weights, x, y, 3, lr=0.0, kind="bare")
    ours = training_scene(reference(loop()), weights, x, y, 3, lr=0.0)
    hints = epoch_loss_mistakes(weights, x, y, 3)
    check_epoch_loss(report, ours, "8 images in batches of 3, learning rate 0", hints)


def check_epoch_loss(report, ours, given, hints):
    expected = single(ours["epochs"][0]["loss"])
    got = report["epochs"][0]["loss"]
    if np.ndim(as_array(got)) or as_array(got) is None:
        fail(
            f"train_one_epoch should return one number, got {show(got)}.",
            hint="The mean loss per image of the whole epoch is one number. Is there a `return` "
            "after the loop?",
            mistake="no-single-loss",
        )
    check_close(got, expected, given=given, what="the returned loss", hints=hints)


def moved(weights, vector):
    """The weights of the scene's network from one long vector."""
    parts = torch.split(vector, [weights[name].numel() for name in weights])
    return {name: part.view_as(weights[name]) for name, part in zip(weights, parts, strict=True)}


def losses_of_batches(weights, x, y, size, probabilities=False):
    """The mean loss of each batch, with these weights."""
    hidden = torch.tanh(x.flatten(1) @ weights["hidden.weight"].T + weights["hidden.bias"])
    logits = hidden @ weights["head.weight"].T + weights["head.bias"]
    if probabilities:
        logits = logits.softmax(1)
    pairs = zip(logits.split(size), y.split(size), strict=True)
    return [cross_entropy(z, labels).item() for z, labels in pairs]


def epoch_loss_mistakes(weights, x, y, size):
    losses = losses_of_batches(weights, x, y, size)
    twice = losses_of_batches(weights, x, y, size, probabilities=True)
    counts = [len(part) for part in y.split(size)]
    softmax_twice = single(np.average(twice, weights=counts))
    return [
        *mean_mistakes(losses, counts),
        Mistake("softmax-twice", SOFTMAX_TWICE, softmax_twice),
    ]


def mean_mistakes(losses, counts):
    """Wrong ways to put the mean losses of batches with these numbers of images together."""
    total = np.dot(losses, counts)
    return [
        Mistake("mean-of-batch-means", WEIGHT_BATCHES, single(np.mean(losses))),
        Mistake("sum-of-batch-means", "Divide by the number of images.", single(np.sum(losses))),
        Mistake("sum-not-mean", "Divide by the number of images.", single(total)),
        Mistake(
            "divided-by-batches",
            "Divide by the number of images, not by the number of batches.",
            single(total / len(counts)),
        ),
        Mistake(
            "divided-by-images",
            "The loss of a batch is already a mean: multiply it by the number of its images "
            "before you add it up.",
            single(np.sum(losses) / np.sum(counts)),
        ),
        Mistake("last-batch-only", "This is the last batch alone.", single(losses[-1])),
        Mistake(
            "first-batch-only",
            "This is the first batch alone: is there a `return` inside the loop?",
            single(losses[0]),
        ),
    ]


@question("train_one_epoch", weight=2)
def test_training_mode(student, rng):
    """The network is in training mode in each forward pass, in whatever mode it came."""
    for training in (True, False):
        scene = (*draw_training(rng, 5), 2)
        report = play(student, training_scene, *scene, training=training, kind="modal")
        seen = report["epochs"][0]["seen"]
        check_true(seen, "The network was never called.")
        # What it reports of its mode may be made up; the weights tell as well.
        frozen = training_scene(reference(loop(mode=False)), *scene, kind="modal")["weights"]
        check_true(
            all(look["training"] for look in seen)
            and not Mistake("no-train-mode", "", frozen).explains(report["weights"]),
            f"The model came in {'training' if training else 'evaluation'} mode, and was not in "
            "training mode in each forward pass.",
            hint="Call model.train() first: in evaluation mode dropout does nothing, and batch "
            "normalisation keeps frozen statistics.",
            mistake="no-train-mode",
        )


@question("train_one_epoch", weight=1)
def test_each_image_once(student, rng):
    """Each image is seen once in an epoch, in the loader's order, also in the second epoch."""
    weights, x, y = draw_training(rng, 5)
    order = rng.permutation(5).tolist()
    orders = [order, order[::-1]]
    report = play(student, training_scene, weights, x, y, 2, orders=orders)
    numbers = (x[:, 0, 0, 0] * 100).round().int()
    for epoch, order in zip(report["epochs"], orders, strict=True):
        ids = [number for look in epoch["seen"] for number in look["ids"]]
        check_equal(ids, numbers[order].tolist(), given="the images that the network saw")


@question("train_one_epoch", weight=1)
def test_given_loss_function(student, rng):
    """The loss function that is given is the one that is used."""
    weights, x, y = draw_training(rng, 4)
    report = play(student, training_scene, weights, x, y, 4, kind="margin")
    ours = training_scene(reference(loop()), weights, x, y, 4, kind="margin")
    wrong = Mistake(
        "ignores-loss-fn",
        "This is what F.cross_entropy gives: call loss_fn.",
        lambda: training_scene(reference(loop()), weights, x, y, 4)["weights"],
    )
    hints = [wrong]
    given = "loss_fn=F.multi_margin_loss"
    check_close(
        report["weights"], ours["weights"], given=given, what="the new weights", hints=hints
    )


# ------------------------------------------------------------------ evaluate


def evaluation_scene(student, weights, x, y, size, training=True, norm=False, bare=False):
    """Measure a linear network, with batch normalisation where ``norm`` is true."""
    import torch

    torch.set_grad_enabled(True)  # whatever the notebook has left
    seen = []

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            classes = len(weights["linear.bias"])
            self.linear = torch.nn.Linear(6, classes, dtype=torch.float32)
            kind = torch.nn.BatchNorm1d if norm else torch.nn.Identity
            self.norm = kind(classes, dtype=torch.float32)

        def forward(self, images):
            logits = self.norm(self.linear(images.flatten(1)))
            seen.append(
                {
                    "ids": (images[:, 0, 0, 0] * 100).round().int().tolist(),
                    "training": self.training or self.norm.training,
                    "recorded": logits.requires_grad,
                }
            )
            return logits

    class Loader:
        def __iter__(self):
            for start in range(0, len(x), size):
                yield x[start : start + size], y[start : start + size]

    dataset = torch.utils.data.TensorDataset(x, y)
    loader = Loader() if bare else torch.utils.data.DataLoader(dataset, batch_size=size)
    model = Net()
    model.load_state_dict(weights)
    model.train(training)
    result = student.evaluate(model, loader)
    return {
        "result": result,
        "seen": seen,
        "state": {name: value.detach() for name, value in model.state_dict().items()},
        "training": model.training,
        "can_learn": torch.is_grad_enabled() and all(p.requires_grad for p in model.parameters()),
    }


def draw_evaluation(rng, images, classes, right):
    """Weights, images and labels; ``right`` says for each image whether the network is right."""
    weights = {
        "linear.weight": torch.from_numpy(rng.normal(0, 0.7, (classes, 6))).float(),
        "linear.bias": torch.from_numpy(rng.normal(0, 0.7, classes)).float(),
    }
    x = rng.normal(size=(images, 1, 2, 3))
    x[:, 0, 0, 0] = rng.permutation(np.arange(1, images + 1)) / 100
    x = torch.from_numpy(x).float()
    logits = linear_logits(weights, x)
    labels = torch.where(torch.tensor(right), logits.argmax(1), logits.argmin(1))
    return weights, x, labels


def linear_logits(weights, x):
    return x.flatten(1) @ weights["linear.weight"].T + weights["linear.bias"]


def metric(report, name):
    result = report["result"]
    if not isinstance(result, dict) or name not in result:
        fail(f"evaluate should return {{'loss': ..., 'acc': ...}}, got {show(result)}.")
    return result[name]


@question("evaluate", weight=4)
def test_validation_loss(student, rng):
    """The loss is the mean per image over all batches."""
    for right, classes, size in (([1, 0], 3, 2), ([1, 1, 1, 1, 1, 1, 0], 4, 3)):
        weights, x, y = draw_evaluation(rng, len(right), classes, [r == 1 for r in right])
        report = play(student, evaluation_scene, weights, x, y, size, bare=True)
        z = linear_logits(weights, x)
        parts = list(zip(z.split(size), y.split(size), strict=True))
        losses = [cross_entropy(a, b).item() for a, b in parts]
        counts = [len(b) for _, b in parts]
        hints = [
            *mean_mistakes(losses, counts),
            Mistake("softmax-twice", SOFTMAX_TWICE, single(cross_entropy(z.softmax(1), y))),
        ]
        check_close(
            metric(report, "loss"),
            single(cross_entropy(z, y)),
            given=f"{len(x)} images in batches of {size}",
            what="loss",
            hints=hints,
        )


@question("evaluate", weight=4)
def test_accuracy(student, rng):
    """The accuracy is the share of right images, between 0 and 1."""
    for right, classes, size in (
        ([1, 1, 0], 3, 3),
        ([1, 0, 1, 0, 0, 0, 1], 4, 3),
        ([1, 1, 0, 0, 0], 2, 1),
    ):
        weights, x, y = draw_until_distinct(rng, [r == 1 for r in right], classes, size)
        report = play(student, evaluation_scene, weights, x, y, size)
        check_close(
            metric(report, "acc"),
            single(np.mean(right)),
            given=f"{len(x)} images in batches of {size}, {classes} classes",
            what="acc",
            hints=accuracy_mistakes(weights, x, y, size),
        )


def draw_until_distinct(rng, right, classes, size):
    """Data on which the largest logit of each column does not happen to give the accuracy."""
    while True:
        weights, x, y = draw_evaluation(rng, len(right), classes, right)
        by_column = argmax_over_images(weights, x, y, size)
        if by_column is None or abs(by_column - np.mean(right)) > 0.1:
            return weights, x, y


def argmax_over_images(weights, x, y, size):
    """The accuracy with ``argmax(0)``, where the shapes happen to fit."""
    z = linear_logits(weights, x)
    if any(len(part) != z.shape[1] for part in y.split(size)):
        return None
    pairs = zip(z.split(size), y.split(size), strict=True)
    return np.mean([(a.argmax(0) == b).float().mean().item() for a, b in pairs])


def accuracy_mistakes(weights, x, y, size):
    hit = (linear_logits(weights, x).argmax(1) == y).float()
    shares = [part.mean().item() for part in hit.split(size)]
    true = hit.mean().item()
    percent = "acc is a share between 0 and 1, not a percentage."
    return [
        Mistake(
            "argmax-over-images",
            "The classes stand on dim 1 of the logits (N, C): take argmax(dim=1), one per image.",
            lambda: single(argmax_over_images(weights, x, y, size)),
        ),
        Mistake("percent", percent, single(100 * true)),
        Mistake("count", "Divide the number of right images by that of all.", single(hit.sum())),
        Mistake("error-rate", "This is the share of wrong images.", single(1 - true)),
        Mistake("mean-of-batch-means", WEIGHT_BATCHES, single(np.mean(shares))),
        Mistake("last-batch-only", "This is the last batch alone.", single(shares[-1])),
    ]


NO_EVAL = (
    "Call model.eval() before measuring: in training mode dropout is on, and batch normalisation "
    "uses and changes the statistics with the validation images."
)


def check_eval_mode(seen):
    check_true(seen, "The network was never called.")
    check_true(
        not any(look["training"] for look in seen),
        "The network was not in evaluation mode in each forward pass.",
        hint=NO_EVAL,
        mistake="no-eval",
    )


def normalised(rng, images):
    """Data for a network with batch normalisation, whose statistics are not the default ones."""
    right = rng.random(images) < 0.5
    weights, x, y = draw_evaluation(rng, images, 3, right.tolist())
    norm = {
        "norm.weight": torch.from_numpy(rng.uniform(0.5, 2, 3)).float(),
        "norm.bias": torch.from_numpy(rng.normal(size=3)).float(),
        "norm.running_mean": torch.from_numpy(rng.normal(size=3)).float(),
        "norm.running_var": torch.from_numpy(rng.uniform(0.5, 2, 3)).float(),
        "norm.num_batches_tracked": torch.tensor(5),
    }
    return weights | norm, x, y


def evaluate(model, loader):
    """What a measurement in training mode gives."""
    losses = [cross_entropy(model(x), y, reduction="none").detach() for x, y in loader]
    return {"loss": torch.cat(losses).mean().item()}


@question("evaluate", weight=3)
def test_evaluation_leaves_no_trace(student, rng):
    """It measures in evaluation mode and changes neither weights nor statistics."""
    weights, x, y = normalised(rng, 4)
    report = play(student, evaluation_scene, weights, x, y, 2, norm=True)
    check_eval_mode(report["seen"])
    # What it reports of its mode may be made up; the loss tells as well.
    wrong = evaluation_scene(reference(evaluate), weights, x, y, 2, norm=True)["result"]
    got = report["result"] if isinstance(report["result"], dict) else {}
    if Mistake("no-eval", NO_EVAL, single(wrong["loss"])).explains(got.get("loss")):
        fail("The loss is the one of training mode.", hint=NO_EVAL, mistake="no-eval")
    for name, value in weights.items():
        after = report["state"].get(name) if isinstance(report["state"], dict) else None
        check_close(after, value, given="after evaluate", what=name)


@question("evaluate", weight=3)
def test_evaluation_records_no_gradient(student, rng):
    """It sees each image once and records nothing for a backward pass."""
    weights, x, y = draw_evaluation(rng, 5, 3, [True] * 5)
    report = play(student, evaluation_scene, weights, x, y, 2)
    seen = report["seen"]
    ids = [number for look in seen for number in look["ids"]]
    numbers = (x[:, 0, 0, 0] * 100).round().int().tolist()
    check_equal(sorted(ids), sorted(numbers), given="the images that the network saw")
    check_true(
        not any(look["recorded"] for look in seen),
        "The forward passes were recorded for a gradient.",
        hint="Measure inside `with torch.no_grad():`. Without it each forward pass keeps its "
        "intermediate results in memory, for a backward pass that never comes.",
        mistake="no-no-grad",
    )
    check_true(
        report["can_learn"],
        "After evaluate no gradient is recorded any more, so the network cannot go on learning.",
        hint="Measure inside `with torch.no_grad():`, which ends with its block, instead of "
        "switching gradients off for good.",
        mistake="gradients-stay-off",
    )


@question("evaluate", weight=2)
def test_evaluation_restores_the_mode(student, rng):
    """Afterwards the model is in the mode again in which it came."""
    for training in (True, False):
        weights, x, y = normalised(rng, 4)
        report = play(student, evaluation_scene, weights, x, y, 2, norm=True, training=training)
        check_eval_mode(report["seen"])
        check_true(
            report["training"] is training,
            f"The model came in {'training' if training else 'evaluation'} mode and left in the "
            "other one.",
            hint="Remember model.training at the start, and call model.train(that) at the end.",
            mistake="mode-not-restored",
        )


# ------------------------------------------------------------------ overfit16


def overfit_scene(student, weights, images, labels):
    """Let the student's loop train a small network; report its weights and the returned losses."""
    import torch
    from torch import nn

    torch.set_grad_enabled(True)  # whatever the notebook has left
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 8 * 8, 4),
    ).float()
    model.load_state_dict(weights)
    losses = student.overfit(model, images, labels)
    if isinstance(losses, torch.nn.Module):
        model, losses = losses, None
    return {"weights": dict(model.state_dict()), "losses": losses}


CPU_SECONDS = 20  # twice what the notebook allows
played = weakref.WeakKeyDictionary()  # training is played once for all checks of a student


def overfitted(student, lesson):
    """The loss of the trained network on the 16 images, computed here, and the returned losses."""
    if student not in played:
        try:
            played[student] = play_overfit(student, lesson)
        except CheckFailed as error:
            played[student] = error
    if isinstance(played[student], CheckFailed):
        raise played[student]
    return played[student]


def play_overfit(student, lesson):
    model, (images, labels) = lesson.small_cnn(), lesson.sixteen_images()
    weights = dict(model.state_dict())
    report = play(student, overfit_scene, weights, images, labels, _cpu_s=CPU_SECONDS)
    try:
        model.load_state_dict(report["weights"])
    except (RuntimeError, TypeError, AttributeError):
        fail("After overfit the model no longer has the layers that it came with.")
    with torch.no_grad():
        loss = cross_entropy(model(images), labels).item()
    return loss, report["losses"]


def what_to_try(loss):
    """The next thing to try, by how far training came."""
    if not math.isfinite(loss) or loss > 1.5:
        return "Training diverged: the steps are too large. Take a smaller learning rate."
    if loss > 1.35:
        return (
            "The network has hardly moved. Are the optimizer's parameters those of this model, "
            "and not of a copy? Is zero_grad() not between backward() and step()? If so, take more "
            "steps or a larger learning rate."
        )
    return (
        "Train on the images just as they are given, take more steps, or a better learning rate: "
        "Adam with 1e-3 to 5e-3 needs some tens."
    )


@question("overfit16", weight=1)
def test_loss_falls(student, lesson):
    """Training on the 16 images brings their loss below 0.5."""
    loss, _ = overfitted(student, lesson)
    check_true(
        loss < 0.5,
        f"After overfit the loss on the 16 images is {show(loss)}; a guess has 1.386.",
        hint=what_to_try(loss),
    )


@question("overfit16", weight=2)
def test_learns_sixteen_images(student, lesson):
    """Training on the 16 images brings their loss below 0.05."""
    loss, _ = overfitted(student, lesson)
    check_true(
        loss < 0.05,
        f"After overfit the loss on the 16 images is {show(loss)}, expected less than 0.05.",
        hint=what_to_try(loss),
    )


@question("overfit16", weight=1)
def test_returned_losses(student, lesson):
    """The losses that it returns tell of this training."""
    loss, losses = overfitted(student, lesson)
    message = f"After overfit the loss on the 16 images is {show(loss)}: they are not learnt yet."
    check_true(loss < 0.05, message)
    if isinstance(losses, dict) and losses:  # a history, or a DataFrame
        losses = next((v for name, v in losses.items() if "train" in str(name)), None) or next(
            iter(losses.values())
        )
    numbers = [as_array(value) for value in losses] if isinstance(losses, (list, tuple)) else []
    if not numbers and (array := as_array(losses)) is not None and array.ndim == 1:
        numbers = list(array)
    good = len(numbers) > 1 and all(n is not None and np.size(n) == 1 for n in numbers)
    check_true(good, f"overfit should return a list of losses, got {show(losses)}.")
    first, last = float(np.ravel(numbers[0])[0]), float(np.ravel(numbers[-1])[0])
    floor = math.log(1 + 3 / math.e)
    if last > floor - 0.01 and loss < 0.05:
        fail(
            f"The returned losses end at {show(last)}, but the loss of the network is "
            f"{show(loss)}.",
            hint="Cross-entropy applies softmax itself: give it raw logits. With probabilities "
            "instead, the loss of 4 classes cannot fall below 0.74.",
            mistake="softmax-twice",
        )
    check_true(
        first > last and last < 0.5,
        f"The returned losses go from {show(first)} to {show(last)}, but the loss of the network "
        f"went from 1.39 to {show(loss)}.",
    )


# ------------------------------------------------------------------ loss curves


def falling(epochs, first, floor):
    """A loss that falls from ``first`` to the share ``floor`` of it."""
    t = np.arange(epochs)
    return first * (floor + (1 - floor) * np.exp(-7 * t / epochs))


def history(rng, train, val, acc=0.8):
    """The curves with a little wobble, as the student's function gets them."""

    def wobble(curve):
        return (curve * rng.uniform(0.992, 1.008, len(curve))).tolist()

    rise = acc * (1 - 0.7 * np.exp(-np.arange(len(train)) / 5))
    return {"train_loss": wobble(train), "val_loss": wobble(val), "val_acc": wobble(rise)}


def healthy(rng, scale=1.0, floor=None):
    floor = floor or rng.uniform(0.1, 0.28)
    train = falling(epochs_of(rng), scale * rng.uniform(1.5, 3), floor)
    return history(rng, train, train * rng.uniform(1.03, 1.1), 0.9)


def healthy_with_dropout(rng):
    """The validation loss lies below the training loss from the first epoch on."""
    train = falling(epochs_of(rng), rng.uniform(1.5, 3), rng.uniform(0.2, 0.3))
    return history(rng, train, train * rng.uniform(0.55, 0.75), 0.9)


def underfit(rng, scale=1.0, end=None):
    end = end or rng.uniform(0.88, 0.99)
    train = scale * rng.uniform(1.5, 3) * np.linspace(1, end, epochs_of(rng))
    return history(rng, train, train * rng.uniform(0.99, 1.03), 0.2)


def overfit(rng, end=None, scale=1.0, rise=None):
    """The validation loss turns and rises, while the validation accuracy stays flat."""
    epochs, first = epochs_of(rng), scale * rng.uniform(1.5, 3)
    turn, low = int(epochs * rng.uniform(0.2, 0.35)), rng.uniform(0.4, 0.55)
    rise = np.linspace(low, end or low * (rise or rng.uniform(1.6, 1.8)), epochs - turn)
    val = first * np.concatenate([np.linspace(1.03, low, turn, endpoint=False), rise])
    return history(rng, falling(epochs, first, rng.uniform(0.01, 0.05)), val, 0.75)


def exploding(rng, end):
    train = rng.uniform(1.5, 3) * np.geomspace(1, end, epochs_of(rng))
    return history(rng, train, 1.05 * train, 0.1)


def broken(rng, curves, value, epochs=None):
    """A run that falls at first; from some epoch on the named curves hold ``value``."""
    run = healthy(rng)
    start = int(rng.integers(6, 12))
    for name in curves:
        count = epochs or len(run[name]) - start
        run[name][start : start + count] = [value] * count
    return run


def epochs_of(rng):
    return int(rng.integers(18, 50))


LABEL_SENTENCES = {  # a wrongly chosen label: what it would need
    "overfit": "Overfitting shows in the course of the validation loss: it turns and rises while "
    "the training loss goes on falling.",
    "underfit": "Underfitting means that the training loss itself has hardly moved.",
    "healthy": "A low training loss alone is no good sign: look at how the validation loss ends.",
    "diverged": "A run has diverged when its training loss ends far above its start, or when a "
    "loss is NaN or infinite.",
    "bug": "Nothing here is impossible: the training loss is measured with dropout and "
    "augmentation switched on, the validation loss without them.",
}
BELOW = (
    "A validation loss below the training loss is no bug and no bad sign: the training loss is "
    "measured with dropout and augmentation switched on."
)
FORMS = {"overfit": "overfit", "underfit": "underfit", "diverg": "diverged", "health": "healthy"}


def label(value):
    """A label in its own form: "Overfitting " is "overfit"."""
    if not isinstance(value, str):
        return value
    plain = re.sub(r"[\s_-]", "", value.lower())
    return next((form for start, form in FORMS.items() if plain.startswith(start)), plain)


def check_diagnosis(student, run, expected, given, sentences=LABEL_SENTENCES):
    got = label(student.diagnose(run))
    check_choice(got, expected, sentences=sentences, given=given, what="label")


def check_healthy(student, rng):
    for floor in (0.15, 0.36):
        run = healthy(rng, floor=floor)
        check_diagnosis(student, run, "healthy", "both losses fall and stay low")


@question("diagnose", weight=1)
def test_diagnose_diverged(student, rng):
    """A loss that explodes, or that is not a finite number, has diverged."""
    both = ("train_loss", "val_loss")
    runs = [
        ("the training loss becomes NaN", broken(rng, both, math.nan)),
        ("the training loss ends at 40 times its first value", exploding(rng, 40)),
        ("the training loss ends at 6 times its first value", exploding(rng, 6)),
        ("the training loss becomes infinite", broken(rng, both, math.inf)),
        ("the validation loss becomes NaN", broken(rng, ("val_loss",), math.nan)),
        ("the validation loss becomes infinite", broken(rng, ("val_loss",), math.inf)),
        ("the training loss is NaN at one epoch", broken(rng, ("train_loss",), math.nan, 1)),
    ]
    sentences = dict.fromkeys(
        LABEL_SENTENCES,
        "Look first for NaN and infinity, in both losses (np.isfinite): comparisons with NaN are "
        "never true. And compare the end of the training loss with its first value.",
    )
    for given, run in runs:
        check_diagnosis(student, run, "diverged", given, sentences)
    check_healthy(student, rng)


@question("diagnose", weight=2)
def test_diagnose_overfit(student, rng):
    """A validation loss that turns and rises shows overfitting, even if accuracy stays flat."""
    given = "the training loss falls, the validation loss turns and rises"
    for _ in range(4):
        check_diagnosis(student, overfit(rng), "overfit", given)
    run = overfit(rng, rise=1.5)
    check_diagnosis(student, run, "overfit", f"{given} to 1.5 times its lowest value")
    run, given = overfit(rng, end=1.2), f"{given} above its first value"
    check_diagnosis(student, run, "overfit", given)
    check_healthy(student, rng)


@question("diagnose", weight=1)
def test_diagnose_underfit(student, rng):
    """A training loss that hardly moves shows underfitting."""
    for end in (0.99, 0.92, 0.84):
        given = f"both losses hardly move, the training loss ends at {end:.0%} of its first value"
        check_diagnosis(student, underfit(rng, end=end), "underfit", given)
    check_healthy(student, rng)


@question("diagnose", weight=1)
def test_diagnose_validation_below_training(student, rng):
    """A validation loss below the training loss is healthy if both fall and stay low."""
    sentences = dict.fromkeys([*LABEL_SENTENCES, "error", "leak"], BELOW)
    given = "both losses fall and stay low, the validation loss below the training loss"
    for _ in range(3):
        check_diagnosis(student, healthy_with_dropout(rng), "healthy", given, sentences)
    check_diagnosis(student, underfit(rng), "underfit", "both losses hardly move")


@question("diagnose", weight=1)
def test_diagnose_in_other_units(student, rng):
    """The label does not depend on the unit of the loss."""
    sentences = dict.fromkeys(
        LABEL_SENTENCES, "Compare each curve with its own first value, not with a fixed number."
    )
    for scale in (0.02, 200.0):
        given = f"first loss about {2 * scale:g}"
        run = healthy(rng, scale)
        check_diagnosis(student, run, "healthy", f"both fall and stay low, {given}", sentences)
        run = underfit(rng, scale)
        check_diagnosis(student, run, "underfit", f"both hardly move, {given}", sentences)
        run = overfit(rng, scale=scale)
        check_diagnosis(student, run, "overfit", f"the validation loss turns, {given}")


def epoch_mistakes(run):
    """Other epochs that are taken for the best one."""
    val = run["val_loss"]
    lowest = min(range(len(val)), key=val.__getitem__)
    return [
        Mistake("counts-from-1", "Epochs count from 0 here.", lowest + 1),
        Mistake(
            "lowest-training-loss",
            "The training loss is lowest where the network knows its training images by heart: "
            "look at the validation loss.",
            int(np.argmin(run["train_loss"])),
        ),
        Mistake(
            "highest-accuracy",
            "The contract asks for the lowest validation loss, not for the highest accuracy.",
            int(np.argmax(run["val_acc"])),
        ),
        Mistake("value-not-index", "Return the index of the epoch, not its loss.", val[lowest]),
        Mistake("highest-loss", "Low losses are good.", int(np.argmax(val))),
        Mistake("last-epoch", "This is the last epoch.", len(val) - 1),
    ]


@question("best_epoch", weight=2)
def test_best_epoch(student, rng):
    """The best epoch is the one with the lowest validation loss."""
    small = {"train_loss": [4, 3, 2, 1], "val_loss": [5, 3, 6, 4], "val_acc": [0.1, 0.2, 0.3, 0.4]}
    for run in (small, overfit(rng), overfit(rng)):
        expected = int(np.argmin(run["val_loss"]))
        given = f"{len(run['val_loss'])} epochs"
        check_equal(student.best_epoch(run), expected, given=given, hints=epoch_mistakes(run))


@question("best_epoch", weight=1)
def test_best_epoch_of_equals(student):
    """Of several epochs with the lowest validation loss it is the first."""
    run = {"train_loss": [3, 2, 1, 0.5], "val_loss": [2, 1, 3, 1], "val_acc": [0.1, 0.3, 0.2, 0.4]}
    hints = [Mistake("last-of-equals", "Of equal epochs the first is asked for.", 3)]
    given = "validation losses 2, 1, 3, 1"
    check_equal(student.best_epoch(run), 1, given=given, hints=hints)


@question("best_epoch", weight=1)
def test_best_epoch_is_never_nan(student):
    """An epoch whose validation loss is NaN is never the best."""
    nan = math.nan
    for val, expected in (([3.0, 2.0, nan, nan], 1), ([nan, 3.0, 2.0, 4.0], 2)):
        run = {"train_loss": [4.0, 3.0, 2.0, 1.0], "val_loss": val, "val_acc": [0.1] * 4}
        hint = "Comparisons with NaN are never true, and np.argmin takes NaN for the lowest."
        hints = [Mistake("nan-is-best", hint, where) for where in range(4) if where != expected]
        given = f"validation losses {', '.join(f'{loss:g}' for loss in val)}"
        check_equal(student.best_epoch(run), expected, given=given, hints=hints)


CHOICES = {
    "choose the epoch": (
        "validation",
        {
            "test": "A choice that looks at the test set spoils it: the best of many measurements "
            "on it is too high. Keep it for one measurement at the very end.",
            "training": "On the training set the last epoch nearly always looks best, above all "
            "when the network overfits.",
        },
    ),
    "report the result": (
        "test",
        {
            "validation": "You chose the epoch because it looked best there, partly by luck: the "
            "number is too high. Report on images that took part in no choice.",
            "training": "The network has seen these images: that says nothing about new ones.",
        },
    ),
}


@question("best_epoch", weight=4)
@pytest.mark.parametrize("task", CHOICES)
def test_data_for(student, task):
    """Each set of images is used for what it is kept for."""
    value = student.value("data_for")
    check_true(isinstance(value, dict), f"data_for should be a dict, got {show(value)}.")
    key, sentences = CHOICES[task]
    chosen = value.get(task)
    if isinstance(chosen, str):
        chosen = re.sub(r"^the\s+|\s*(set|data|images)$", "", chosen.strip().lower())
        chosen = {"val": "validation", "train": "training"}.get(chosen, chosen)
    check_choice(chosen, key, sentences=sentences, given=task, what="set")


# ------------------------------------------------------------------ read_curves


def kind(run):
    """The label of a generated run, from its curves."""
    train, val = np.array(run["train_loss"]), np.array(run["val_loss"])
    if not np.isfinite([train, val]).all():
        return "diverged"
    if train[-1] > 0.6 * train[0]:
        return "underfit"
    return "overfit" if val[-1] > 1.2 * val.min() else "healthy"


def named_values(student, variable, names):
    """A dict of the student's with these keys; their case does not count."""
    value = student.value(variable)
    check_true(isinstance(value, dict), f"{variable} should be a dict, got {show(value)}.")
    plain = {str(key).strip().upper(): item for key, item in value.items()}
    return {name: plain.get(name) for name in names}


def check_labels(student, lesson, needed):
    """At least ``needed`` labels are right; else the first wrong one decides the message."""
    runs = lesson.curve_instances(student.personal_id())
    labels = {k: label(v) for k, v in named_values(student, "curve_labels", runs).items()}
    right = [labels[name] == kind(run) for name, run in runs.items()]
    if sum(right) >= needed:
        return
    name = next(name for name, good in zip(runs, right, strict=True) if not good)
    below = runs[name]["val_loss"][0] < 0.8 * runs[name]["train_loss"][0]
    sentences = dict.fromkeys(LABEL_SENTENCES, BELOW) if below else LABEL_SENTENCES
    given = f"run {name}"
    check_choice(labels[name], kind(runs[name]), sentences=sentences, given=given, what="label")


@question("read_curves", weight=2)
def test_three_labels(student, lesson):
    """At least three of the four runs have the right label."""
    check_labels(student, lesson, 3)


@question("read_curves", weight=1)
def test_four_labels(student, lesson):
    """All four runs have the right label."""
    check_labels(student, lesson, 4)


@question("read_curves", weight=1)
def test_onset(student, lesson):
    """For each run that overfits, the epoch at which it begins is right, up to 2 epochs."""
    runs = lesson.curve_instances(student.personal_id())
    epochs = named_values(student, "curve_onset", runs)
    for name, run in runs.items():
        if kind(run) != "overfit":
            continue
        onset = epochs[name]
        if isinstance(onset, str) and re.fullmatch(r"\s*\d+\s*", onset):
            onset = int(onset)
        onset = as_array(onset)
        good = onset is not None and onset.ndim == 0
        check_true(good, f"run {name}: no epoch is given.")
        check_true(
            abs(float(onset) - int(np.argmin(run["val_loss"]))) <= 2,
            f"run {name}: overfitting does not begin at epoch {show(epochs[name])}.",
            hint="It begins where the validation loss is lowest: up to there the network still "
            "gets better on new images.",
        )


HELPFUL = {
    "add dropout",
    "add weight decay",
    "augment the training images",
    "collect more training images",
    "keep the weights of the epoch with the lowest validation loss",
}
USELESS = {
    "keep the weights of the epoch with the lowest training loss": "The training loss is lowest "
    "at the end, where the network overfits most.",
    "train a network with more layers and more channels": "A larger network learns its training "
    "images by heart even more easily.",
    "train for twice as many epochs": "Longer training lets the network learn its training "
    "images by heart even more.",
    "train on half of the training images": "Fewer images are even easier to learn by heart.",
}


@question("read_curves", weight=2)
def test_fixes(student, lesson):
    """The measures that help against overfitting are chosen, and no other ones."""
    options = lesson.fix_options(student.personal_id())
    assert set(options.values()) == HELPFUL | set(USELESS), "lesson.fix_options has changed"
    value = letters_in(student, "fixes")
    check_true(value, "No measure is chosen yet.")
    letters = {measure: letter for letter, measure in options.items()}
    chosen = {letters.get(str(v).strip().lower(), str(v).strip().lower()) for v in value}
    unknown = sorted(chosen - set(options))
    check_true(not unknown, f"There is no measure {unknown[:1]}.")
    for letter in sorted(chosen):
        if options[letter] in USELESS:
            fail(
                f"{letter} ({options[letter]}) does not help.",
                hint=USELESS[options[letter]],
                mistake="wrong-cure",
            )
    missing = HELPFUL - {options[letter] for letter in chosen}
    check_true(not missing, "A measure that would help is not chosen.")
