"""Mistakes that several questions of the unit know: sentences, and wrong ways to average."""

from typing import Any

import numpy as np
from torch import Tensor
from torch.nn.functional import cross_entropy

from autograder import Mistake

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
DIVIDE_BY_IMAGES = "Divide by the number of images."
LAST_BATCH = "This is the last batch alone."
ERASED = (
    "zero_grad() erases p.grad. Between the backward pass and the step it erases the gradient "
    "that the step is about to use."
)
CLASSES_ON_DIM_1 = (
    "The classes stand on dim 1 of the logits (N, C): take argmax(dim=1), one per image."
)


def single(value: Any) -> np.ndarray:
    """A float32 number or vector: the training scenes compute in float32."""
    return np.asarray(value, dtype=np.float32)


def mean_loss_mistakes(logits: Tensor, y: Tensor, size: int) -> list[Mistake]:
    """Wrong mean losses of logits (N, C) and labels (N,) in batches of ``size`` images."""
    parts = y.split(size)
    pairs = zip(logits.split(size), parts, strict=True)
    losses = [cross_entropy(z, labels).item() for z, labels in pairs]
    total = sum(loss * len(part) for loss, part in zip(losses, parts, strict=True))
    batches = "Divide by the number of images, not by the number of batches."
    images = "The loss of a batch is already a mean: multiply it by the number of its images "
    first = "This is the first batch alone: is there a `return` inside the loop?"
    return [
        Mistake("mean-of-batch-means", WEIGHT_BATCHES, single(np.mean(losses))),
        Mistake("sum-of-batch-means", DIVIDE_BY_IMAGES, single(np.sum(losses))),
        Mistake("sum-not-mean", DIVIDE_BY_IMAGES, single(total)),
        Mistake("divided-by-batches", batches, single(total / len(losses))),
        Mistake(
            "divided-by-images", images + "before you add it up.", single(sum(losses) / len(y))
        ),
        Mistake("last-batch-only", LAST_BATCH, single(losses[-1])),
        Mistake("first-batch-only", first, single(losses[0])),
        Mistake("softmax-twice", SOFTMAX_TWICE, single(cross_entropy(logits.softmax(1), y))),
    ]
