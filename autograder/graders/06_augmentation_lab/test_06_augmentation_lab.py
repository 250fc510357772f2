"""Hidden checks of notebook 6: crops, flips, label rules, splits, and a fair comparison.

No check compares with one random stream: crops and flips are judged by their distribution,
training by what a watched network sees.
"""

import itertools
from collections import Counter
from weakref import WeakSet

import numpy as np

from autograder import (
    CheckFailed,
    Mistake,
    NotDefined,
    Student,
    StudentError,
    TimedOut,
    as_array,
    check_choice,
    check_close,
    check_equal,
    check_raises,
    check_true,
    fail,
    probe,
    question,
    show,
)

CHI2_LIMIT = {9: 42.7, 25: 72.2}  # cells: chi-square that a fair draw exceeds once in 10**6
SIGMAS = 5  # a fair count is farther off less than once in 10**6
BUDGET_S = 10  # CPU seconds for the training in one check; the solution needs less than 1


# ----------------------------------------------------------------- random crops and flips


def _tensor(array):
    import torch

    return torch.from_numpy(np.array(array))  # an own copy: the caller keeps comparing with array


def _distinct(rng, *shape):
    """Images in which every pixel has a value of its own, above 0."""
    size = int(np.prod(shape))
    return ((rng.permutation(size) + 1) / size).reshape(shape).astype(np.float32)


def _batch(got, x, call):
    """The student's result as an array of the shape of x."""
    result = as_array(got)
    check_true(result is not None, f"{call} should return a tensor, got {show(got)}.")
    check_true(
        result.shape == x.shape,
        f"{call}: the result has shape {result.shape}, expected {x.shape}.",
    )
    return result


def _offset(result, image, pad, modes=("constant", "reflect")):
    """The offset at which the result (C, H, W) is a window of the image with a border, or None."""
    size = image.shape[1:]
    for mode in modes:
        padded = np.pad(image, [(0, 0), (pad, pad), (pad, pad)], mode=mode)
        windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(1, 2))
        near = np.abs(windows - result[:, None, None]).max(axis=(0, 3, 4)) < 1e-5
        if near.any():
            top, left = np.argwhere(near)[0]
            return int(top), int(left)
    return None


def _why_no_window(result, image, pad):
    height, width = image.shape[1:]
    rolls = (np.roll(image, move, (1, 2)) for move in np.ndindex(height, width))
    if any(np.allclose(result, rolled) for rolled in rolls):
        return "crop-wraps", (
            "Pixels that leave the image on one side come in again on the other: that is "
            "torch.roll, not a crop. The border is filled with zeros."
        )
    if _offset(result, image, pad, ("edge", "symmetric")) is not None:
        return "crop-border", "The border repeats pixels of the edge. It is filled with zeros."
    alone = [_offset(r[None], i[None], pad) for r, i in zip(result, image, strict=True)]
    if None not in alone and len(set(alone)) > 1:
        return "channels-apart", (
            "All channels of an image must move together: each has been moved by an offset of "
            "its own."
        )
    return "", "Pad the image on all four sides, then cut out height × width pixels."


@question("random_crop", weight=2)
def test_crop_is_a_window(student, rng):
    """Each result is a window of the padded image, the same for all channels."""
    for shape, pad in (((1, 1, 3, 3), 1), ((6, 2, 4, 6), 1), ((24, 3, 6, 5), 2)):
        x = _distinct(rng, *shape)
        call = f"random_crop({'×'.join(map(str, shape))} images, pad={pad})"
        result = _batch(student.random_crop(_tensor(x), pad), x, call)
        offsets = [_offset(r, i, pad) for r, i in zip(result, x, strict=True)]
        if None in offsets:
            first = offsets.index(None)
            mistake, hint = _why_no_window(result[first], x[first], pad)
            fail(
                f"{call}: image {first} of the result is no window of the padded image.",
                hint=hint,
                mistake=mistake,
            )
    _check_acts(student, "random_crop", x, pad)


def _check_acts(student, name, x, argument):
    """At least one of ten calls changes something, and shows nothing but pixels of x."""
    pixels = np.append(x, 0)
    results = []
    for _ in range(10):  # one draw for a whole batch may well be the one that changes nothing
        results.append(_batch(getattr(student, name)(_tensor(x), argument), x, name))
        if not np.allclose(results[-1], x):
            break
    check_true(np.isin(results[-1], pixels).all(), f"{name}(x, {argument}) makes new pixel values.")
    check_true(
        not np.allclose(results[-1], x), f"{name}(x, {argument}) leaves all images as they are."
    )


@question("random_crop", weight=2)
def test_crop_offsets_are_uniform(student):
    """All offsets from 0 to 2·pad are equally likely, in rows and in columns."""
    offsets = _draw_offsets(student, 1000, 5, 2)
    if any(len(set(drawn)) > 1 for drawn in offsets):
        _check_uniform([offset for drawn in offsets for offset in drawn], 2)
        _check_uniform([offset for drawn in offsets for offset in drawn[:400]], 2)
    else:  # one draw for a whole batch loses its point in another check
        offsets = _draw_offsets(student, 1, 450, 1)
        _check_uniform([offset for drawn in offsets for offset in drawn], 1)


def _draw_offsets(student, images, calls, pad):
    """The offsets of each of so many calls, read from the pixel in the middle."""
    side = 2 * pad + 1
    x = np.arange(1, side * side + 1, dtype=np.float32).reshape(1, 1, side, side)
    x = np.repeat(x, images, axis=0)
    call = f"random_crop({images}×1×{side}×{side} images, pad={pad})"
    outcomes = student.each("random_crop", [((_tensor(x), pad), {})] * calls, cpu_s=10)
    drawn = []
    for outcome in outcomes:
        values = _batch(outcome.value, x, call)[:, 0, pad, pad].tolist()
        check_true(
            set(values) <= set(range(1, side * side + 1)),
            f"{call}: the middle of a result is no pixel of the image.",
        )
        drawn.append([divmod(int(value) - 1, side) for value in values])
    return drawn


def _check_uniform(offsets, pad):
    draws, last = len(offsets), 2 * pad
    for axis, name in enumerate(("row", "column")):
        missing = sorted(set(range(last + 1)) - {offset[axis] for offset in offsets})
        if missing:
            wrong_end = missing in ([0], [last])
            fail(
                f"In {draws} draws with pad={pad} the {name} offset {missing[0]} never comes up; "
                f"it should be 0 to {last}.",
                hint=f"There are 2·pad + 1 = {last + 1} positions. torch.randint and range leave "
                "their upper end out."
                if wrong_end
                else "",
                mistake="crop-off-by-one" if wrong_end else "",
            )
    cells = (last + 1) ** 2
    counts = Counter(offsets)
    expected = draws / cells
    seen = [counts[cell] for cell in itertools.product(range(last + 1), repeat=2)]
    chi2 = sum((count - expected) ** 2 / expected for count in seen)
    check_true(
        chi2 < CHI2_LIMIT[cells],
        f"In {draws} draws with pad={pad} the {cells} offsets (row, column) should come up about "
        f"{expected:.0f} times each; they come up {min(seen)} to {max(seen)} times.",
        hint="Draw the row and the column independently, each from 0 to 2·pad with equal chances.",
    )


@question("random_crop")
def test_crop_draws_for_each_image(student, rng):
    """Each image of a batch gets an offset of its own, and each call new ones."""
    x = np.repeat(_distinct(rng, 1, 1, 5, 5), 64, axis=0)
    call = "random_crop(64×1×5×5 images, pad=2)"
    first = _batch(student.random_crop(_tensor(x), 2), x, call)
    second = _batch(student.random_crop(_tensor(x), 2), x, call)
    _check_acts(student, "random_crop", x, 2)
    check_true(
        not np.allclose(first, first[:1]),
        f"{call}: all 64 images are moved alike.",
        hint="Draw one offset for each image of the batch, not one for the batch.",
        mistake="crop-per-batch",
    )
    _check_new_draws(first, second, call)


def _check_new_draws(first, second, call):
    check_true(
        not np.allclose(first, second),
        f"Two calls of {call} give the same result.",
        hint="A function that sets its own seed draws the same numbers every time.",
        mistake="fixed-seed",
    )


@question("random_crop")
def test_crop_keeps_its_contract(student, rng):
    """The images given are left alone, dtype and seeds are respected, bad arguments refused."""
    x = _distinct(rng, 6, 2, 4, 5)
    _check_acts(student, "random_crop", x, 1)
    _check_leaves_alone(student, "random_crop", x, 1)
    nothing = student.trace("random_crop", _tensor(x), 0)
    check_close(nothing.value, x, given="random_crop(x, pad=0)")
    check_close(nothing.after, x, given="random_crop(x, pad=0), after x was overwritten")
    _check_repeats(student, "random_crop", x, 1)
    check_raises(lambda: student.random_crop(_tensor(x), -1), given="random_crop(x, pad=-1)")
    check_raises(
        lambda: student.random_crop(_tensor(x[0]), 1), given="random_crop with an image (C, H, W)"
    )


