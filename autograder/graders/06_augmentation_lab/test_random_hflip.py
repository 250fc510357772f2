"""random_hflip: images are mirrored left to right, each with the probability p."""

from functools import partial

import numpy as np

from autograder import (
    Mistake,
    StudentNotebook,
    check_close,
    check_raises,
    check_true,
    fail,
    question,
)

from .changed_images import (
    SIGMAS,
    check_acts,
    check_leaves_alone,
    check_new_draws,
    check_repeats,
    distinct_images,
    images_like,
    named,
    tensor,
)

DIRECTED = np.arange(1, 7, dtype=np.float32).reshape(1, 1, 2, 3)  # no mirror image of itself


@question("random_hflip")
def test_flip_axis(student: StudentNotebook, rng: np.random.Generator) -> None:
    """p=1 mirrors left and right, p=0 does nothing."""
    for shape in ((1, 1, 2, 3), (2, 1, 3, 3), (3, 2, 4, 5)):
        x = distinct_images(rng, *shape)
        call = named("random_hflip", shape, "p=1")
        check_close(
            student.random_hflip(tensor(x), 1.0), x[..., ::-1], given=call, hints=_wrong_flips(x)
        )
        check_close(student.random_hflip(tensor(x), 0.0), x, given=call.replace("p=1", "p=0"))


def _wrong_flips(x: np.ndarray) -> list[Mistake]:
    rows = "That turns the image upside down. Horizontal means left to right: the last axis."
    return [
        Mistake("flips-rows", rows, x[..., ::-1, :]),
        Mistake("flips-both", "That is a turn by 180 degrees.", x[..., ::-1, ::-1]),
        Mistake("flips-channels", "Axis 1 holds the channels.", x[:, ::-1]),
        Mistake("flips-batch", "Axis 0 holds the images of the batch.", x[::-1]),
        Mistake("never-flips", "Nothing was flipped.", x),
    ]


def _flipped(result: np.ndarray, x: np.ndarray, call: str) -> np.ndarray:
    """For each image, whether it was flipped (in whichever direction); others fail."""
    kept = np.isclose(result, x).all(axis=(1, 2, 3))
    turned = np.zeros_like(kept)
    for mirror in (x[..., ::-1], x[..., ::-1, :], x[..., ::-1, ::-1]):
        turned |= np.isclose(result, mirror).all(axis=(1, 2, 3))
    odd = np.flatnonzero(~kept & ~turned)
    if odd.size:
        fail(
            f"{call}: image {odd[0]} of the result is neither the image nor its mirror image.",
            hint="An image is flipped as a whole: all its rows and all its channels.",
        )
    return turned


@question("random_hflip")
def test_flip_probability(student: StudentNotebook) -> None:
    """An image is flipped with the probability p."""
    batches, single = _draw_flips(student, 1000, 5), _draw_flips(student, 1, 300)
    if any(0 < flips.mean() < 1 for flips in batches):  # else it loses points in another check
        _check_share(np.concatenate(batches), 1000)
    _check_share(np.concatenate(single), 1)


def _draw_flips(student: StudentNotebook, images: int, calls: int) -> list[np.ndarray]:
    """For each of so many calls with p=0.3, which images were flipped."""
    x = np.repeat(DIRECTED, images, axis=0)
    call = named("random_hflip", x.shape, "p=0.3")
    outcomes = student.each("random_hflip", [((tensor(x), 0.3), {})] * calls, cpu_s=10)
    return [_flipped(images_like(x, outcome.value, call), x, call) for outcome in outcomes]


def _check_share(flips: np.ndarray, images: int) -> None:
    share = flips.mean()
    margin = SIGMAS * np.sqrt(0.3 * 0.7 / len(flips))
    said = "You flip as often as p says not to flip." if abs(share - 0.7) < margin else ""
    said = "That is p=0.5, whatever p is." if abs(share - 0.5) < margin else said
    check_true(
        abs(share - 0.3) < margin,
        f"With p=0.3, {share:.0%} of {len(flips)} images are flipped, in batches of {images}.",
        hint=said,
    )


@question("random_hflip")
def test_flip_draws_for_each_image(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Each image of a batch is flipped or not on its own, and each call draws anew."""
    x = np.repeat(distinct_images(rng, 1, 3, 3, 4), 64, axis=0)
    call = named("random_hflip", x.shape)
    first, second = (images_like(x, student.random_hflip(tensor(x)), call) for _ in range(2))
    flips = _flipped(first, x, call)
    check_true(
        0 < flips.sum() < 64,
        f"{call}: {'all' if flips.any() else 'none'} of the 64 images are flipped.",
        hint="Draw one number for each image of the batch, not one for the batch.",
        mistake="flip-per-batch",
    )
    check_new_draws(first, second, call)


@question("random_hflip")
def test_flip_keeps_its_contract(student: StudentNotebook, rng: np.random.Generator) -> None:
    """The images given are left alone, dtype and seeds are respected, bad arguments refused."""
    x = distinct_images(rng, 6, 2, 4, 5)
    check_acts(student, "random_hflip", x, 0.9)
    for p in (1.0, 0.0):
        check_leaves_alone(student, "random_hflip", x, p)
    check_repeats(student, "random_hflip", x, 0.5)
    for p in (-0.1, 1.5):
        refused = partial(student.random_hflip, tensor(x), p)
        check_raises(refused, given=f"random_hflip(x, p={p})")
