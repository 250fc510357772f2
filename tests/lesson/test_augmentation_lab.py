"""The lab of unit 6: its training budget, and its photographs from CIFAR-10's own files."""

from __future__ import annotations

import pickle
import sys
import time

import numpy as np
import pytest
from support.courses import ROOT


@pytest.fixture(scope="module")
def lesson():
    """The unit's ``lesson.py``, as its notebook imports it."""
    folder = ROOT / "source" / "06_augmentation_lab"
    kept = {name: sys.modules.pop(name, None) for name in ("lesson", "classroom")}
    sys.path.insert(0, str(folder))
    try:
        import lesson

        yield lesson
    finally:
        sys.path.remove(str(folder))
        for name, module in kept.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module


def busy(cpu_s):
    """Compute for so many CPU seconds, as a slow training does."""
    end = time.process_time() + cpu_s
    while time.process_time() < end:
        sum(range(1000))


def test_the_lab_ends_with_its_budget(lesson, capsys):
    """A slow run ends with a sentence and with the seeds that are complete, not with an error."""

    def run(augment, seed):
        busy(0.02 if seed < 2 else 60)
        return {"val_acc": [0.5 + 0.1 * augment]}

    results = lesson.lab(run, [0, 1, 2, 3], cpu_s=0.3)
    assert lesson.paired_gains(results) == pytest.approx([0.1, 0.1])
    said = capsys.readouterr().out
    assert "budget of 0.3 CPU seconds is used up: 2 of 4 seeds are complete" in said


def test_the_budget_ends_a_run_that_catches_everything(lesson):
    """Code that catches every exception is interrupted again."""

    def run(augment, seed):
        try:
            busy(0.4)
        except Exception:
            busy(0.1)
        return {"val_acc": [0.5]}

    results = lesson.lab(run, range(50), cpu_s=0.2)
    assert len(results["plain"]) <= 1


def test_a_check_stops_a_run_that_never_ends(lesson):
    """A check cell gives run a budget of its own, and the student reads which."""
    with pytest.raises(lesson.BudgetError, match=r"budget of 0\.2 CPU seconds"), lesson.Budget(0.2):
        busy(60)


def test_photographs_from_the_files_of_cifar10(lesson, tmp_path, monkeypatch, capsys):
    """The student's loader is used where the folder is there; else a sentence, and digits."""
    from torchvision.datasets import CIFAR10

    def load(root, n, download):
        data = CIFAR10(root, train=True, download=download)
        return data.data[:n], data.targets[:n]

    images, labels, name = lesson.cifar10_or_digits(load, tmp_path)
    assert name == "the digits"
    assert images.shape == (len(labels), 1, 14, 14)
    [sentence] = capsys.readouterr().out.strip().splitlines()
    assert "no folder 'cifar-10-batches-py'" in sentence
    assert "the embedded digits take its place" in sentence

    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    pixels = np.arange(5 * 2 * 3072, dtype=np.uint8).reshape(10, 3072)
    for part in range(5):
        rows = slice(2 * part, 2 * part + 2)
        batch = {"data": pixels[rows], "labels": [part, part]}
        (folder / f"data_batch_{part + 1}").write_bytes(pickle.dumps(batch))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list("0123456789")}))
    *_, name = lesson.cifar10_or_digits(load, tmp_path)
    assert name == "the digits"  # torchvision finds that these are not the original files
    assert "CIFAR-10 is not used" in capsys.readouterr().out

    monkeypatch.setattr(CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": None})
    images, labels, name = lesson.cifar10_or_digits(load, tmp_path, n=7)
    assert name == "CIFAR-10"
    assert labels == [0, 0, 1, 1, 2, 2, 3]
    assert (images.transpose(0, 3, 1, 2).reshape(7, -1) == pixels[:7]).all()
