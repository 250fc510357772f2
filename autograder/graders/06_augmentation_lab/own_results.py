"""Whether the notebook's own results are true: its networks are asked again, here.

A history is a claim, and rerunning the lab would cost as much again. But ``lesson.lab`` keeps the
network that each run has trained, and a trained network cannot be made up: its weights come here
and name the validation digits. Where no network has been kept, the claim alone earns nothing.
"""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from autograder import StudentNotebook, check_true, fail, probe, works

from .learning import share_right, trained_network
from .own_digits import check_own_seeds, own_validation
from .verdicts import ARMS, own_accuracies, verdict

IMAGE = (1, 14, 14)
MEASURED = 0.011  # three of 300 digits: half precision moves no more
SWING = 0.1  # how far an epoch may lie from the mean of the last five
SHORT, RISING = 10, 0.25  # ... and in fewer epochs than so many, in which accuracy still rises
Accuracies = dict[str, list[float]]  # for each arm, what each of its networks reaches here


@probe
def kept_networks(student: Any) -> list[dict[str, Any]]:
    """The seeds and the networks' weights of each lab of the notebook, the last ones first."""
    import lesson

    def weights(network: Any) -> Any:
        return [p.detach().float().cpu() for p in network.parameters()]

    return [
        {"seeds": lab["seeds"]}
        | {arm: [n and weights(n) for n in lab[arm]] for arm in ("plain", "augmented")}
        for lab in lesson.LABS[:-4:-1]
    ]


def check_results(student: StudentNotebook, lesson: ModuleType, conclusion: str) -> None:
    """The networks of one lab show what the results say.

    Where the histories or the splits are wrong, they have lost their points in another check:
    then it is enough that the networks show what is concluded.
    """
    reached = [*_labs(student, lesson)]
    if not reached:
        fail(
            "The networks that were trained for your results are not there, so nobody can look "
            "whether the results are true.",
            hint="results is what lesson.lab(run, seeds) returns, and run trains the network "
            "that make_model returns, lesson.small_cnn unless it is told otherwise.",
            mistake="made-up-results",
        )
    exact = "true history" in student.memory and works(check_own_seeds, student, lesson)
    if exact or conclusion not in {verdict(_gains(lab)) for lab in reached}:
        _check_claims(student, reached, exact)


def _check_claims(student: StudentNotebook, reached: list[Accuracies], exact: bool) -> None:
    claimed = dict(zip(ARMS, own_accuracies(student), strict=True))
    wrong = [[*_wrong_claims(claimed, lab, MEASURED if exact else RISING)] for lab in reached]
    check_true(
        not all(wrong),
        next((claim for lab in wrong for claim in lab), ""),
        hint="results must be what run has measured.",
        mistake="made-up-results",
    )


def _wrong_claims(
    claimed: Mapping[str, list[np.ndarray]], lab: Accuracies, measured: float
) -> Iterable[str]:
    for arm in ARMS:
        for number, (values, accuracy) in enumerate(zip(claimed[arm], lab[arm], strict=False)):
            if not _is_true(values, accuracy, measured):
                yield (
                    f"The last val_acc of results[{arm!r}][{number}] is {values[-1]:.3f}, but the "
                    f"network of this run names {accuracy:.3f} of the validation digits rightly."
                )


def _is_true(values: np.ndarray, accuracy: float, measured: float) -> bool:
    """Whether a history (epochs,) can be that of a network which reaches this at its end.

    It may be the network of an earlier epoch, where run keeps the best.
    """
    near = abs(values[-5:].mean() - accuracy) <= (SWING if len(values) >= SHORT else RISING)
    return bool(near and np.abs(values - accuracy).min() <= measured)


def _gains(lab: Accuracies) -> list[float]:
    return [b - a for a, b in zip(*(lab[arm] for arm in ARMS), strict=True)]


def _labs(student: StudentNotebook, lesson: ModuleType) -> Iterable[Accuracies]:
    """What the networks of each lab reach that has as many runs as the results."""
    runs = [len(accuracies) for accuracies in own_accuracies(student)]
    for lab in student.run(kept_networks):
        reached: Accuracies = {}
        complete = [len(lab[arm]) for arm in ARMS] == runs and len(lab["seeds"]) >= runs[0]
        if complete and works(lambda: reached.update(_reached(student, lesson, lab))):  # noqa: B023
            yield reached


def _reached(
    student: StudentNotebook, lesson: ModuleType, lab: Mapping[str, Any]
) -> Iterable[tuple[str, list[float]]]:
    for arm in ARMS:
        pairs = zip(lab["seeds"], lab[arm], strict=False)
        yield arm, [_accuracy(student, lesson, int(seed), weights) for seed, weights in pairs]


def _accuracy(student: StudentNotebook, lesson: ModuleType, seed: int, weights: Any) -> float:
    network = trained_network(lesson, IMAGE, weights)
    return share_right(network, *own_validation(student, lesson, seed))