def _check_leaves_alone(student, name, x, argument):
    """The argument stays as it was, the result shares no memory with it and has its dtype."""
    call = f"{name}(x, {argument})"
    for dtype in (np.float32, np.float64):
        given = x.astype(dtype)
        seen = student.trace(name, _tensor(given), argument)
        result = _batch(seen.value, given, call)
        check_true(
            result.dtype == dtype,
            f"{call}: x is {given.dtype.name}, the result {result.dtype.name}.",
        )
        check_close(seen.args[0], given, given=f"x after {call}", what="x")
        check_close(
            seen.after,
            result,
            given=f"the result of {call} after x was overwritten (it shares memory with x)",
        )


@probe
def twice_with_one_seed(student, name, x, argument, seed):
    import random

    import numpy as np
    import torch

    results = []
    for _ in range(2):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(seed)
        results.append(getattr(student, name)(x.clone(), argument, generator=generator))
    return results


def _check_repeats(student, name, x, argument):
    seed = int(x.size)
    first, second = student.run(twice_with_one_seed, name, _tensor(x), argument, seed)
    check_close(
        second,
        _batch(first, x, name),
        given=f"{name} called twice with the same seeds and a generator with the same seed",
        what="the second result",
    )


@question("random_hflip")
def test_flip_axis(student, rng):
    """p=1 mirrors left and right, p=0 does nothing."""
    for shape in ((1, 1, 2, 3), (2, 1, 3, 3), (3, 2, 4, 5)):
        x = _distinct(rng, *shape)
        call = f"random_hflip({'×'.join(map(str, shape))} images, p=1)"
        rows = "That turns the image upside down. Horizontal means left to right: the last axis."
        check_close(
            student.random_hflip(_tensor(x), 1.0),
            x[..., ::-1],
            given=call,
            hints=[
                Mistake("flips-rows", rows, x[..., ::-1, :]),
                Mistake("flips-both", "That is a turn by 180 degrees.", x[..., ::-1, ::-1]),
                Mistake("flips-channels", "Axis 1 holds the channels.", x[:, ::-1]),
                Mistake("flips-batch", "Axis 0 holds the images of the batch.", x[::-1]),
                Mistake("never-flips", "Nothing was flipped.", x),
            ],
        )
        check_close(student.random_hflip(_tensor(x), 0.0), x, given=call.replace("p=1", "p=0"))


_DIRECTED = np.arange(1, 7, dtype=np.float32).reshape(1, 1, 2, 3)  # no mirror image of itself


def _flipped(result, x, call):
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
def test_flip_probability(student):
    """An image is flipped with the probability p."""
    flips = _draw_flips(student, 1000, 5)
    if not any(0 < call_flips.mean() < 1 for call_flips in flips):
        flips = []  # one draw for a whole batch loses its points in another check
    for drawn in (flips, _draw_flips(student, 1, 300)):
        if drawn:
            _check_share(np.concatenate(drawn), len(drawn[0]))


def _draw_flips(student, images, calls):
    """For each of so many calls with p=0.3, which images were flipped."""
    x = np.repeat(_DIRECTED, images, axis=0)
    call = f"random_hflip({images}×1×2×3 images, p=0.3)"
    outcomes = student.each("random_hflip", [((_tensor(x), 0.3), {})] * calls, cpu_s=10)
    return [_flipped(_batch(outcome.value, x, call), x, call) for outcome in outcomes]


def _check_share(flips, images):
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
def test_flip_draws_for_each_image(student, rng):
    """Each image of a batch is flipped or not on its own, and each call draws anew."""
    x = np.repeat(_distinct(rng, 1, 3, 3, 4), 64, axis=0)
    call = "random_hflip(64×3×3×4 images)"
    first = _batch(student.random_hflip(_tensor(x)), x, call)
    second = _batch(student.random_hflip(_tensor(x)), x, call)
    flips = _flipped(first, x, call)
    check_true(
        0 < flips.sum() < 64,
        f"{call}: {'all' if flips.any() else 'none'} of the 64 images are flipped.",
        hint="Draw one number for each image of the batch, not one for the batch.",
        mistake="flip-per-batch",
    )
    _check_new_draws(first, second, call)


@question("random_hflip")
def test_flip_keeps_its_contract(student, rng):
    """The images given are left alone, dtype and seeds are respected, bad arguments refused."""
    x = _distinct(rng, 6, 2, 4, 5)
    _check_acts(student, "random_hflip", x, 0.9)
    for p in (1.0, 0.0):
        _check_leaves_alone(student, "random_hflip", x, p)
    _check_repeats(student, "random_hflip", x, 0.5)
    for p in (-0.1, 1.5):
        check_raises(
            lambda p=p: student.random_hflip(_tensor(x), p), given=f"random_hflip(x, p={p})"
        )


# ----------------------------------------------------------------- the label table

ARGUABLE = {  # crop, hflip, vflip, rot180, jitter: every word that counts, first the key
    "digit": ["ok", "breaks depends", "breaks depends", "breaks relabel depends", "ok"],
    "photo": ["ok", "ok", "ok depends", "ok depends", "ok depends"],
    "arrow": ["ok", "relabel", "ok", "relabel", "ok"],
    "word": ["ok", "breaks depends", "breaks depends", "breaks depends", "ok"],
    "satellite": ["ok", "ok depends", "ok depends", "ok depends", "ok depends"],
    "xray": ["ok", "relabel breaks depends", "ok depends", "relabel breaks depends", "ok depends"],
}
RULE = "Does the label rule still give the same answer for the changed picture?"
ODD = "The picture may look odd, but the label rule still gives the same answer."
SENTENCES = {
    ("digit", "hflip"): {
        "ok": "A mirrored 2 is no digit: the network would be told that it is a 2.",
        "relabel": "A mirrored 2 is no digit, so there is no other label to give it.",
    },
    ("digit", "vflip"): {
        "ok": "A 6 turned over is a mirrored 9 and no 6.",
        "relabel": "A 6 turned over is a mirrored 9, and that is no 9.",
    },
    ("digit", "rot180"): {"ok": "A 6 turned by 180 degrees is a 9: the label is wrong."},
    ("photo", "hflip"): {
        "breaks": "A ship that sails to the left is a ship.",
        "relabel": "None of the ten things becomes another one in the mirror.",
    },
    ("photo", "vflip"): {"breaks": ODD},
    ("photo", "rot180"): {"breaks": ODD},
    ("arrow", "hflip"): {
        "ok": "The mirrored arrow points the other way.",
        "breaks": "The mirrored arrow has a label, and you know which one.",
    },
    ("arrow", "vflip"): {
        "relabel": "Top and bottom change places; left stays left.",
        "breaks": "Top and bottom change places; left stays left.",
    },
    ("arrow", "rot180"): {
        "ok": "The turned arrow points the other way.",
        "breaks": "The turned arrow has a label, and you know which one.",
    },
    ("word", "hflip"): {"relabel": "In the mirror most words are no words."},
    ("word", "vflip"): {"relabel": "Turned over, most words are no words."},
    ("word", "rot180"): {"relabel": "Read as it stands, a turned word is no other word."},
    ("satellite", "hflip"): {"breaks": "Seen from above there is no left or right side."},
    ("satellite", "vflip"): {"breaks": "Seen from straight above there is no up or down."},
    ("satellite", "rot180"): {"breaks": "Seen from straight above there is no up or down."},
    ("xray", "hflip"): {"ok": "The spot is now in the other half of the picture."},
    ("xray", "vflip"): {
        "relabel": "Top and bottom change places; the spot stays in its half.",
        "breaks": ODD,
    },
    ("xray", "rot180"): {"ok": "The spot is now in the other half of the picture."},
}


def _label_table(student, lesson):
    """The student's table as a dict of words, refused where it does not decide."""
    table = student.value("table")
    check_true(
        isinstance(table, dict) and all(isinstance(row, dict) for row in table.values()),
        f"table should be a dict of dicts as in the template, got {show(table)}.",
    )
    words = [
        " ".join(word.lower().split())
        for row in table.values()
        for word in row.values()
        if isinstance(word, str)
    ]
    most = lesson.MOST_DEPENDS
    check_true(
        words.count("depends") <= most,
        f"{words.count('depends')} cells say depends; at most {most} may. Decide.",
    )
    check_true(
        len(set(words)) != 1 or len(words) < 6,
        "Every cell says the same word: that decides nothing.",
    )
    return table


def _row_check(task):
    """One check: the row of this task."""

    def check(student, lesson):
        row = _label_table(student, lesson).get(task)
        check_true(isinstance(row, dict), f"table has no row {task!r}.")
        for transform, words in zip(lesson.TRANSFORMS, ARGUABLE[task], strict=True):
            key, *others = words.split()
            got = row.get(transform)
            if isinstance(got, str) and got.strip().lower() in others:
                continue
            sentences = dict.fromkeys(lesson.WORDS, RULE) | SENTENCES.get((task, transform), {})
            check_choice(
                got, key, sentences=sentences, given=f"{task} under {transform}", what="word"
            )

    check.__doc__ = f"The row {task!r} of the table."
    return question("label_table")(check)


