"""Runs the hidden checks in the judging process, and says what of them could not be judged.

That process may die of what a student's code returned. Then a new one goes on with the next case.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Protocol

from autograder.course.results import Status
from autograder.course.unit import Unit
from autograder.errors import CheckFailed
from autograder.judging.judgement import TOO_MUCH, UNJUDGED, Judgement
from autograder.judging.judging_process import (
    Given,
    JudgingProcess,
    ProcessEnded,
    close_judge,
    shared_judge,
)
from autograder.judging.pytest_driver import ready
from autograder.sandbox.limits import Limits
from autograder.sandbox.notebook_kernel import Packed

ENDS = 2  # processes that a submission may cost before the rest of its checks are given up


class Kernel(Protocol):
    """What a :class:`~autograder.sandbox.session.Session` can do for the checks."""

    def carry(self, name: str, request: Packed, cpu_s: float | None) -> Packed: ...

    def refuse(self) -> None: ...


def judge_apart(unit: Unit, kernel: Kernel, given: Given, limits: Limits) -> Judgement:
    """Run every check of the unit against a kernel.

    Raises GraderBroken if none can run, and what the kernel raises, but for CheckFailed.
    """
    return _Round(unit, kernel, given, limits).judgement()


class _Round:
    """The checks of one submission, over as many processes as it takes."""

    def __init__(self, unit: Unit, kernel: Kernel, given: Given, limits: Limits) -> None:
        self._unit, self._kernel, self._given, self._limits = unit, kernel, given, limits
        self._grader = ready(unit)
        self._checks = dict(self._grader.not_run)
        self._at = 0  # the first case that is not known to have run
        self._cpu_s, self._ends = 0.0, 0

    def judgement(self) -> Judgement:
        while self._at < len(self._grader):
            process = shared_judge(self._unit, self._grader)
            earlier = process.cpu_s - self._cpu_s
            try:
                self._follow(process, earlier)
            except ProcessEnded as ended:
                self._read(process)
                close_judge()
                self._cpu_s = process.cpu_s - earlier
                self._blame(ended)
            except BaseException:
                close_judge()  # it waits for an answer that nobody gives
                raise
        return Judgement(tuple(self._checks.values()), self._grader.rubrics, self._cpu_s)

    def _follow(self, process: JudgingProcess, earlier: float) -> None:
        """Answer what the process asks until it has run all cases. Raises ProcessEnded."""
        limits = self._limits
        left = limits.judge_total_cpu_s - self._cpu_s
        budget = (limits.judge_cpu_s, left, limits.judge_memory)
        process.begin(self._given, self._at, list(self._checks.values()), budget)
        while self._at < len(self._grader):
            (kind, *question), buffers = process.receive(limits.wall_s(limits.judge_cpu_s))
            self._read(process)
            self._cpu_s = process.cpu_s - earlier
            if kind == "ask":
                self._answer(process, buffers, *question)
            elif kind != "end":
                if kind == "refused":
                    self._kernel.refuse()
                process.send("go on")

    def _read(self, process: JudgingProcess) -> None:
        for check in process.reports():
            self._checks[self._grader.key(self._at)] = check
            self._at += 1

    def _answer(
        self,
        process: JudgingProcess,
        buffers: Sequence[Any],
        name: str,
        cpu_s: float | None,
        header: bytes,
    ) -> None:
        try:
            reply, buffers = self._kernel.carry(name, (header, buffers), cpu_s)
        except CheckFailed as failure:
            process.send("failed", type(failure).__name__, failure.message, failure.hint)
        else:
            process.send("value", reply, buffers=buffers)

    def _blame(self, ended: ProcessEnded) -> None:
        """The case that ran could not be judged. Where it is enough, no other is judged either."""
        self._ends += 1
        enough = self._ends > ENDS or self._cpu_s >= self._limits.judge_total_cpu_s
        first, self._at = self._at, len(self._grader) if enough else self._at + 1
        for key in {self._grader.key(number): None for number in range(first, self._at)}:
            if self._checks[key].status is not Status.FAILED:
                self._checks[key] = dataclasses.replace(
                    self._checks[key],
                    status=Status.ERROR,
                    message=TOO_MUCH if ended.overspent else UNJUDGED,
                    detail=f"The process of the checks ended: {ended}.",
                )
