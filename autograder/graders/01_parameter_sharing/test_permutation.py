"""Hidden checks of ``permutation``: what moved pixels do to a CNN and to an MLP."""

import math

import numpy as np

from autograder import (
    Choice,
    StudentNotebook,
    Untouched,
    answer_sheet,
    as_array,
    cases,
    check_true,
    check_untouched,
    describe_call,
    fail,
    question,
    show,
)

NEIGHBOURS = (
    "A 3×3 kernel looks for patterns among neighbours. After the permutation, the pixels of a "
    "window come from all over the image, and moving the digit no longer moves the pattern."
)
NO_GRID = (
    "The MLP has no grid to lose: each of its weights belongs to one pixel, so the permuted "
    "weights do for the permuted pixels exactly what the old ones did for the old ones."
)
FORMS = {"drop": "drops", "same": "same"}
PREDICTIONS = {
    "cnn": Choice("drops", {"same": NEIGHBOURS}, what="prediction", forms=FORMS),
    "mlp": Choice("same", {"drops": NO_GRID}, what="prediction", forms=FORMS),
}
LEFT_ALONE = Untouched(
    changed="After permute_pixels(x, perm), {name} is no longer what it was.",
    changed_hint="Work on a copy: a function never changes its arguments.",
    changed_mistake="",
    shared="The result of permute_pixels changes when x is overwritten later.",
    shared_hint="The result shares memory with x: return a copy.",
    shared_mistake="",
)


@question("permutation", weight=4)
@cases(
    "network",
    {
        "You predict what permuted pixels do to the CNN.": "cnn",
        "You predict what permuted pixels do to the MLP.": "mlp",
    },
)
def test_prediction(student: StudentNotebook, network: str) -> None:
    """The prediction for one network."""
    answer = answer_sheet(student, "permutation_predict").get(network)
    PREDICTIONS[network].check(answer, f"permutation_predict[{network!r}]")


# ------------------------------------------------------------------- permute_pixels


def draw_images(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, C, H, W) whose numbers all differ, and a permutation that moves many pixels."""
    x = rng.permutation(math.prod(shape)).reshape(shape) + 0.5  # not whole: no dtype may cut it
    perm = np.arange(shape[2] * shape[3])
    while (perm == np.arange(len(perm))).sum() > len(perm) - 3:
        perm = rng.permutation(len(perm))
    return x, perm


def both_ways(x: np.ndarray, perm: np.ndarray) -> list[np.ndarray]:
    """Pixels taken from perm, and pixels sent to perm."""
    rows = x.reshape(*x.shape[:2], -1)
    return [rows[:, :, order].reshape(x.shape) for order in (perm, np.argsort(perm))]


def check_permuted(got: object, x: np.ndarray, perm: np.ndarray) -> int:
    """The pixels must be moved by perm; returns 0 if they are taken from it, 1 if sent to it."""
    given = describe_call("permute_pixels", x, perm)
    have = as_array(got)
    if have is None:
        fail(f"{given}: the result should be an array, got {show(got)}.")
    if have.shape != x.shape:
        fail(f"{given}: the result has shape {have.shape}, expected {x.shape}.")
    for way, moved in enumerate(both_ways(x, perm)):
        if np.array_equal(have, moved):
            return way
    message = f"{given}: with perm = {perm.tolist()}, {wrong_image(have, x, perm)}."
    return fail(message, hint=why_not_permuted(have, x))


def wrong_image(have: np.ndarray, x: np.ndarray, perm: np.ndarray) -> str:
    """The first image and channel moved neither way: its pixels before, after, and as expected."""
    taken, sent = both_ways(x, perm)
    differ = ((have != taken) & (have != sent)).any(axis=(2, 3))
    image, channel = np.argwhere(differ)[0] if differ.any() else (0, 0)
    before, after, one, other = (
        a[image, channel].astype(float).ravel().tolist() for a in (x, have, taken, sent)
    )
    return (
        f"image {image}, channel {channel}, row by row, goes from {before} to {after}, "
        f"expected {one} or {other}"
    )


def why_not_permuted(have: np.ndarray, x: np.ndarray) -> str:
    """A sentence on what has become of the pixels."""
    if np.array_equal(have, x):
        return "The images come back as they were."
    old, new = (np.sort(a.reshape(*a.shape[:2], -1)) for a in (x, have))
    if np.array_equal(old, new):
        return (
            "Every image keeps its own pixels, but their new order is not that of perm. Use the "
            "same given perm for every image and channel; do not draw or compute another one."
        )
    if np.array_equal(np.sort(have, axis=None), np.sort(x, axis=None)):
        return "Pixels have moved from one image or channel into another."
    return "Some pixels are lost or changed: a permutation only moves them."


@question("permutation", weight=4)
def test_permutes_grey_images(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Every image's pixels are moved by perm, the same way in every image and call."""
    directions = set()
    for shape in ((1, 1, 2, 3), (3, 1, 3, 3), (5, 1, 4, 4), (2, 1, 4, 4)):
        x, perm = draw_images(rng, *shape)
        moved = check_permuted(student.permute_pixels(x, perm), x, perm)
        if not np.array_equal(perm, np.argsort(perm)):  # else both ways are the same
            directions.add(moved)
    check_true(
        len(directions) < 2,
        "Your function takes pixels from perm in one call and sends them to perm in another.",
    )


@question("permutation", weight=2)
def test_permutes_all_channels(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Every channel is moved in the same way, also in images that are not square."""
    for shape in ((1, 2, 2, 2), (2, 3, 2, 4), (3, 2, 5, 2)):
        x, perm = draw_images(rng, *shape)
        check_permuted(student.permute_pixels(x, perm), x, perm)


@question("permutation")
def test_leaves_arguments_alone(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The result is a new array, and the images and perm are left as they were."""
    x, perm = draw_images(rng, 2, 1, 3, 3)
    trace = student.trace("permute_pixels", x, perm)
    check_permuted(trace.value, x, perm)
    check_untouched(trace, "", {"x": x, "perm": perm}, LEFT_ALONE)


@question("permutation")
def test_own_run(student: StudentNotebook) -> None:
    """The experiment ran with your function, and its numbers are those of moved pixels."""
    run = student.value("permutation_run")
    check_true(run is not None, "The experiment has not run: write permute_pixels, then run it.")
    try:
        cnn, mlp = (run[name]["original"] - run[name]["permuted"] for name in ("cnn", "mlp"))
    except (TypeError, ValueError, KeyError):
        fail(f"permutation_run should be what permutation_experiment returns, got {show(run)}.")
    check_true(
        cnn > 0.2 and abs(mlp) < 0.15,
        f"With permuted pixels your run loses {cnn:.2f} (CNN) and {mlp:.2f} (MLP) of the accuracy: "
        "that is not what one fixed permutation of all images does.",
        hint="The same perm must move the pixels of all images, for training and for validation.",
    )
