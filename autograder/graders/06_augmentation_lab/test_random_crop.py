"""random_crop: windows of the padded image, at offsets that are drawn fairly, image by image."""

from collections import Counter

import numpy as np

from autograder import StudentNotebook, check_close, check_raises, check_true, fail, question

from .changed_images import (
    check_acts,
    check_leaves_alone,
    check_new_draws,
    check_repeats,
    distinct_images,
    images_like,
    named,
    tensor,
    window_of,
)

CHI2_LIMIT = {9: 42.7, 25: 72.2}  # cells: chi-square that a fair draw exceeds once in 10**6
Offset = tuple[int, int]


@question("random_crop", weight=2)
def test_crop_is_a_window(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Each result is a window of the padded image, the same for all channels."""
    for shape, pad in (((1, 1, 3, 3), 1), ((6, 2, 4, 6), 1), ((24, 3, 6, 5), 2)):
        x = distinct_images(rng, *shape)
        _check_windows(student, x, pad)
    check_acts(student, "random_crop", x, pad)


def _check_windows(student: StudentNotebook, x: np.ndarray, pad: int) -> None:
    call = named("random_crop", x.shape, f"pad={pad}")
    result = images_like(x, student.random_crop(tensor(x), pad), call)
    for number, (image, cropped) in enumerate(zip(x, result, strict=True)):
        if window_of(image, cropped, pad) is None:
            mistake, hint = _why_no_window(image, cropped, pad)
            fail(
                f"{call}: image {number} of the result is no window of the padded image.",
                hint=hint,
                mistake=mistake,
            )


def _why_no_window(image: np.ndarray, result: np.ndarray, pad: int) -> tuple[str, str]:
    """The mistake and the sentence on an image (C, H, W) that was not cropped."""
    height, width = image.shape[1:]
    rolls = (np.roll(image, move, (1, 2)) for move in np.ndindex(height, width))
    if any(np.allclose(result, rolled) for rolled in rolls):
        return "crop-wraps", (
            "Pixels that leave the image on one side come in again on the other: that is "
            "torch.roll, not a crop. The border is filled with zeros."
        )
    if window_of(image, result, pad, ("edge", "symmetric")) is not None:
        return "crop-border", "The border repeats pixels of the edge. It is filled with zeros."
    alone = [window_of(i[None], r[None], pad) for i, r in zip(image, result, strict=True)]
    if None not in alone and len(set(alone)) > 1:
        return "channels-apart", (
            "All channels of an image must move together: each has been moved by an offset of "
            "its own."
        )
    return "", "Pad the image on all four sides, then cut out height × width pixels."


@question("random_crop", weight=2)
def test_crop_offsets_are_uniform(student: StudentNotebook) -> None:
    """All offsets from 0 to 2·pad are equally likely, in rows and in columns."""
    offsets = _draw_offsets(student, 1000, 5, 2)
    if any(len(set(drawn)) > 1 for drawn in offsets):
        _check_uniform([offset for drawn in offsets for offset in drawn], 2)
        _check_uniform([offset for drawn in offsets for offset in drawn[:400]], 2)
    else:  # one draw for a whole batch loses its point in another check
        offsets = _draw_offsets(student, 1, 450, 1)
        _check_uniform([offset for drawn in offsets for offset in drawn], 1)


def _draw_offsets(
    student: StudentNotebook, images: int, calls: int, pad: int
) -> list[list[Offset]]:
    """The offsets of each of so many calls, read from the pixel in the middle."""
    side = 2 * pad + 1
    x = np.arange(1, side * side + 1, dtype=np.float32).reshape(1, 1, side, side)
    x = np.repeat(x, images, axis=0)
    call = named("random_crop", x.shape, f"pad={pad}")
    outcomes = student.each("random_crop", [((tensor(x), pad), {})] * calls, cpu_s=10)
    drawn = []
    for outcome in outcomes:
        values = images_like(x, outcome.value, call)[:, 0, pad, pad].tolist()
        check_true(
            set(values) <= set(range(1, side * side + 1)),
            f"{call}: the middle of a result is no pixel of the image.",
        )
        drawn.append([divmod(int(value) - 1, side) for value in values])
    return drawn


def _check_uniform(offsets: list[Offset], pad: int) -> None:
    drawn, last = f"In {len(offsets)} draws with pad={pad} the", 2 * pad
    for axis, name in enumerate(("row", "column")):
        missing = sorted(set(range(last + 1)) - {offset[axis] for offset in offsets})
        if missing:
            _fail_missing(missing, last, f"{drawn} {name} offset")
    cells = (last + 1) ** 2
    counts = Counter(offsets)
    expected = len(offsets) / cells
    seen = [counts[divmod(cell, last + 1)] for cell in range(cells)]
    chi2 = sum((count - expected) ** 2 / expected for count in seen)
    check_true(
        chi2 < CHI2_LIMIT[cells],
        f"{drawn} {cells} offsets (row, column) should come up about "
        f"{expected:.0f} times each; they come up {min(seen)} to {max(seen)} times.",
        hint="Draw the row and the column independently, each from 0 to 2·pad with equal chances.",
    )


def _fail_missing(missing: list[int], last: int, offset: str) -> None:
    message = f"{offset} {missing[0]} never comes up; it should be 0 to {last}."
    if missing not in ([0], [last]):
        fail(message)
    hint = (
        f"There are 2·pad + 1 = {last + 1} positions. torch.randint and range leave "
        "their upper end out."
    )
    fail(message, hint=hint, mistake="crop-off-by-one")


@question("random_crop")
def test_crop_draws_for_each_image(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Each image of a batch gets an offset of its own, and each call new ones."""
    x = np.repeat(distinct_images(rng, 1, 1, 5, 5), 64, axis=0)
    call = named("random_crop", x.shape, "pad=2")
    first, second = (images_like(x, student.random_crop(tensor(x), 2), call) for _ in range(2))
    check_acts(student, "random_crop", x, 2)
    check_true(
        not np.allclose(first, first[:1]),
        f"{call}: all 64 images are moved alike.",
        hint="Draw one offset for each image of the batch, not one for the batch.",
        mistake="crop-per-batch",
    )
    check_new_draws(first, second, call)


@question("random_crop")
def test_crop_keeps_its_contract(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The images given are left alone, dtype and seeds are respected, bad arguments refused."""
    x = distinct_images(rng, 6, 2, 4, 5)
    check_acts(student, "random_crop", x, 1)
    check_leaves_alone(student, "random_crop", x, 1)
    nothing = student.trace("random_crop", tensor(x), 0)
    check_close(nothing.value, x, given="random_crop(x, pad=0)")
    check_close(nothing.after, x, given="random_crop(x, pad=0), after x was overwritten")
    check_repeats(student, "random_crop", x, 1)
    check_raises(lambda: student.random_crop(tensor(x), -1), given="random_crop(x, pad=-1)")
    check_raises(
        lambda: student.random_crop(tensor(x[0]), 1), given="random_crop with an image (C, H, W)"
    )