test_row_digit = _row_check("digit")
test_row_photo = _row_check("photo")
test_row_arrow = _row_check("arrow")
test_row_word = _row_check("word")
test_row_satellite = _row_check("satellite")
test_row_xray = _row_check("xray")


# ----------------------------------------------------------------- the 6 and the 9

NINES = {"rot180": "most", "hflip": "few", "vflip": "few"}  # 91 %, 0 % and 12 % of the 6s
MIRRORED = (
    "Look at the tail: a 6 that is flipped once is a mirrored 9, and that is not what a 9 looks "
    "like to the reader. Run the cell below the check."
)
TURNED = "Turn the page by 180 degrees and read the 6 again."


@question("six_nine")
def test_predictions(student):
    """The predictions agree with the experiment."""
    predicted = student.value("predict_nine")
    check_true(isinstance(predicted, dict), "predict_nine should be a dict as in the template.")
    for transform, key in NINES.items():
        sentence = TURNED if transform == "rot180" else MIRRORED
        check_choice(
            predicted.get(transform),
            key,
            sentences=dict.fromkeys(("few", "some", "most"), sentence),
            given=f"predict_nine[{transform!r}]",
            what="prediction",
        )


@probe
def rate_by_corner(student, x, transform, target):
    """flip_rate with a reader that takes the top left pixel for the label."""
    return student.flip_rate(lambda images: images[:, 0, 0, 0].long(), x, transform, target)


@question("six_nine")
def test_flip_rate(student, rng):
    """flip_rate turns the images and counts what the reader says."""
    x = rng.integers(0, 9, size=(7, 1, 4, 5)).astype(np.float32)
    x[:6, 0, 0, 0], x[6, 0, 0, 0] = 9, 4  # each corner holds 9 in another share of the images
    x[:2, 0, 0, -1], x[:4, 0, -1, 0], x[:3, 0, -1, -1] = 9, 9, 9
    turned = {"rot180": x[..., ::-1, ::-1], "hflip": x[..., ::-1], "vflip": x[..., ::-1, :]}
    names = {"rot180": "both axes", "hflip": "left and right", "vflip": "top and bottom"}
    for (transform, right), target in itertools.product(turned.items(), (9, 4)):

        def rate(images, target=target):
            return float((images[:, 0, 0, 0] == target).mean())

        given = f"flip_rate with seven images, {transform!r}, target={target}"
        wrong = [
            Mistake("other-flip", f"{transform!r} flips {names[transform]}.", rate(other))
            for other in (*turned.values(), x)
            if rate(other) != rate(right)
        ]
        check_close(
            student.run(rate_by_corner, _tensor(x), transform, target),
            rate(right),
            given=given,
            what="the rate",
            hints=[
                *wrong,
                Mistake("count", "That is a number of images, not a share.", 7 * rate(right)),
                Mistake("percent", "A share lies between 0 and 1.", 100 * rate(right)),
                Mistake("not-target", "Compare with target.", rate(right, 9)),
            ],
        )
    check_raises(
        lambda: student.run(rate_by_corner, _tensor(x), "upside", 9),
        given="flip_rate with the transform 'upside'",
    )


@question("six_nine")
def test_relabel(student, rng):
    """relabel lets 6 and 9 change places for rot180, and for nothing else."""
    some = rng.integers(0, 10, size=20)
    for y in (np.array([6, 9]), np.array([5, 6, 7]), np.concatenate([some, [9, 6, 0]])):
        swapped = np.select([y == 6, y == 9], [9, 6], y)
        mixed = (
            "One label overwrites the other: what has just become a 9 is changed back with the "
            "real 9s. Look for both before you change one."
        )
        six_gone, nine_gone = np.where(y == 6, 9, y), np.where(y == 9, 6, y)
        in_turn = np.where(six_gone == 9, 6, six_gone), np.where(nine_gone == 6, 9, nine_gone)
        both = [Mistake("swap-in-turn", mixed, wrong) for wrong in in_turn]
        both += [Mistake("one-way", "A turned 9 is a 6, too.", six_gone)]
        both += [Mistake("one-way", "A turned 6 is a 9, too.", nine_gone)]
        both += [Mistake("no-swap", "A 6 turned by 180 degrees is a 9.", y)]
        _check_labels(student, y, "rot180", swapped, both)
        mirror = "A 6 that is flipped once is a mirrored 9, not a 9: its label is not changed."
        for transform in ("hflip", "vflip", "crop"):
            hints = [Mistake("swaps-for-flips", mirror, swapped)]
            _check_labels(student, y, transform, y, hints)
    check_raises(lambda: student.relabel(_tensor(y), "upside"), given="relabel(y, 'upside')")


def _check_labels(student, y, transform, expected, hints):
    given = f"relabel({y.tolist()}, {transform!r})" if y.size < 5 else f"relabel(y, {transform!r})"
    seen = student.trace("relabel", _tensor(y), transform)
    labels = as_array(seen.value)
    check_close(seen.value, expected, given=given, hints=hints)
    check_true(labels.dtype.kind in "iu", f"{given}: labels are whole numbers.")
    check_close(seen.args[0], y, given=f"y after {given}", what="y")
    check_close(
        seen.after,
        expected,
        given=f"the result of {given} after y was overwritten (it shares memory with y)",
    )


# ----------------------------------------------------------------- make_data

N, N_TRAIN, CHANNELS = 240, 100, 2


class Split:
    """What make_data returned for images that carry their number in their pixels.

    In each channel the pixel (0, 0) is 0, (0, 1) is 1 and (0, 2) is number/N: any shift and
    scale of the channel leaves the number readable.
    """

    def __init__(self, student, rng, seed):
        self.x = rng.random((N, CHANNELS, 6, 7)) * 4 * rng.random((N, 1, 1, 1)) ** 4
        self.x[:, 1] += 1
        self.x[:, :, 0, 0], self.x[:, :, 0, 1] = 0, 1
        self.x[:, :, 0, 2] = (np.arange(N) / N)[:, None]
        self.x = self.x.astype(np.float32)
        self.y = np.arange(N) * 7 % 4
        self.call = f"make_data(x, y, {N_TRAIN}, seed={seed}) with {N} images"
        self.trace = student.trace("make_data", _tensor(self.x), _tensor(self.y), N_TRAIN, seed)
        (self.train, self.train_labels), (self.val, self.val_labels) = self._parts()
        self.train_ids, self.val_ids = self._numbers(self.train), self._numbers(self.val)

    def _parts(self):
        got, names = self.trace.value, "(x_train, y_train), (x_val, y_val), (mean, std)"
        right = isinstance(got, (tuple, list)) and len(got) == 3
        right = right and all(isinstance(p, (tuple, list)) and len(p) == 2 for p in got)
        check_true(right, f"{self.call} should return {names}, got {show(got)}.")
        parts = [[as_array(value) for value in part] for part in got[:2]]
        for name, (images, labels) in zip(("train", "val"), parts, strict=True):
            good = images is not None and images.ndim == 4 and images.shape[1:] == self.x.shape[1:]
            check_true(good, f"{self.call}: x_{name} should be images (n, 2, 6, 7).")
            good = labels is not None and labels.shape == images.shape[:1]
            check_true(good, f"{self.call}: y_{name} should have one label for each image.")
        return parts

    def _numbers(self, images):
        zero, one, number = images[:, :, 0, 0], images[:, :, 0, 1], images[:, :, 0, 2]
        with np.errstate(all="ignore"):
            read = (number - zero) / (one - zero) * N
        whole = np.isfinite(read) & (np.abs(read - np.round(read)) < 0.05)
        check_true(
            whole.all() and (np.ptp(np.round(read), axis=1) == 0).all(),
            f"{self.call}: images of the result are not images of x with another mean and scale.",
        )
        return np.round(read[:, 0]).astype(int) % N

    def statistics(self, ids):
        """The mean and standard deviation of these raw images: per channel, then over all."""
        raw = self.x[ids].astype(np.float64)
        yield raw.mean(axis=(0, 2, 3)), raw.std(axis=(0, 2, 3))
        yield np.full(CHANNELS, raw.mean()), np.full(CHANNELS, raw.std())

    def used(self, images):
        """The mean and standard deviation that these images were normalised with, per channel."""
        with np.errstate(all="ignore"):
            std = 1 / (images[:, :, 0, 1] - images[:, :, 0, 0])
            return -images[:, :, 0, 0] * std, std


def _near(a, b, tolerance=2e-3):
    return bool(np.all(np.abs(np.asarray(a) - b) < tolerance))


@question("make_data", weight=2)
def test_split(student, rng):
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


