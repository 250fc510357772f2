"""A worker that does not answer is given up by the clock, and the class goes on."""

from __future__ import annotations

import signal
import sys
import time

import pytest

from autograder.classrun import scheduling
from autograder.classrun.scheduling import evaluate_all
from autograder.classrun.workers import LocalWorkers
from autograder.course.submission import Submission


def stuck(parcel, submission, seed):
    """Judge by name; some submissions stop their worker, each in another way."""
    signal.alarm(60)  # whatever the test does, this process ends
    if submission.student_id == "waits":
        time.sleep(1000)
    elif submission.student_id == "busy":
        sum(range(10**15))  # holds the interpreter: no thread and no signal handler runs
    elif submission.student_id == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGALRM})
        time.sleep(1000)
    return submission.student_id


@pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
@pytest.mark.parametrize("way", ["waits", "busy", "deaf"])
def test_a_worker_that_hangs_is_replaced_and_its_submission_is_not_judged(monkeypatch, way):
    """The others get their results, and what hangs is tried once more before it is given up."""
    monkeypatch.setattr(scheduling, "work", stuck)
    said: list[str] = []
    students = ("ada", way, "eve")
    submissions = iter([Submission(name, "u", b"") for name in students])
    with LocalWorkers(1) as workers:
        monkeypatch.setattr(scheduling, "LOOK_S", 0.2)
        first = workers.submit(stuck, None, Submission("warm", "u", b""), 0)
        assert first.result() == "warm"  # the clock below need not wait for a start
        answers = {
            one.submission.student_id: one
            for one in evaluate_all(workers, None, 0, submissions, wall_s=15.0, say=said.append)
        }
    assert [answers[name].evaluation for name in ("ada", "eve")] == ["ada", "eve"]
    assert answers[way].evaluation is None
    assert answers[way].error == "it was not judged within 15 seconds, twice"
    assert said == [f"A worker did not answer within 15 seconds during {way}; trying once more."]
