"""What follows from the gains of several seeds: the rule of the lab, and answers that miss it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograder import Mistake, NotDefined, StudentNotebook, check_true, fail, plain

from .histories import series_of

ARMS = ("plain", "augmented")
HELPED, HURT, UNCLEAR = VERDICTS = ("helped", "hurt", "no clear difference")
RERUN = 0.01  # a mean gain moves by less on another computer (0.003 with weights off by 1e-6)
ROOT = "The standard error is s/√n, not s/n."
ONCE = "The rule compares with one standard error: s/√n, with s from dividing by n - 1."
ONE_SEED = (
    "That follows from one seed only. One seed has no standard error: repeat the experiment "
    "with other seeds before you conclude."
)
SIGN = "The mean is smaller than its standard error: it may well be chance."
SPREAD = "Compare with the standard error s/√n, not with s: the mean of 16 is surer than one."


def said(conclusion: Any) -> Any:
    """A verdict without the ways to write it."""
    return plain(conclusion)


def verdict(gains: Sequence[float], ddof: int = 1) -> str:
    """The verdict of these gains: their mean against its standard error, s/√n."""
    if len(gains) < 2:
        return UNCLEAR
    error = np.std(gains, ddof=ddof) / np.sqrt(len(gains))
    mean = np.mean(gains)
    return HELPED if mean > error else HURT if mean < -error else UNCLEAR


def possible_verdicts(gains: Sequence[float]) -> set[str]:
    """All that may be concluded from gains that another computer would change a little."""
    shifts = (-RERUN, 0, RERUN)
    return {verdict([gain + by for gain in gains], ddof) for by in shifts for ddof in (0, 1)}


def telling_gains(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, list[Mistake]]]:
    """Gains for which wrong rules give other verdicts, each with what those would say."""
    steady = 0.1 + 0.01 * rng.normal(size=3)
    noisy = np.array([0.2, -0.17, 0.02]) + 0.005 * rng.normal(size=3)
    many = _gains(rng, 16, mean=0.018, s=0.03)  # the standard error is 0.0075
    between = _gains(rng, 3, mean=0.02, s=0.05)  # above s/n, below s/√n
    enough = _gains(rng, 4, mean=0.04, s=0.05)  # between one and two standard errors
    yield from ((steady, []), (-steady, []))
    yield steady[:1], [Mistake("one-seed", ONE_SEED, HELPED, HURT)]
    for gains, mistake in (
        (noisy, Mistake("sign-only", SIGN, HELPED, HURT)),
        (many, Mistake("deviation", SPREAD, UNCLEAR)),
        (between, Mistake("no-root", ROOT, HELPED, HURT)),
        (enough, Mistake("other-limit", ONCE, UNCLEAR)),
    ):
        yield from ((gains, [mistake]), (-gains, [mistake]))


def _gains(rng: np.random.Generator, n: int, mean: float, s: float) -> np.ndarray:
    """So many gains with exactly this mean and this standard deviation (dividing by n - 1)."""
    gains = rng.normal(size=n)
    return np.asarray(mean + s * (gains - gains.mean()) / gains.std(ddof=1))


def own_gains(student: StudentNotebook) -> list[float]:
    """The gain of each seed in the notebook's own results, if they are complete."""
    without, augmented = own_accuracies(student)
    pairs = min(len(without), len(augmented))
    check_true(
        pairs >= 2,
        f"results holds {pairs} complete seeds; from fewer than two nothing follows.",
        hint="If the lab ran out of its training budget, make run faster: batches instead of "
        "single images, no more passes through the network than needed.",
    )
    check_true(
        len({len(run) for run in (*without, *augmented)}) == 1 and len(without) == len(augmented),
        "The runs in results differ in their epochs, or the arms in their number of runs.",
        hint="A fair comparison changes one thing only.",
    )
    return [float(b[-5:].mean() - a[-5:].mean()) for a, b in zip(without, augmented, strict=True)]


def own_accuracies(student: StudentNotebook) -> list[list[np.ndarray]]:
    """The accuracies (epochs,) of both arms, plain first, run by run."""
    try:
        results = student.value("results")
    except NotDefined:
        fail("There is no results: the cell that runs the lab has not been through.")
    good = isinstance(results, dict) and set(results) >= set(ARMS)
    check_true(good, "results should hold the histories of the arms 'plain' and 'augmented'.")
    return [[series_of(history, "val_acc") for history in results[arm]] for arm in ARMS]