@question("make_data", weight=2)
def test_train_statistics(student, rng):
    """Mean and standard deviation come from the training images only, and are used."""
    for seed in (0, 5, 6):
        split = Split(student, rng, seed)
        mean, std = (as_array(value) for value in split.trace.value[2])
        for name, value in (("mean", mean), ("std", std)):
            good = value is not None and value.size in (1, CHANNELS)
            check_true(good, f"{split.call}: {name} should be one number, or one a channel.")
        stated = np.ravel(mean), np.ravel(std)
        for got in (stated, *zip(*split.used(split.train), strict=True)):
            _check_statistics(split, got)
        expected = (split.x[split.train_ids] - _column(stated[0])) / _column(stated[1])
        check_close(
            split.train,
            expected.astype(np.float32),
            rtol=5e-3,
            atol=2e-2,
            given=split.call,
            what="x_train (compared with (x - mean) / std)",
        )


def _column(values):
    return np.broadcast_to(values, CHANNELS).reshape(1, CHANNELS, 1, 1)


def _check_statistics(split, got):
    def matches(ids):
        return any(
            _near(got[0], mean) and _near(got[1], std) for mean, std in split.statistics(ids)
        )

    if matches(split.train_ids):
        return
    hint, mistake = "Normalise with (x - mean) / std of the raw training images.", ""
    if matches(np.arange(N)):
        mistake = "statistics-of-all"
        hint = (
            "They are those of all images: the validation images leak into the training. "
            "Split first, then compute mean and std from the training images only."
        )
    elif matches(split.val_ids):
        hint, mistake = "They are those of the validation images.", "statistics-of-validation"
    shown = ", ".join(f"{np.round(value, 3).tolist()}" for value in got)
    fail(
        f"{split.call}: mean and standard deviation are not those of the training images "
        f"(got {shown}).",
        hint=hint,
        mistake=mistake,
    )


@question("make_data", weight=1.5)
def test_validation_is_normalised_alike(student, rng):
    """Validation images are normalised with the same numbers, and not changed otherwise."""
    split = Split(student, rng, seed=1)
    (train_mean, train_std), (val_mean, val_std) = split.used(split.train), split.used(split.val)
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
    expected = (split.x[split.val_ids] - _column(val_mean[0])) / _column(val_std[0])
    check_close(
        split.val,
        expected.astype(np.float32),
        rtol=5e-3,
        atol=2e-2,
        given=split.call,
        what="x_val (compared with (x - mean) / std)",
    )


@question("make_data", weight=1.5)
def test_make_data_keeps_its_contract(student, rng):
    """The seed decides the split, the arguments are left alone, bad sizes are refused."""
    splits = [Split(student, rng, seed) for seed in (4, 4, 8, 9)]
    orders = [split.train_ids.tolist() for split in splits]
    first, call = splits[0], splits[0].call
    check_true(len(first.train) == N_TRAIN, f"{call}: got {len(first.train)} training images.")
    check_true(
        sorted(orders[0]) == sorted(orders[1]),
        "make_data called twice with the same seed gives two splits.",
        hint="Without the same split, two runs cannot be compared.",
    )
    check_true(
        len({tuple(sorted(order)) for order in orders}) > 1,
        "Three different seeds give the same split: the images are not drawn at random.",
    )
    _check_drawn(splits[1:])
    for name, before, after in zip("xy", (first.x, first.y), first.trace.args[:2], strict=True):
        check_close(after, before, given=f"{name} after {call}", what=name)
    for part, again in zip(first.trace.value[:2], first.trace.after[:2], strict=True):
        for value, later in zip(part, again, strict=True):
            shared = f"the result of {call} after x and y were overwritten (it shares their memory)"
            check_close(later, value, given=shared)
    x, y = _tensor(first.x), _tensor(first.y)
    for n_train in (0, N, N + 5):
        check_raises(
            lambda n=n_train: student.make_data(x, y, n, 0),
            given=f"n_train={n_train} of {N} images",
        )


def _check_drawn(splits):
    """Two draws share about as many images as chance says, and hold about as many of a class."""
    share, sigma = N_TRAIN / N, np.sqrt(N_TRAIN * (1 - N_TRAIN / N) / (N - 1))
    sets = [set(split.train_ids.tolist()) for split in splits]
    common = len(sets[0] & sets[1]), len(sets[0] & sets[2]), len(sets[1] & sets[2])
    margin = SIGMAS * sigma * np.sqrt(N_TRAIN * (1 - share))
    check_true(
        max(common) < N_TRAIN * share + margin,
        f"With two different seeds {max(common)} of {N_TRAIN} training images are the same, "
        f"by chance it would be about {N_TRAIN * share:.0f}.",
        hint="Draw the training images at random, from all images.",
        mistake="not-random",
    )
    for split in splits:
        counts = np.bincount(split.y[split.train_ids], minlength=4)
        margin = SIGMAS * sigma * np.sqrt(N / 4 * 3 / 4)
        check_true(
            np.abs(counts - N_TRAIN / 4).max() < margin,
            f"{split.call}, as many of each of 4 classes: the training part has "
            f"{counts.tolist()} of them.",
            hint="Draw the training images at random: a part sorted by label lacks classes.",
            mistake="not-random",
        )


@question("make_data")
def test_quote(student):
    """Which number may be quoted for new images."""
    check_choice(
        student.value("quote"),
        "B",
        sentences={
            "A": "Of 30 noisy numbers you took the largest: part of the 0.91 is luck. What was "
            "used to choose cannot also be the report.",
            "C": "Then the test images choose the network, and the best of 30 is part luck again. "
            "Choose with the validation images; use the test images once.",
            "D": "On its training images a network is too good: it may know them by heart.",
        },
        given="quote",
    )


# ----------------------------------------------------------------- the lab


@probe
def watched_run(student, data, augment, seed, epochs, transform, batch_size, lr):
    """Run with a network that notes what it sees, what it says, and what it learns from."""
    import torch
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    passes, steps, networks, calls = [], [], [], [0]

    class Watched(torch.nn.Module):
        def __init__(self, shape):
            super().__init__()
            self.body = torch.nn.Sequential(
                torch.nn.Flatten(), torch.nn.Linear(int(torch.tensor(shape).prod()), 10)
            )
            networks.append(self)
            self.number, self.first = len(networks), None

        def weight(self):
            return self.body[1].weight.detach().float().clone()

        def forward(self, x):
            if self.first is None:
                self.first = self.weight()
            logits = self.body(x)
            note = {"x": x.detach().clone(), "logits": logits.detach().float().clone()}
            note |= {"grad": None, "network": self.number, "step": len(steps)}
            passes.append(note)
            if logits.requires_grad:
                logits.register_hook(lambda grad: note.update(grad=grad.float().clone()))
            return logits

    def before_step(*_):
        grad = networks[-1].body[1].weight.grad if networks else None
        steps.append(None if grad is None else grad.detach().float().clone())

    def roll(x):
        calls[0] += 1
        return torch.roll(x, 1 + calls[0] % (x.shape[-1] - 1), dims=-1)

    transforms = {"roll": roll, "nothing": lambda x: x.clone()}
    hook = register_optimizer_step_pre_hook(before_step)
    try:
        history = student.run(
            augment,
            seed,
            data=data,
            epochs=epochs,
            transform=transforms[transform],
            make_model=Watched,
            lr=lr,
            batch_size=batch_size,
        )
    finally:
        hook.remove()
    return {
        "history": history,
        "passes": passes,
        "steps": steps,
        "start": [network.first for network in networks],
        "end": [network.weight() for network in networks],
        "after": None if data is None else data[0][0],
    }


@probe
def trained_network(student, data, images, epochs, photos):
    """Train the course's network and let it look at images that the notebook has never seen."""
    import lesson
    import torch

    networks = []

    def make_model(shape):
        networks.append(lesson.small_cnn(shape, width=8))
        return networks[-1]

    transform = student.photo_transform if photos else (lambda x: x.clone())
    history = student.run(
        True, 5, data=data, epochs=epochs, transform=transform, make_model=make_model, batch_size=20
    )
    model = networks[-1].eval()
    with torch.no_grad():
        return {"history": history, "logits": model(images)}


@probe
def own_splits(student):
    """Images and labels of three splits of the notebook's digits, two with the same seed."""
    x, y = student.canvas_images, student.canvas_labels
    return [student.make_data(x, y, 300, seed)[:2] for seed in (1, 1, 2)]


_SPENT: WeakSet[Student] = WeakSet()  # who used up a budget; no check waits for it again


def _within_budget(student, *args):
    if student not in _SPENT:
        try:
            return student.run(*args, _cpu_s=BUDGET_S)
        except TimedOut:
            _SPENT.add(student)
    return fail(
        f"The training budget of a check is {BUDGET_S} CPU seconds, and run used it up on a "
        "handful of images.",
        hint="Does run use the epochs, the data and the make_model that it is given?",
        mistake="out-of-budget",
    )


N_VAL = 30


