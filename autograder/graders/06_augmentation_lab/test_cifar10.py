"""cifar10: colour photographs, loaded, cropped, mirrored and learnt from."""

import pickle
from types import ModuleType
from typing import Any

import numpy as np
import torch

from autograder import (
    CheckFailed,
    Mistake,
    StudentError,
    StudentNotebook,
    as_array,
    check_close,
    check_true,
    probe,
    question,
    show,
    works,
)

from . import test_random_crop as crops
from . import test_random_hflip as flips
from .changed_images import SIGMAS, distinct_images, images_like, named, tensor, window_of
from .learning import check_learns_colours

PAD, SHAPE = 4, (300, 3, 9, 10)  # the border of a photograph, the images to ask with
CALL = named("photo_transform", SHAPE)
Change = tuple[tuple[int, int], bool]  # the offset of the crop, and whether it was mirrored


@probe
def load_from_folder(student: Any, files: dict[str, bytes], n: int) -> Any:
    """load_cifar10 on a folder with these files."""
    import tempfile
    from pathlib import Path

    from torchvision.datasets import CIFAR10

    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "cifar-10-batches-py")
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        check, meta = CIFAR10._check_integrity, CIFAR10.meta
        CIFAR10._check_integrity = lambda self: True
        CIFAR10.meta = {**meta, "md5": None}
        try:
            return student.load_cifar10(root, n, False)
        finally:
            CIFAR10._check_integrity, CIFAR10.meta = check, meta


def _original_files(pixels: np.ndarray, labels: list[int]) -> dict[str, bytes]:
    """Pixels (n, 3, 32, 32) and labels in the original layout of CIFAR-10.

    They are packed here, so that whoever looks into the probe still has to read them.
    """
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    parts = zip(np.split(pixels, len(names)), np.split(np.array(labels), len(names)), strict=True)
    batches = [{"data": x.reshape(len(x), -1), "labels": y.tolist()} for x, y in parts]
    files = {name: pickle.dumps(batch) for name, batch in zip(names, batches, strict=True)}
    kinds = [f"kind {number}" for number in range(10)]
    return files | {"batches.meta": pickle.dumps({"label_names": kinds})}


@question("cifar10", weight=2)
def test_loads_cifar10(student: StudentNotebook, rng: np.random.Generator) -> None:
    """load_cifar10 reads images and labels of the training part."""
    pixels = rng.integers(0, 256, size=(48, 3, 32, 32), dtype=np.uint8)
    labels = rng.integers(0, 10, size=48).tolist()
    files = _original_files(pixels, labels)
    for n in (3, 20):
        given = f"load_cifar10(root, {n}) on a small folder"
        got = student.run(load_from_folder, files, n)
        pair = isinstance(got, (tuple, list)) and len(got) == 2
        check_true(pair, f"{given} should return images and labels, got {show(got)}.")
        _check_images(got[0], pixels[:n], given)
        check_close(got[1], np.array(labels[:n]), given=given, what="the tensor of labels")
        kind = np.asarray(as_array(got[1])).dtype.kind
        check_true(kind in "iu", f"{given}: labels are whole numbers.")


def _check_images(got: Any, pixels: np.ndarray, given: str) -> None:
    """The images are these pixels (n, 3, 32, 32), as float32 from 0 to 1."""
    images = (pixels / 255).astype(np.float32)
    hints = _wrong_images(pixels, images)
    check_close(got, images, atol=3e-3, given=given, what="the tensor of images", hints=hints)
    dtype = np.asarray(as_array(got)).dtype.name
    check_true(dtype == "float32", f"{given}: the images are {dtype}, not float32.")


def _wrong_images(pixels: np.ndarray, images: np.ndarray) -> list[Mistake]:
    axes = "The data set keeps its pixels as (N, 32, 32, 3). Exchange the axes with permute"
    torn = f"{axes}: reshape leaves the numbers in their order and tears the image apart."
    bytes_range = "The pixels are bytes from 0 to 255: divide by 255."
    as_kept = images.transpose(0, 2, 3, 1)
    return [
        Mistake("channels-last", f"{axes}.", as_kept),
        Mistake("reshaped", torn, as_kept.reshape(images.shape)),
        Mistake("bytes", bytes_range, pixels.astype(np.float32), pixels),
        Mistake("columns-first", f"{axes}(0, 3, 1, 2).", images.transpose(0, 1, 3, 2)),
    ]


