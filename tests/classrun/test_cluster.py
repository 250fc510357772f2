"""The same evaluation on the workers of a real dask scheduler, on loopback."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from nbgrader.api import Gradebook
from support import tiny
from support.cluster import wait_for

from autograder.classrun.graded import Progress
from autograder.classrun.grading import grade
from autograder.classrun.worker import Parcel, work
from autograder.errors import CourseError, WrongVersion

distributed = pytest.importorskip(
    "distributed", reason="the extra `cluster` (dask.distributed) is not installed"
)
UNIT = tiny.UNIT


def scores(course):
    with Gradebook(course.db_url) as gradebook:
        return {
            submission.student_id: {g.name: g.auto_score for g in submission.notebooks[0].grades}
            for submission in gradebook.assignment_submissions(UNIT)
        }


class Told(Progress):
    def __init__(self):
        self.done_count = 0

    def done(self, graded):
        self.done_count += 1


def test_a_class_on_a_cluster_and_a_worker_killed_in_the_midst(tiny_course, cluster):
    """Workers that share no folder with the course; one of them dies; nobody is missing."""
    number = 10
    for n in range(number):
        tiny.submit(tiny_course, f"s{n}", tiny.RIGHT if n % 2 else tiny.WRONG)
    told, killed = Told(), []

    def killer():
        with distributed.Client(cluster, set_as_default=False) as client:
            wait_for(lambda: told.done_count >= 2 and any(client.processing().values()), 200)
            busy = next(name for name, keys in client.processing().items() if keys)
            killed.append(client.run(os.getpid, workers=[busy])[busy])
            os.kill(killed[0], signal.SIGKILL)

    thread = threading.Thread(target=killer)
    thread.start()
    graded = grade(tiny_course, UNIT, scheduler=cluster, progress=told)
    thread.join()
    assert killed
    assert len(graded) == number
    assert all(one.judged and not one.error for one in graded)
    assert scores(tiny_course) == {
        f"s{n}": {"double": 4.0 if n % 2 else 0.0, "why": 0.0} for n in range(number)
    }


def test_no_scheduler_gets_one_line(tiny_course):
    """Where nothing answers, the address is named."""
    tiny.submit(tiny_course, "ada")
    with pytest.raises(CourseError, match=r"No dask scheduler answers at tcp://127\.0\.0\.1:9"):
        grade(tiny_course, UNIT, scheduler="tcp://127.0.0.1:9")


def test_a_worker_of_another_version_refuses(tiny_course):
    """It would judge otherwise, so it does not judge at all."""
    unit = tiny_course.unit(UNIT)
    parcel = Parcel("another digest", Parcel.pack(unit).data)
    with pytest.raises(WrongVersion, match=r"Install the same requirements\.lock"):
        work(parcel, None, 0)


def test_the_parcel_holds_the_whole_unit(tiny_course, tmp_path):
    """What is unpacked elsewhere has the digest of the unit that was packed."""
    unit = tiny_course.unit(UNIT)
    assert Parcel.pack(unit).unpack(tmp_path).digest == unit.digest