class Watch:
    """A run on 12 training and 30 validation images, as the network saw it."""

    def __init__(
        self,
        student,
        rng,
        *,
        augment,
        seed=1,
        epochs=3,
        transform="roll",
        batch_size=4,
        lr=1e-3,
    ):
        self.epochs = epochs
        self.x = {"train": rng.normal(size=(12, 1, 5, 7)), "val": rng.normal(size=(N_VAL, 1, 5, 7))}
        self.y = {"train": rng.integers(0, 10, 12), "val": rng.integers(0, 10, N_VAL)}
        ones = _tensor(np.ones((1, 1, 1, 1), np.float32))
        parts = tuple(
            (_tensor(self.x[p].astype(np.float32)), _tensor(self.y[p])) for p in ("train", "val")
        )
        data = (*parts, (0 * ones, ones))
        self.names = [
            (part, number, roll)
            for part, images in self.x.items()
            for number, roll in itertools.product(range(len(images)), range(7))
        ]
        self.rolled = np.array(
            [np.roll(self.x[p][n], roll, axis=-1).ravel() for p, n, roll in self.names]
        )
        options = (data, augment, seed, self.epochs, transform, batch_size, lr)
        seen = _within_budget(student, watched_run, *options)
        self.history, self.after = seen["history"], seen["after"]
        self.start, self.end, self.steps = seen["start"], seen["end"], seen["steps"]
        self.trained, self.measured = _rows(seen["passes"])
        for row in (*self.trained, *self.measured):
            row.update(self._recognise(row["x"]))
        check_true(self.trained, "run does not train the network that make_model returns.")

    def _recognise(self, pixels):
        """Which image this is, and by how much it was rolled."""
        if pixels.shape == self.rolled.shape[1:]:
            near = np.flatnonzero(np.abs(self.rolled - pixels).max(axis=1) < 1e-3)
            if near.size:
                part, number, roll = self.names[near[0]]
                return {"part": part, "id": number, "roll": roll}
        return {"part": "", "id": -1, "roll": 0}

    def accuracies(self):
        """The accuracy of each measurement of the validation images, from the answers seen."""
        rows = self.seen(self.measured, "val")
        right = [row["logits"].argmax() == self.label(row) for row in rows]
        return [np.mean(right[i : i + N_VAL]) for i in range(0, len(right), N_VAL)]

    def orders(self):
        """The orders in which the training images came, epoch by epoch."""
        numbers = [row["id"] for row in self.trained]
        return {tuple(numbers[start : start + 12]) for start in range(0, len(numbers), 12)}

    def label(self, row):
        return self.y[row["part"]][row["id"]] if row["part"] else -1

    def seen(self, rows, part):
        return [row for row in rows if row["part"] == part]


def _rows(passes):
    """Every image that went through the network: those it learnt from, and those it did not."""
    trained, measured = [], []
    for number, one in enumerate(passes):
        logits, grad = as_array(one["logits"]), as_array(one["grad"])
        pixels = as_array(one["x"]).reshape(len(logits), -1)
        for index in range(len(logits)):
            row = {"pass": number, "x": pixels[index], "logits": logits[index]}
            row |= {"network": one["network"], "step": one["step"]}
            if grad is None:
                measured.append(row)
            else:
                trained.append(row | {"grad": grad[index], "label": int(grad[index].argmin())})
    return trained, measured


def _series(history, key):
    """One list of a history, as an array."""
    check_true(
        isinstance(history, dict) and key in history,
        f"run should return a history with the lists train_loss, val_loss, val_acc; "
        f"there is no {key}.",
    )
    values = history[key]
    if isinstance(values, (list, tuple)):
        values = [
            float(v) if as_array(v) is not None and as_array(v).size == 1 else v for v in values
        ]
    array = as_array(values)
    check_true(
        array is not None and array.ndim == 1,
        f"history[{key!r}] should be a list with one number for each epoch, got {show(values)}.",
    )
    return array.astype(np.float64)


def _cross_entropy(logits, labels):
    top = logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return log_sum - logits[np.arange(len(labels)), labels]