@probe
def photo_steps(student: Any, x: torch.Tensor, marks: list[int]) -> dict[str, Any]:
    """photo_transform, with notes in place of the notebook's own random_crop and random_hflip.

    Each of them adds its mark to the images.
    """
    names = getattr(student.photo_transform, "__globals__", {})
    kept = {name: names.get(name) for name in ("random_crop", "random_hflip")}
    calls = []

    def random_crop(x: Any, pad: Any, generator: Any = None) -> Any:
        calls.append(["crop", pad])
        return x + marks[0]

    def random_hflip(x: Any, p: Any = 0.5, generator: Any = None) -> Any:
        calls.append(["hflip", p])
        return x + marks[1]

    try:
        names.update(random_crop=random_crop, random_hflip=random_hflip)
        return {"calls": calls, "result": student.photo_transform(x)}
    finally:
        names.update(kept)


@question("cifar10")
def test_photo_transform(student: StudentNotebook, rng: np.random.Generator) -> None:
    """photo_transform crops with a border of 4 pixels, and flips half of the photographs."""
    x = distinct_images(rng, *SHAPE)
    error = _photo_error(student, x)
    # A wrong crop or flip has lost its points already: is it used rightly?
    if error and (_parts_work(student, rng) or not _uses_crop_and_flip(student, x, rng)):
        raise error


def _parts_work(student: StudentNotebook, rng: np.random.Generator) -> bool:
    """Whether random_crop and random_hflip pass their own checks: then they excuse nothing."""
    return all(
        works(check, student, *given)
        for check, *given in (
            (crops.test_crop_is_a_window, rng),
            (crops.test_crop_offsets_are_uniform,),
            (crops.test_crop_draws_for_each_image, rng),
            (flips.test_flip_axis, rng),
            (flips.test_flip_probability,),
            (flips.test_flip_draws_for_each_image, rng),
        )
    )


def _photo_error(student: StudentNotebook, x: np.ndarray) -> CheckFailed | None:
    """Why the photographs x are not cropped and flipped fairly, if they are not."""
    try:
        got = student.photo_transform(tensor(x))
    except StudentError as error:
        return error
    result = images_like(x, got, CALL)
    problem = _problem([_change(image, changed) for image, changed in zip(x, result, strict=True)])
    return CheckFailed(f"{CALL}: {problem}") if problem else None


def _uses_crop_and_flip(student: StudentNotebook, x: np.ndarray, rng: np.random.Generator) -> bool:
    marks = rng.integers(100, 1000, size=2).tolist()
    seen = student.run(photo_steps, tensor(x), marks)
    used = sorted(map(tuple, seen["calls"])) == [("crop", PAD), ("hflip", 0.5)]
    return used and np.allclose(images_like(x, seen["result"], CALL), x + sum(marks))


def _change(image: np.ndarray, result: np.ndarray) -> Change | None:
    for flip in (False, True):
        offset = window_of(image, result[..., ::-1] if flip else result, PAD)
        if offset is not None:
            return offset, flip
    return None


def _problem(changes: list[Change | None]) -> str:
    """What is wrong with the crops and flips that were found, or nothing."""
    found = [change for change in changes if change is not None]
    if len(found) < len(changes):
        return (
            f"image {changes.index(None)} of the result is no crop with a border of {PAD} pixels, "
            "mirrored or not."
        )
    return _problem_of_offsets([offset for offset, _ in found]) or _problem_of_draws(found)


def _problem_of_offsets(offsets: list[tuple[int, int]]) -> str:
    if len(set(offsets)) < 5:
        return f"all {len(offsets)} images move alike, or nearly so."
    far = max(abs(part - PAD) for offset in offsets for part in offset)
    return f"no image moves by more than {far} pixels." if far <= 2 else ""


def _problem_of_draws(found: list[Change]) -> str:
    flips = sum(flip for _, flip in found)
    if abs(flips - len(found) / 2) > SIGMAS * np.sqrt(len(found)) / 2:
        return f"{flips} of {len(found)} images are mirrored left to right."
    rows, columns = (set(range(9)) - {offset[axis] for offset, _ in found} for axis in (0, 1))
    if rows or columns:
        return f"some of the 9 offsets never come up (rows {rows or ''}, columns {columns or ''})."
    if len({offset for offset, _ in found}) < 60 or len({(o[0], flip) for o, flip in found}) < 18:
        return "row, column and flip are not drawn independently."
    return ""


@question("cifar10")
def test_runs_on_photographs(
    student: StudentNotebook, rng: np.random.Generator, lesson: ModuleType
) -> None:
    """run trains on colour images with photo_transform, and the network learns."""
    check_learns_colours(student, rng, lesson)
