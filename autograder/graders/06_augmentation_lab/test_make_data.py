"""make_data: a split in two parts that share nothing, normalised with the training part."""

import itertools
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from autograder import (
    Choice,
    StudentNotebook,
    Untouched,
    as_array,
    check_close,
    check_raises,
    check_true,
    check_untouched,
    fail,
    question,
    show,
    works,
)

from .changed_images import KEPT, SIGMAS, tensor
from .own_digits import check_own_seeds, check_own_split

N, N_TRAIN, CHANNELS = 240, 100, 2
Statistics = tuple[np.ndarray, np.ndarray]  # mean and standard deviation
ARGUMENTS_KEPT = Untouched(changed=KEPT.changed, changed_mistake="", shared="")
QUOTE = Choice(
    "B",
    {
        "A": "Of 30 noisy numbers you took the largest: part of the 0.91 is luck. What was "
        "used to choose cannot also be the report.",
        "C": "Then the test images choose the network, and the best of 30 is part luck again. "
        "Choose with the validation images; use the test images once.",
        "D": "On its training images a network is too good: it may know them by heart.",
    },
)


class Split:
    """What make_data returned for images that carry their number in their pixels.

    In each channel the pixel (0, 0) is 0, (0, 1) is 1 and (0, 2) is number/N: any shift and
    scale of the channel leaves the number readable.
    """

    def __init__(self, student: StudentNotebook, rng: np.random.Generator, seed: int) -> None:
        self.x = _numbered_images(rng)
        self.y = np.arange(N) * 7 % 4
        self.call = f"make_data(x, y, {N_TRAIN}, seed={seed}) with {N} images"
        self.trace = student.trace("make_data", tensor(self.x), tensor(self.y), N_TRAIN, seed)
        got, names = self.trace.value, "(x_train, y_train), (x_val, y_val), (mean, std)"
        right = _is_row(got, 3) and all(_is_row(part, 2) for part in got)
        check_true(right, f"{self.call} should return {names}, got {show(got)}.")
        self.train, self.train_labels = self._part(got[0], "train")
        self.val, self.val_labels = self._part(got[1], "val")
        self.train_ids, self.val_ids = self._numbers(self.train), self._numbers(self.val)

    def _part(self, part: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
        images, labels = map(as_array, part)
        good = images is not None and images.ndim == 4 and images.shape[1:] == self.x.shape[1:]
        check_true(good, f"{self.call}: x_{name} should be images (n, 2, 6, 7).")
        images = np.asarray(images)
        good = labels is not None and labels.shape == images.shape[:1]
        check_true(good, f"{self.call}: y_{name} should have one label for each image.")
        return images, np.asarray(labels)

    def _numbers(self, images: np.ndarray) -> np.ndarray:
        zero, one, number = images[:, :, 0, 0], images[:, :, 0, 1], images[:, :, 0, 2]
        with np.errstate(all="ignore"):
            read = (number - zero) / (one - zero) * N
        whole = np.isfinite(read) & (np.abs(read - np.round(read)) < 0.05)
        check_true(
            whole.all() and (np.ptp(np.round(read), axis=1) == 0).all(),
            f"{self.call}: images of the result are not images of x with another mean and scale.",
        )
        return np.round(read[:, 0]).astype(int) % N

    def has_statistics(self, got: Statistics, ids: np.ndarray) -> bool:
        """Whether these are the mean and standard deviation of the raw images with these ids."""
        return any(
            _near(got[0], mean) and _near(got[1], std) for mean, std in self._statistics(ids)
        )

    def _statistics(self, ids: np.ndarray) -> Iterator[Statistics]:
        """Per channel, then over all."""
        raw = self.x[ids].astype(np.float64)
        yield raw.mean(axis=(0, 2, 3)), raw.std(axis=(0, 2, 3))
        yield np.full(CHANNELS, raw.mean()), np.full(CHANNELS, raw.std())

    def normalised(self, ids: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        """The raw images with these ids, normalised with one number for all or one a channel."""
        columns = [np.broadcast_to(v, CHANNELS).reshape(1, CHANNELS, 1, 1) for v in (mean, std)]
        return ((self.x[ids] - columns[0]) / columns[1]).astype(np.float32)


def _numbered_images(rng: np.random.Generator) -> np.ndarray:
    """Images (N, CHANNELS, 6, 7) that are as different as can be in brightness."""
    x = rng.random((N, CHANNELS, 6, 7)) * 4 * rng.random((N, 1, 1, 1)) ** 4
    x[:, 1] += 1
    x[:, :, 0, 0], x[:, :, 0, 1] = 0, 1
    x[:, :, 0, 2] = (np.arange(N) / N)[:, None]
    return x.astype(np.float32)


def _is_row(value: Any, length: int) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == length


def _used(images: np.ndarray) -> Statistics:
    """The mean and standard deviation that images were normalised with: (n, CHANNELS) each."""
    with np.errstate(all="ignore"):
        std = 1 / (images[:, :, 0, 1] - images[:, :, 0, 0])
        return -images[:, :, 0, 0] * std, std


def _near(a: np.ndarray, b: Any, tolerance: float = 2e-3) -> bool:
    """Whether all numbers are the same, up to the rounding of float32."""
    return bool(np.all(np.abs(np.asarray(a) - b) < tolerance))


@question("make_data", weight=2)
def test_split(student: StudentNotebook, rng: np.random.Generator, lesson: ModuleType) -> None:
    """Each image is in exactly one part, with its own label."""
    split = Split(student, rng, seed=3)
    both = sorted(set(split.train_ids.tolist()) & set(split.val_ids.tolist()))
    check_true(
        not both,
        f"{split.call}: {len(both)} images are in both parts, one of them is image "
        f"{both[0] if both else ''} of x.",
        hint="The validation images leak into the training. Draw one order and cut it in two.",
        mistake="overlap",
    )
    sizes = len(split.train), len(split.val)
    check_true(
        sizes == (N_TRAIN, N - N_TRAIN),
        f"{split.call}: got {sizes[0]} training and {sizes[1]} validation images, "
        f"expected {N_TRAIN} and {N - N_TRAIN}.",
    )
    ids = np.concatenate([split.train_ids, split.val_ids])
    check_true(len(set(ids.tolist())) == N, f"{split.call}: some images are used more than once.")
    labels = np.concatenate([split.train_labels, split.val_labels])
    wrong = np.flatnonzero(labels != split.y[ids])
    check_true(
        not wrong.size,
        f"{split.call}: {wrong.size} of {N} images have the label of another image.",
        hint="Images and labels must be put in the same order.",
    )
    check_own_split(student, lesson)


@question("make_data", weight=2)
def test_train_statistics(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Mean and standard deviation come from the training images only, and are used."""
    for seed in (0, 5, 6):
        split = Split(student, rng, seed)
        stated = _stated(split)
        for got in (stated, *zip(*_used(split.train), strict=True)):
            _check_statistics(split, got)
        _check_normalised(split, "train", stated)


def _stated(split: Split) -> Statistics:
    """The mean and standard deviation that make_data returned, flat."""
    mean, std = (as_array(value) for value in split.trace.value[2])
    for name, value in (("mean", mean), ("std", std)):
        good = value is not None and value.size in (1, CHANNELS)
        check_true(good, f"{split.call}: {name} should be one number, or one a channel.")
    return np.ravel(np.asarray(mean)), np.ravel(np.asarray(std))


def _check_statistics(split: Split, got: Statistics) -> None:
    if split.has_statistics(got, split.train_ids):
        return
    hint, mistake = "Normalise with (x - mean) / std of the raw training images.", ""
    if split.has_statistics(got, np.arange(N)):
        mistake = "statistics-of-all"
        hint = (
            "They are those of all images: the validation images leak into the training. "
            "Split first, then compute mean and std from the training images only."
        )
    elif split.has_statistics(got, split.val_ids):
        hint, mistake = "They are those of the validation images.", "statistics-of-validation"
    shown = ", ".join(f"{np.round(value, 3).tolist()}" for value in got)
    fail(
        f"{split.call}: mean and standard deviation are not those of the training images "
        f"(got {shown}).",
        hint=hint,
        mistake=mistake,
    )


def _check_normalised(split: Split, part: str, with_: Statistics) -> None:
    """The images of this part are the raw ones, normalised with these numbers."""
    ids = {"train": split.train_ids, "val": split.val_ids}[part]
    check_close(
        {"train": split.train, "val": split.val}[part],
        split.normalised(ids, *with_),
        rtol=5e-3,
        atol=2e-2,
        given=split.call,
        what=f"x_{part} (compared with (x - mean) / std)",
    )


@question("make_data", weight=1.5)
def test_validation_is_normalised_alike(student: StudentNotebook, rng: np.random.Generator) -> None:
    """Validation images are normalised with the same numbers, and not changed otherwise."""
    split = Split(student, rng, seed=1)
    (train_mean, train_std), (val_mean, val_std) = _used(split.train), _used(split.val)
    check_true(
        not (_near(val_mean, 0) and _near(val_std, 1)),
        f"{split.call}: the validation images are not normalised.",
    )
    check_true(
        _near(val_mean, train_mean[:1]) and _near(val_std, train_std[:1]),
        f"{split.call}: training and validation images are normalised with different numbers.",
        hint="New images are normalised with what the training images gave: a network that was "
        "trained on one scale must be asked on the same scale.",
    )
    _check_normalised(split, "val", (val_mean[0], val_std[0]))


@question("make_data", weight=1.5)
def test_make_data_keeps_its_contract(
    student: StudentNotebook, rng: np.random.Generator, lesson: ModuleType
) -> None:
    """The seed decides the split, the arguments are left alone, bad sizes are refused."""
    first, *others = [Split(student, rng, seed) for seed in (4, 4, 8, 9)]
    size = len(first.train)
    check_true(size == N_TRAIN, f"{first.call}: got {size} training images.")
    _check_seed([sorted(split.train_ids.tolist()) for split in (first, *others)])
    _check_drawn(others)
    if works(check_own_split, student, lesson):  # else it has lost its points
        check_own_seeds(student, lesson)
    _check_memory(first)
    x, y = tensor(first.x), tensor(first.y)
    for n_train in (0, N, N + 5):
        refused = partial(student.make_data, x, y, n_train, 0)
        check_raises(refused, given=f"n_train={n_train} of {N} images")


def _check_seed(drawn: list[list[int]]) -> None:
    """The first two have the same seed, and one of the others another split."""
    check_true(
        drawn[0] == drawn[1],
        "make_data called twice with the same seed gives two splits.",
        hint="Without the same split, two runs cannot be compared.",
    )
    check_true(
        any(numbers != drawn[0] for numbers in drawn),
        "Three different seeds give the same split: the images are not drawn at random.",
    )


def _check_memory(split: Split) -> None:
    """x and y are as they were, and no part of the result is a view of them."""
    check_untouched(split.trace, split.call, {"x": split.x, "y": split.y}, ARGUMENTS_KEPT)
    shared = f"the result of {split.call} after x and y were overwritten (it shares their memory)"
    for part, again in zip(split.trace.value[:2], split.trace.after[:2], strict=True):
        for value, later in zip(part, again, strict=True):
            check_close(later, value, given=shared)


def _check_drawn(splits: list[Split]) -> None:
    """Two draws share about as many images as chance says, and hold about as many of a class."""
    share, sigma = N_TRAIN / N, np.sqrt(N_TRAIN * (1 - N_TRAIN / N) / (N - 1))
    sets = [set(split.train_ids.tolist()) for split in splits]
    common = max(len(a & b) for a, b in itertools.combinations(sets, 2))
    check_true(
        common < N_TRAIN * share + SIGMAS * sigma * np.sqrt(N_TRAIN * (1 - share)),
        f"With two different seeds {common} of {N_TRAIN} training images are the same, "
        f"by chance it would be about {N_TRAIN * share:.0f}.",
        hint="Draw the training images at random, from all images.",
        mistake="not-random",
    )
    for split in splits:
        counts = np.bincount(split.y[split.train_ids], minlength=4)
        check_true(
            np.abs(counts - N_TRAIN / 4).max() < SIGMAS * sigma * np.sqrt(N / 4 * 3 / 4),
            f"{split.call}, as many of each of 4 classes: the training part has "
            f"{counts.tolist()} of them.",
            hint="Draw the training images at random: a part sorted by label lacks classes.",
            mistake="not-random",
        )


@question("make_data")
def test_quote(student: StudentNotebook) -> None:
    """Which number may be quoted for new images."""
    QUOTE.check(student.value("quote"), "quote")