@question("augmentation_lab", weight=1.5)
def test_history(student, rng):
    """The history tells the truth about every epoch."""
    for _ in range(10):  # accuracies that fall once: the best so far would be another number
        watch = Watch(student, rng, augment=False, transform="nothing")
        if (np.diff(watch.accuracies()) < 0).any():
            break
    series = {key: _series(watch.history, key) for key in ("train_loss", "val_loss", "val_acc")}
    for key, values in series.items():
        _check_length(watch, key, values)
        check_true(np.isfinite(values).all(), f"history[{key!r}] holds {values.tolist()}.")
    trainings = Counter(row["id"] for row in watch.seen(watch.trained, "train"))
    check_true(
        set(trainings) == set(range(12)) and set(trainings.values()) == {watch.epochs},
        f"In {watch.epochs} epochs the network should be trained {watch.epochs} times on each of "
        f"the 12 training images; it is {min(trainings.values(), default=0)} to "
        f"{max(trainings.values(), default=0)} times, on {len(trainings)} images.",
    )
    networks = len({row["network"] for row in watch.trained})
    check_true(
        networks == 1,
        f"In {watch.epochs} epochs {networks} networks are trained: each starts from nothing.",
        hint="Make the network and the optimizer once, before the loop over the epochs.",
        mistake="new-network",
    )
    batches = len({row["pass"] for row in watch.trained})
    expected = watch.epochs * -(-len(watch.trained) // watch.epochs // 4)
    check_true(
        batches == expected,
        f"run with batch_size=4 and epochs={watch.epochs} trains {batches} batches, expected "
        f"{expected}.",
    )
    _check_measurements(watch, series)
    losses = _cross_entropy(
        np.array([row["logits"] for row in watch.trained]),
        np.array([row["label"] for row in watch.trained]),
    )
    mean = losses.mean()
    check_true(
        mean / 2 < series["train_loss"][-1] < mean * 2,
        f"history['train_loss'] ends with {series['train_loss'][-1]:.3f}, but the mean "
        f"cross-entropy of the training images was about {mean:.3f}.",
        hint="It is the mean loss of an image, not a sum.",
    )
    # With steps far too large the validation loss rises at once, and goes on rising.
    long = Watch(student, rng, augment=False, transform="nothing", epochs=12, lr=0.5)
    _check_length(long, "val_loss", _series(long.history, "val_loss"))


def _check_length(watch, key, values):
    early = len(values) < watch.epochs
    check_true(
        len(values) in (watch.epochs, watch.epochs + 1),
        f"run with epochs={watch.epochs}: history[{key!r}] has {len(values)} numbers.",
        hint="It trains for as many epochs as it is told, whatever the validation says: the arms "
        "of a fair comparison get the same training."
        if early
        else "",
        mistake="early-stop" if early else "",
    )


def _check_measurements(watch, series):
    """val_loss and val_acc are what the network's answers to the validation images give."""
    answers = {number: [] for number in range(N_VAL)}
    for row in watch.seen(watch.measured, "val"):
        answers[row["id"]].append(row["logits"])
    last = max(row["pass"] for row in watch.trained)
    late = {row["id"] for row in watch.seen(watch.measured, "val") if row["pass"] > last}
    check_true(
        len(late) == N_VAL,
        f"After its last epoch the network is asked about {len(late)} of the {N_VAL} validation "
        "images.",
        hint="Measure after each epoch, on all validation images.",
    )
    times = {len(logits) for logits in answers.values()}
    every_epoch = times == {len(series["val_acc"])}
    for epoch in range(len(series["val_acc"])) if every_epoch else [-1]:
        logits = np.array([answers[number][epoch] for number in range(N_VAL)])
        right = float((logits.argmax(axis=1) == watch.y["val"]).mean())
        loss = float(_cross_entropy(logits, watch.y["val"]).mean())
        percent = Mistake("percent", "A share lies between 0 and 1.", 100 * right)
        total = Mistake("sum", "Take the mean over the images.", N_VAL * loss)
        place = f"the network's answers to the validation images, entry {epoch}"
        check_close(
            series["val_acc"][epoch], right, rtol=1e-3, given=place, what="val_acc", hints=[percent]
        )
        check_close(
            series["val_loss"][epoch], loss, rtol=1e-3, given=place, what="val_loss", hints=[total]
        )


def _patterns(rng, count, shape):
    """Easy images (count, C, H, W) and their kinds: four colours, or ten grey patterns, and noise.

    Even plain gradient descent with lr=5e-3 tells most of them apart after 50 steps.
    """
    if shape[0] == 3:
        kinds = 1.5 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])[..., None, None]
    else:
        kinds = np.random.default_rng(7).normal(size=(10, 1, 4, 4))
        kinds = kinds.repeat(shape[1] // 4, axis=2).repeat(shape[2] // 4, axis=3)
    labels = np.arange(count) % len(kinds)
    noise = rng.normal(size=(count, *shape))
    return (kinds[labels] + 0.3 * noise).astype(np.float32), labels


def _check_learns(student, rng, shape, epochs, photos):
    train, train_labels = _patterns(rng, 120, shape)
    val, val_labels = _patterns(rng, 40, shape)
    hidden, hidden_labels = _patterns(rng, 100, shape)  # the labels stay here
    ones = _tensor(np.ones((1, shape[0], 1, 1), np.float32))
    parts = ((_tensor(train), _tensor(train_labels)), (_tensor(val), _tensor(val_labels)))
    data = (*parts, (0 * ones, ones))
    seen = _within_budget(student, trained_network, data, _tensor(hidden), epochs, photos)
    for key in ("train_loss", "val_loss", "val_acc"):
        check_true(_series(seen["history"], key).size >= epochs, f"history[{key!r}] is too short.")
    right = float((as_array(seen["logits"]).argmax(axis=1) == hidden_labels).mean())
    kinds = int(hidden_labels.max()) + 1
    check_true(
        right > 0.5,
        f"After {epochs} epochs on 120 easy images of {kinds} kinds the network names {right:.0%} "
        f"of 100 new ones rightly; a guess gets {1 / kinds:.0%}.",
        hint="Does each batch do all steps: forward pass, loss, zero_grad, backward pass, step?",
    )


@question("augmentation_lab", weight=0.5)
def test_learns(student, rng):
    """After the training, the network recognises new images; lr says how fast it learns."""
    _check_learns(student, rng, (1, 8, 8), epochs=10, photos=False)
    watch = Watch(student, rng, augment=False, lr=0.0)
    pairs = [(as_array(a), as_array(b)) for a, b in zip(watch.start, watch.end, strict=True)]
    moved = max(np.abs(b - a).max() for a, b in pairs if a is not None)
    check_true(
        moved < 1e-6,
        f"With lr=0 nothing can be learnt, but the weights change by up to {moved:.2g}.",
        hint="The optimizer takes the lr that run is given.",
        mistake="ignores-lr",
    )
    _check_gradients(watch)


def _check_gradients(watch):
    """Each step uses the gradient of its own batch, and it is that of the cross-entropy."""
    strength = []
    for number, used in enumerate(map(as_array, watch.steps)):
        rows = [row for row in watch.trained if row["step"] == number]
        if used is None or not rows:
            continue
        own = sum(np.outer(row["grad"], row["x"]) for row in rows)
        alike = (own * used).sum() / max(np.linalg.norm(own) * np.linalg.norm(used), 1e-12)
        check_true(
            alike > 0.99,
            f"Step {number + 1} of the optimizer does not use the gradient of its batch alone.",
            hint="Gradients add up until somebody clears them: zero_grad, once for each batch.",
            mistake="no-zero-grad",
        )
        for row in rows:
            share = np.exp(-_cross_entropy(row["logits"][None], [row["label"]])[0])
            strength.append(len(rows) * np.abs(row["grad"]).max() / (1 - share))
    check_true(
        not strength or np.median(strength) > 0.4,
        "The network learns more slowly than the cross-entropy of its answers would teach it.",
        hint="Is there a softmax before cross_entropy? It takes the raw answers.",
        mistake="softmax-twice",
    )


@question("augmentation_lab", weight=2)
def test_fair_comparison(student, rng, lesson):
    """Both arms have the same start, the same data and the same amount of training."""
    drawing = rng.integers(2**31)

    def arm(augment, seed=1, batch_size=12):
        return Watch(
            student,
            np.random.default_rng(drawing),
            augment=augment,
            seed=seed,
            transform="nothing",
            batch_size=batch_size,
            lr=0.02,  # large, so that small differences grow
        )

    plain, augmented, other = arm(False), arm(True), arm(False, seed=2)
    check_true(
        _same_rows(plain.start[0], augmented.start[0]),
        "run(False, seed=1) and run(True, seed=1) start with different weights.",
        hint="Then part of the difference is luck. Set torch's seed before the network is made.",
        mistake="other-weights",
    )
    check_true(
        not _same_rows(plain.start[0], other.start[0]),
        "run(False, seed=1) and run(False, seed=2) start with the same weights: the seed has no "
        "effect, so several seeds would tell no more than one.",
    )
    _check_same_amount(plain, augmented)
    _check_same_amount(arm(False, batch_size=5), arm(True, batch_size=5))
    for key in ("val_loss", "train_loss"):
        check_close(
            _series(augmented.history, key),
            _series(plain.history, key),
            rtol=1e-4,
            atol=1e-5,
            given="With a transform that changes nothing, both arms should give the same history",
            what=f"the augmented arm's {key}",
        )
    _check_own_digits(student, rng, lesson)


def _check_same_amount(plain, augmented):
    """Both arms learn from as many images, in as many batches, in the same kind of order."""
    for name, count in (
        ("images to learn from", lambda w: len(w.trained)),
        ("batches", lambda w: len({row["pass"] for row in w.trained})),
        ("epochs in the history", lambda w: len(_series(w.history, "val_acc"))),
        ("different orders", lambda w: min(2, len(w.orders()))),
    ):
        check_true(
            count(plain) == count(augmented),
            f"With epochs={plain.epochs} the plain arm gets {count(plain)} {name}, the augmented "
            f"arm {count(augmented)}.",
            hint="A fair comparison changes one thing only.",
            mistake="unequal-training",
        )


class Digits:
    """The notebook's 600 digits, recognised in whatever mean and scale they come."""

    def __init__(self, lesson):
        images, labels = lesson.digits_on_canvas()
        raw, self.labels = as_array(images), as_array(labels)
        rolled = [np.roll(raw, move, axis=-1) for move in range(raw.shape[-1])]
        self._known = self._standard(np.concatenate(rolled))

    @staticmethod
    def _standard(images):
        rows = images.reshape(len(images), -1).astype(np.float32)
        rows = rows - rows.mean(axis=1, keepdims=True)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)

    def recognise(self, images):
        """The number of each digit (-1: none of them), and by how much it is rolled."""
        if images is None or not images.size or images[0].size != self._known.shape[1]:
            return [], []
        match = self._standard(images) @ self._known.T
        best, count = match.argmax(axis=1), len(self.labels)
        numbers = np.where(match.max(axis=1) > 0.999, best % count, -1)
        return numbers.tolist(), (best // count).tolist()

    def split(self, parts):
        """The digits of both parts, or None where it is no split, or a label is wrong."""
        if not (isinstance(parts, (list, tuple)) and len(parts) == 2):
            return None
        found = []
        for images, labels in parts:
            numbers, labels = self.recognise(as_array(images))[0], as_array(labels)
            if -1 in numbers or labels is None or labels.shape != (len(numbers),):
                return None
            if len(numbers) != 300 or (labels != self.labels[numbers]).any():
                return None
            found.append(set(numbers))
        return found if len(found[0] | found[1]) == len(self.labels) else None


def _check_own_digits(student, rng, lesson):
    """Without data of ours: 300 digits to train on, 300 others to measure, the same in both arms.

    Of interest only where make_data splits as it should, and where run does as it should with
    data of ours: what is wrong there has lost its points in another check.
    """
    digits = Digits(lesson)
    try:
        splits = [digits.split(parts) for parts in student.run(own_splits)]
        for augment in (False, True):
            watch = _untouched(student, rng, augment)
            series = {key: _series(watch.history, key) for key in ("val_loss", "val_acc")}
            _check_measurements(watch, series)
    except CheckFailed:
        return
    if None in splits or splits[0] != splits[1] or splits[0] == splits[2]:
        return
    arms = [
        _own_digits(student, digits, augment, seed)
        for augment, seed in ((False, 1), (True, 1), (False, 2))
    ]
    for number, does in enumerate(("train on", "are measured on")):
        check_true(
            arms[0][number] == arms[1][number],
            f"run(False, seed=1) and run(True, seed=1) {does} different images.",
            hint="Split with make_data and the seed of the run.",
            mistake="other-split",
        )
    check_true(
        arms[0][0] != arms[2][0],
        "run(False, seed=1) and run(False, seed=2) train on the same digits.",
        hint="Split with make_data and the seed of the run: the gain shall not hang on one split.",
        mistake="one-split",
    )


def _own_digits(student, digits, augment, seed):
    """The digits that a run trains on and the others that it measures; they must be 300 each."""
    call = f"run({augment}, seed={seed}, epochs=1) without data"
    seen = _within_budget(student, watched_run, None, augment, seed, 1, "roll", 32, 1e-3)
    trained, measured = (
        digits.recognise(np.array([row["x"] for row in rows])) for rows in _rows(seen["passes"])
    )
    learnt = set(trained[0])
    check_true(
        len(learnt) == 300 and -1 not in learnt,
        f"{call} trains on {len(learnt - {-1})} different digits, expected 300.",
        hint="Train the network that make_model returns on the training part of "
        "make_data(canvas_images, canvas_labels, 300, seed).",
        mistake="other-digits",
    )
    kept = {}  # what the network said last about each digit that it was not trained on
    rows = _rows(seen["passes"])[1]
    for row, number, moved in zip(rows, *measured, strict=True) if measured[0] else ():
        if number not in learnt:
            kept[number] = moved, row["logits"]
    changed = sum(moved != 0 for moved, _ in kept.values())
    check_true(
        len(kept) == 300 and -1 not in kept and not changed,
        f"{call} measures {len(kept) - changed} of 300 validation digits as they are.",
        hint="Evaluate on all validation images, untouched.",
        mistake="other-digits",
    )
    right = np.mean([logits.argmax() == digits.labels[n] for n, (_, logits) in kept.items()])
    check_close(
        _series(seen["history"], "val_acc")[-1],
        float(right),
        rtol=1e-3,
        given=f"{call}, from the network's answers to the validation digits",
        what="val_acc",
    )
    return learnt, set(kept)


def _same_rows(a, b):
    """Whether two arrays hold the same rows, in whichever order."""
    a, b = as_array(a), as_array(b)
    if a is None or b is None or a.shape != b.shape or not a.size:
        return False
    rows = [
        np.sort(array.reshape(len(array), -1).astype(np.float64).sum(axis=1)) for array in (a, b)
    ]
    return bool(np.allclose(*rows, rtol=1e-5, atol=1e-5))


@question("augmentation_lab", weight=2)
def test_augments_training(student, rng):
    """Training images are augmented, anew in each epoch, and keep their labels."""
    watch = Watch(student, rng, augment=True)
    trained = watch.seen(watch.trained, "train")
    check_true(
        trained and all(row["part"] for row in watch.trained),
        "What the network is trained on is not what transform makes of training images.",
        hint="A batch of training images goes through transform, and the result into the network.",
    )
    still = sum(row["roll"] == 0 for row in trained)
    check_true(
        still == 0,
        f"With augment=True {still} of {len(trained)} training images reach the network unchanged.",
        hint="Each batch that the network is trained on goes through transform.",
    )
    rolls = {}
    for row in trained:
        rolls.setdefault(row["id"], set()).add(row["roll"])
    check_true(
        any(len(different) > 1 for different in rolls.values()),
        f"In all {watch.epochs} epochs each training image is changed in the same way.",
        hint="The images were augmented once, before the training. Draw anew in every epoch: call "
        "transform inside the loop.",
        mistake="augmented-once",
    )
    wrong = sum(row["label"] != watch.label(row) for row in trained)
    check_true(
        wrong == 0,
        f"{wrong} of {len(trained)} training images are trained with the label of another image.",
        hint="Take the same rows of images and labels for a batch.",
    )
    plain = Watch(student, rng, augment=False)
    moved = sum(row["roll"] != 0 for row in plain.trained)
    check_true(
        moved == 0,
        f"With augment=False {moved} of {len(plain.trained)} training images are augmented.",
    )
    check_close(
        watch.after,
        watch.x["train"].astype(np.float32),
        given="data[0][0] after run(True, ...)",
        what="x_train",
    )


@question("augmentation_lab")
def test_validation_is_untouched(student, rng):
    """Validation images are measured as they are, and never trained on."""
    for augment in (False, True):
        _untouched(student, rng, augment)


def _untouched(student, rng, augment):
    """A run that leaves the validation images alone, watched."""
    watch = Watch(student, rng, augment=augment)
    learnt = watch.seen(watch.trained, "val")
    check_true(
        not learnt,
        f"run({augment}, ...) trains on {len(learnt)} validation images.",
        hint="Validation images are kept apart; the network never learns from them.",
    )
    measured = watch.seen(watch.measured, "val")
    numbers = {row["id"] for row in measured}
    check_true(
        len(numbers) == N_VAL,
        f"run({augment}, ...) measures {len(numbers)} of the {N_VAL} validation images.",
    )
    moved = sum(row["roll"] != 0 for row in measured)
    check_true(
        moved == 0,
        f"run({augment}, ...) measures {moved} of {len(measured)} validation images changed by "
        "transform.",
        hint="Only training images are augmented. Evaluate on untouched images, the same "
        "yardstick for both arms.",
        mistake="augmented-validation",
    )
    return watch


@probe
def drawn_curves(student, results):
    """What plot_curves leaves on its figure."""
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib.colors import to_rgba

    def points(line):
        return np.asarray(line.get_ydata(), dtype=float).ravel()

    def look(line):
        return to_rgba(line.get_color()), line.get_linestyle()

    def named(ax):
        """The lines with a name, be it their own or, as in legend(["plain", ...]), the legend's."""
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            line = handle[0] if isinstance(handle, tuple) else handle
            if hasattr(line, "get_ydata"):
                yield {"label": str(label), "y": points(line)}
        entries = [
            (sample, text.get_text())
            for legend in filter(None, (ax.get_legend(), *ax.figure.legends))
            for sample, text in zip(legend.legend_handles, legend.texts, strict=True)
            if hasattr(sample, "get_ydata")
        ]
        for line in ax.lines:
            if line.get_label().startswith("_"):
                alike = [label for sample, label in entries if look(sample) == look(line)]
                yield from ({"label": label, "y": points(line)} for label in alike)

    plt.close("all")
    shown, closed = plt.show, plt.close
    plt.show = plt.close = lambda *args, **kwargs: None  # a figure that was shown may be closed
    try:
        student.plot_curves(results)
        axes = [ax for number in plt.get_fignums() for ax in plt.figure(number).axes]
        legends = [ax for ax in axes if ax.get_legend() or ax.figure.legends]
        return [
            {
                "named": list(named(ax)),
                "lines": len(ax.lines),
                "areas": len(ax.collections) + len(ax.patches),
                "legend": bool(legends),
                "x": ax.get_xlabel() or ax.figure.get_supxlabel(),
                "y": ax.get_ylabel() or ax.figure.get_supylabel(),
            }
            for ax in axes
        ]
    finally:
        plt.show, plt.close = shown, closed
        plt.close("all")


@question("augmentation_lab")
def test_figure(student, rng):
    """The figure shows both arms: mean, spread over the seeds, labels."""
    start = {"plain": 0.3, "augmented": 0.5}
    accuracy = {arm: low + 0.4 * rng.random((3, 6)) for arm, low in start.items()}
    results = {
        arm: [
            {
                "train_loss": (2 - row).tolist(),
                "val_loss": (3 - row).tolist(),
                "val_acc": row.tolist(),
            }
            for row in values
        ]
        for arm, values in accuracy.items()
    }
    axes = student.run(drawn_curves, results)
    check_true(axes, "plot_curves(results) leaves no figure.")
    curves = [curve for ax in axes for curve in ax["named"]]
    found = {}
    for arm, values in accuracy.items():
        mean = values.mean(axis=0)
        for curve in curves:
            y = as_array(curve["y"])
            if y.shape == mean.shape and (np.allclose(y, mean) or np.allclose(y, 100 * mean)):
                found[arm] = curve["label"]
        check_true(
            arm in found,
            f"No line with a label shows the mean over the seeds of the arm {arm!r}. The labels "
            f"are {[curve['label'] for curve in curves]}.",
        )
    right = "plain" in found["augmented"].lower() and "augmented" in found["plain"].lower()
    check_true(not right, "The labels of the two arms are exchanged.")
    check_true(found["plain"] != found["augmented"], "Both arms have the same label.")
    check_true(any(ax["legend"] for ax in axes), "The figure has no legend.")
    spread = sum(ax["areas"] for ax in axes) > 0 or sum(ax["lines"] for ax in axes) >= 6
    check_true(spread, "The figure does not show the spread between the seeds.")
    check_true(any(ax["x"].strip() and ax["y"].strip() for ax in axes), "Both axes need a label.")


RERUN = 0.01  # a mean gain moves by less on another computer (0.003 with weights off by 1e-6)
VERDICTS = ("helped", "hurt", "no clear difference")


def _verdict(gains, ddof=1):
    if len(gains) < 2:
        return VERDICTS[2]
    error = np.std(gains, ddof=ddof) / np.sqrt(len(gains))
    mean = np.mean(gains)
    return VERDICTS[0] if mean > error else VERDICTS[1] if mean < -error else VERDICTS[2]


def _said(verdict):
    if not isinstance(verdict, str):
        return verdict
    return " ".join(verdict.lower().replace("_", " ").replace("-", " ").split()).rstrip(".")


def _gains(rng, n, mean, s):
    """So many gains with exactly this mean and this standard deviation (dividing by n - 1)."""
    gains = rng.normal(size=n)
    return mean + s * (gains - gains.mean()) / gains.std(ddof=1)


@question("augmentation_lab")
def test_conclude(student, rng):
    """conclude compares the mean gain with its standard error."""
    steady = 0.1 + 0.01 * rng.normal(size=3)
    noisy = np.array([0.2, -0.17, 0.02]) + 0.005 * rng.normal(size=3)
    many = _gains(rng, 16, mean=0.018, s=0.03)  # the standard error is 0.0075
    between = _gains(rng, 3, mean=0.02, s=0.05)  # above s/n, below s/√n
    enough = _gains(rng, 4, mean=0.04, s=0.05)  # between one and two standard errors
    root = "The standard error is s/√n, not s/n."
    once = "The rule compares with one standard error: s/√n, with s from dividing by n - 1."
    one = (
        "That follows from one seed only. One seed has no standard error: repeat the experiment "
        "with other seeds before you conclude."
    )
    sign = "The mean is smaller than its standard error: it may well be chance."
    spread = "Compare with the standard error s/√n, not with s: the mean of 16 is surer than one."
    for gains, hints in (
        (steady, []),
        (-steady, []),
        (steady[:1], [Mistake("one-seed", one, v) for v in VERDICTS[:2]]),
        (noisy, [Mistake("sign-only", sign, v) for v in VERDICTS[:2]]),
        (-noisy, [Mistake("sign-only", sign, v) for v in VERDICTS[:2]]),
        (many, [Mistake("deviation", spread, VERDICTS[2])]),
        (-many, [Mistake("deviation", spread, VERDICTS[2])]),
        (between, [Mistake("no-root", root, VERDICTS[0])]),
        (-between, [Mistake("no-root", root, VERDICTS[1])]),
        (enough, [Mistake("other-limit", once, VERDICTS[2])]),
        (-enough, [Mistake("other-limit", once, VERDICTS[2])]),
    ):
        shown = [round(float(gain), 4) for gain in gains]
        given = f"conclude({shown})" if len(shown) < 5 else "conclude of 16 gains"
        check_equal(_said(student.conclude(shown)), _verdict(shown), given=given, hints=hints)


@question("augmentation_lab")
def test_conclusion_agrees(student):
    """Your conclusion agrees with your own results: several seeds, both arms."""
    try:
        results = student.value("results")
    except NotDefined:
        fail("There is no results: the cell that runs the lab has not been through.")
    good = isinstance(results, dict) and set(results) >= {"plain", "augmented"}
    check_true(good, "results should hold the histories of the arms 'plain' and 'augmented'.")
    arms = [[_series(history, "val_acc") for history in results[a]] for a in ("plain", "augmented")]
    pairs = min(map(len, arms))
    check_true(
        pairs >= 2,
        f"results holds {pairs} complete seeds; from fewer than two nothing follows.",
        hint="If the lab ran out of its training budget, make run faster: batches instead of "
        "single images, no more passes through the network than needed.",
    )
    lengths = {len(accuracy) for arm in arms for accuracy in arm}
    check_true(
        len(lengths) == 1 and len(arms[0]) == len(arms[1]),
        "The runs in results differ in their epochs, or the arms in their number of runs.",
        hint="A fair comparison changes one thing only.",
    )
    gains = [float(b[-5:].mean() - a[-5:].mean()) for a, b in zip(*arms, strict=True)]
    conclusion = student.value("conclusion")
    check_true(conclusion is not None, "No conclusion is written yet.")
    shown = ", ".join(f"{gain:+.3f}" for gain in gains)
    follow = {
        _verdict([gain + shift for gain in gains], ddof)
        for shift in (-RERUN, 0, RERUN)
        for ddof in (0, 1)
    }
    check_true(
        _said(conclusion) in follow,
        f"Your conclusion is {show(conclusion)}, but the gains in your own results are {shown}.",
        hint="An honest verdict follows from the mean gain and its standard error, whatever one "
        "had hoped for.",
    )


# ----------------------------------------------------------------- CIFAR-10


@probe
def load_from_folder(student, pixels, labels, n):
    """load_cifar10 on a small folder in the original layout of CIFAR-10."""
    import pickle
    import tempfile
    from pathlib import Path

    from torchvision.datasets import CIFAR10

    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "cifar-10-batches-py")
        folder.mkdir()
        names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
        size = len(labels) // len(names)
        for number, name in enumerate(names):
            rows = slice(number * size, (number + 1) * size)
            batch = {"data": pixels[rows].reshape(size, -1), "labels": labels[rows]}
            (folder / name).write_bytes(pickle.dumps(batch))
        kinds = [f"kind {number}" for number in range(10)]
        (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": kinds}))
        check, meta = CIFAR10._check_integrity, CIFAR10.meta
        CIFAR10._check_integrity = lambda self: True
        CIFAR10.meta = {**meta, "md5": None}
        try:
            return student.load_cifar10(root, n, False)
        finally:
            CIFAR10._check_integrity, CIFAR10.meta = check, meta


@question("cifar10", weight=2)
def test_loads_cifar10(student, rng):
    """load_cifar10 reads images and labels of the training part."""
    pixels = rng.integers(0, 256, size=(48, 3, 32, 32), dtype=np.uint8)
    labels = rng.integers(0, 10, size=48).tolist()
    for n in (3, 20):
        given = f"load_cifar10(root, {n}) on a small folder"
        got = student.run(load_from_folder, pixels, labels, n)
        pair = isinstance(got, (tuple, list)) and len(got) == 2
        check_true(pair, f"{given} should return images and labels, got {show(got)}.")
        expected = (pixels[:n] / 255).astype(np.float32)
        axes = "The data set keeps its pixels as (N, 32, 32, 3). Exchange the axes with permute"
        as_kept = expected.transpose(0, 2, 3, 1)
        bytes_range = "The pixels are bytes from 0 to 255: divide by 255."
        check_close(
            got[0],
            expected,
            atol=3e-3,
            given=given,
            what="the tensor of images",
            hints=[
                Mistake("channels-last", f"{axes}.", as_kept),
                Mistake(
                    "reshaped",
                    f"{axes}: reshape leaves the numbers in their order and tears the image apart.",
                    as_kept.reshape(n, 3, 32, 32),
                ),
                Mistake("bytes", bytes_range, pixels[:n].astype(np.float32)),
                Mistake("bytes", bytes_range, pixels[:n]),
                Mistake("columns-first", f"{axes}(0, 3, 1, 2).", expected.transpose(0, 1, 3, 2)),
            ],
        )
        dtype = as_array(got[0]).dtype.name
        check_true(dtype == "float32", f"{given}: the images are {dtype}, not float32.")
        check_close(got[1], np.array(labels[:n]), given=given, what="the tensor of labels")
        check_true(as_array(got[1]).dtype.kind in "iu", f"{given}: labels are whole numbers.")


@probe
def photo_steps(student, x):
    """photo_transform, with notes in place of the notebook's own random_crop and random_hflip."""
    names = getattr(student.photo_transform, "__globals__", {})
    kept = {name: names.get(name) for name in ("random_crop", "random_hflip")}
    calls = []

    def random_crop(x, pad, generator=None):
        calls.append(["crop", pad])
        return x + 100

    def random_hflip(x, p=0.5, generator=None):
        calls.append(["hflip", p])
        return x + 1000

    try:
        names.update(random_crop=random_crop, random_hflip=random_hflip)
        return {"calls": calls, "result": student.photo_transform(x)}
    finally:
        names.update(kept)


@question("cifar10")
def test_photo_transform(student, rng):
    """photo_transform crops with a border of 4 pixels, and flips half of the photographs."""
    x = _distinct(rng, 300, 3, 9, 10)
    call = "photo_transform(300×3×9×10 images)"
    error = None
    try:
        result = _batch(student.photo_transform(_tensor(x)), x, call)
        problem = _photo_problem([_crop_and_flip(r, i) for r, i in zip(result, x, strict=True)])
        error = CheckFailed(f"{call}: {problem}") if problem else None
    except StudentError as raised:
        error = raised
    if error:  # a wrong crop or flip has lost its points already: is it used rightly?
        seen = student.run(photo_steps, _tensor(x))
        used = sorted(map(tuple, seen["calls"])) == [("crop", 4), ("hflip", 0.5)]
        if not (used and np.allclose(_batch(seen["result"], x, call), x + 1100)):
            raise error


def _photo_problem(found):
    """What is wrong with the crops and flips that were found, or nothing."""
    if None in found:
        return (
            f"image {found.index(None)} of the result is no crop with a border of 4 pixels, "
            "mirrored or not."
        )
    if len({offset for offset, _ in found}) < 5:
        return f"all {len(found)} images move alike, or nearly so."
    far = max(abs(part - 4) for offset, _ in found for part in offset)
    if far <= 2:
        return f"no image moves by more than {far} pixels."
    flips = sum(flip for _, flip in found)
    if abs(flips - len(found) / 2) > SIGMAS * np.sqrt(len(found)) / 2:
        return f"{flips} of {len(found)} images are mirrored left to right."
    rows, columns = (set(range(9)) - {offset[axis] for offset, _ in found} for axis in (0, 1))
    if rows or columns:
        return f"some of the 9 offsets never come up (rows {rows or ''}, columns {columns or ''})."
    if len({offset for offset, _ in found}) < 60 or len({(o[0], flip) for o, flip in found}) < 18:
        return "row, column and flip are not drawn independently."
    return ""


def _crop_and_flip(result, image):
    for flip in (False, True):
        offset = _offset(result[..., ::-1] if flip else result, image, 4)
        if offset is not None:
            return offset, flip
    return None


@question("cifar10")
def test_runs_on_photographs(student, rng):
    """run trains on colour images with photo_transform, and the network learns."""
    _check_learns(student, rng, (3, 12, 12), epochs=8, photos=True)
