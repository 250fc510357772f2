"""The lab of unit 6: its training budget, and its photographs from CIFAR-10's own files."""

from __future__ import annotations

import pickle
import sys
import time
from importlib import import_module

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.courses import ROOT

from autograder.errors import CheckFailed


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


# ----------------------------------------------------------------- claims that earn nothing


def grader(name):
    return import_module(f"autograder.graders.06_augmentation_lab.{name}")


@pytest.mark.parametrize("answer", ["untrained", "constant", "by position"])
@pytest.mark.parametrize("kinds", [4, 10])
def test_a_network_that_has_not_learnt_names_few_images(lesson, answer, kinds):
    """For whichever draw, a network earns nothing by its start, by one answer, or by counting."""
    learning, worst = grader("learning"), 0.0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        patterns = rng.normal(size=(kinds, 1, 8, 8))
        images, labels = learning._noisy(rng, patterns, 100)
        network = lesson.small_cnn((1, 8, 8), width=8)
        answers = {
            "untrained": network,
            "constant": lambda x: torch.eye(10)[[3] * len(x)],
            "by position": lambda x: torch.eye(10)[torch.arange(len(x)) % kinds],
        }
        worst = max(worst, learning.share_right(answers[answer], images, labels))
    assert worst < 0.5


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_a_log_counts_for_its_own_run_only(seed, replayed):
    """What a network noted in one run is refused as the log of a run with another draw."""
    watched, rng = grader("watched_images"), np.random.default_rng(seed)
    terms = [watched.drawn_term(rng, 35) for _ in range(2)]
    x, weight, bias = (rng.normal(size=size) for size in ((4, 35), (10, 35), (10,)))
    logits = x @ (weight + terms[0]).T + bias
    noted = {"x": x, "logits": logits, "weight": weight, "bias": bias, "grad": None}
    noted |= {"network": 1, "step": 0}
    if replayed:
        with pytest.raises(CheckFailed, match="does not follow from its weights"):
            watched.rows_of([noted], terms[1])
    else:
        assert len(watched.rows_of([noted], terms[0])[1]) == 4


def test_the_lab_keeps_the_networks_that_it_has_trained(lesson):
    """Each run of the lab leaves its own network; a run that trains none leaves none."""

    def run(augment, seed):
        if augment:
            lesson.small_cnn((1, 14, 14))
        return {"val_acc": [0.5]}

    lesson.lab(run, [7, 8])
    kept = lesson.LABS[-1]
    assert kept["seeds"] == [7, 8]
    assert kept["plain"] == [None, None]
    assert len({id(network) for network in kept["augmented"]}) == 2
    assert None not in kept["augmented"]
