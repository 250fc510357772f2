"""Whatever dies, fills up or changes meanwhile: nothing is lost, nothing counts twice."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook
from support import tiny

from autograder.classrun import grading
from autograder.classrun import kept_results as store
from autograder.classrun import recording as recorder
from autograder.classrun.graded import Progress
from autograder.classrun.grading import grade
from autograder.errors import CourseError
from autograder.sandbox.bubblewrap import find_bwrap

UNIT = tiny.UNIT


@pytest.fixture
def course(tiny_course):
    """The tiny course, evaluated in real workers unless a test says otherwise."""
    return tiny_course


def hand_in(course, number):
    for n in range(number):
        tiny.submit(course, f"s{n:03}", tiny.WRONG if n % 3 == 0 else tiny.RIGHT)


def expected(number):
    return {f"s{n:03}": 0.0 if n % 3 == 0 else 4.0 for n in range(number)}


def recorded(course):
    """The score of each student; there must be one entry for each, with one grade a question."""
    found = {}
    with Gradebook(course.db_url) as gradebook:
        for submission in gradebook.assignment_submissions(UNIT):
            assert submission.student_id not in found
            grades = [g for notebook in submission.notebooks for g in notebook.grades]
            assert len({g.name for g in grades}) == len(grades) == 2
            found[submission.student_id] = {g.name: g.auto_score for g in grades}["double"]
    return found


class Told(Progress):
    def __init__(self):
        self.texts = []

    def say(self, text):
        self.texts.append(text)


# ------------------------------------------------------- processes that are killed


def workers(parent: int) -> list[psutil.Process]:
    """The worker processes of a run, by what multiprocessing calls them."""
    return [p for p in _children(parent) if "spawn_main" in _line(p)]


def preloaded(parent: int) -> list[psutil.Process]:
    """The preloaded processes below a run, and the kernels that they forked."""
    return [p for p in _children(parent, deep=True) if "autograder_inside.zygote" in _line(p)]


def _children(parent, deep=False):
    try:
        return psutil.Process(parent).children(recursive=deep)
    except psutil.NoSuchProcess:
        return []


def _line(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def kill(processes) -> bool:
    """SIGKILL one of them, drawn at random; False where there is none."""
    if not processes:
        return False
    try:
        random.choice(processes).kill()
    except psutil.Error:
        return False
    return True


def evaluated(course) -> int:
    return len(list((course.root / ".autograder" / "results").rglob("*.json")))


def test_workers_kernels_and_preloaded_processes_may_die(course):
    """Each kind is killed in the midst of a run; everybody gets the score of their answer."""
    number, told, over = 12, Told(), threading.Event()
    hand_in(course, number)
    killed = []
    others = set(_children(os.getpid(), deep=True))  # of other tests in this process

    def of_this_run(kind):
        return [process for process in kind(os.getpid()) if process not in others]

    def killer():
        for kind in (workers, preloaded, preloaded):
            before = evaluated(course)
            while not over.wait(0.02):
                busy = evaluated(course) > before and of_this_run(preloaded)
                if busy and kill(of_this_run(kind)):
                    killed.append(kind)
                    break

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        graded = grade(course, UNIT, jobs=1, progress=told)
    finally:
        over.set()
        thread.join()
    assert killed == [workers, preloaded, preloaded]
    assert any("worker died" in text for text in told.texts)
    assert not any(one.error for one in graded)
    assert {one.student_id: one.score for one in graded if one.judged} == expected(number)
    assert recorded(course) == expected(number)
    assert not of_this_run(workers)
    assert not of_this_run(preloaded)


def test_a_submission_that_always_ends_its_worker_is_given_up_alone(course, monkeypatch):
    """Twice is enough: it is flagged with the reason, and the others have their grades."""
    hand_in(course, 3)

    def breaking(parcel, submission, seed):
        if submission.student_id == "s001":
            raise BrokenPipeError("the worker is gone")
        return tiny.evaluate(parcel, submission, seed)

    monkeypatch.setattr(grading, "LocalWorkers", tiny.Inline)
    monkeypatch.setattr(tiny.Inline, "evaluate", staticmethod(breaking))
    graded = {one.student_id: one for one in grade(course, UNIT)}
    assert tiny.Inline.last.evaluated == ["s000", "s001", "s001", "s002"]
    assert "a worker died twice" in graded["s001"].reason
    assert recorded(course) == {"s000": 0.0, "s001": 0.0, "s002": 4.0}
    monkeypatch.setattr(tiny.Inline, "evaluate", staticmethod(tiny.evaluate))
    grade(course, UNIT)  # what went wrong with us is tried again
    assert tiny.Inline.last.evaluated == ["s001"]
    assert recorded(course) == expected(3)


def test_a_fault_of_ours_does_not_replace_an_earlier_grade(course, monkeypatch):
    """Where a regrade cannot evaluate, the gradebook keeps what it has, and that is said."""
    hand_in(course, 2)
    monkeypatch.setattr(grading, "LocalWorkers", tiny.Inline)
    grade(course, UNIT)

    def crash(*args):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(tiny.Inline, "evaluate", staticmethod(crash))
    graded = grade(course, UNIT, seed=2)
    assert all("ZeroDivisionError" in one.error for one in graded)
    assert recorded(course) == expected(2)


def test_the_run_itself_may_be_killed_at_any_moment(course):
    """SIGKILL of the coordinator: the next run goes on where it was, and evaluates none twice."""
    number = 12
    hand_in(course, number)
    goal = random.randrange(1, 8)
    run = tiny.start(course, "grade", UNIT, slow=0.2)
    while evaluated(course) < goal and run.poll() is None:
        time.sleep(random.random() * 0.1)
    run.kill()
    run.communicate()
    kept = evaluated(course)
    assert goal <= kept < number
    run = tiny.start(course, "grade", UNIT)
    said, complaint = run.communicate(timeout=120)
    assert run.returncode == 0, complaint
    assert f"{number - kept} evaluated" in said
    assert recorded(course) == expected(number)


# ----------------------------------------------------------- two runs, files, disks


def test_the_second_run_of_a_unit_says_so_and_leaves(course):
    """One line with the first one's process; the first one is not disturbed."""
    hand_in(course, 4)
    first = tiny.start(course, "grade", UNIT, slow=3.0)
    lock = course.root / ".autograder" / f"grade-{UNIT}.json"
    while not lock.is_file() or not lock.read_text():
        time.sleep(0.05)
        assert first.poll() is None
    with pytest.raises(CourseError, match=f"Another run is grading '{UNIT}'.*process {first.pid}"):
        grade(course, UNIT)
    _, complaint = first.communicate(timeout=120)
    assert first.returncode == 0, complaint
    assert recorded(course) == expected(4)


def test_a_read_only_course_gets_one_line(course):
    """Nothing is evaluated where nothing can be kept."""
    hand_in(course, 1)
    sealed = [find_bwrap(), "--dev-bind", "/", "/"]
    sealed += ["--ro-bind", str(course.root), str(course.root)]
    run = subprocess.run(
        [*sealed, *tiny.command(course, "grade", UNIT)],
        cwd=course.root,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert len(run.stderr.strip().splitlines()) == 1
    assert "Read-only file system" in run.stderr
    assert str(course.root) in run.stderr


@pytest.mark.parametrize("place", [store, recorder])
def test_a_full_disk_ends_the_run_and_loses_nothing(course, monkeypatch, place):
    """No space for a result, or for a graded notebook: one line, and the next run goes on."""
    hand_in(course, 5)
    monkeypatch.setattr(grading, "LocalWorkers", tiny.Inline)
    original, calls = place.write_whole, []

    def full(path, data, *mode):
        calls.append(path)
        if len(calls) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        original(path, data, *mode)

    monkeypatch.setattr(place, "write_whole", full)
    with pytest.raises(CourseError, match=r"No space left on device.*of 5 submissions are done"):
        grade(course, UNIT)
    done = recorded(course)
    assert 0 < len(done) < 5
    kept = evaluated(course)
    monkeypatch.setattr(place, "write_whole", original)
    grade(course, UNIT)
    assert len(tiny.Inline.last.evaluated) == 5 - kept
    assert recorded(course) == expected(5)


def test_a_real_full_disk_leaves_no_part_of_a_file(tmp_path):
    """On a file system of one page, the new content is refused and the old one stays."""
    program = (
        "import sys; from pathlib import Path; from autograder.course.files import write_whole\n"
        "path = Path(sys.argv[1]) / 'x'; write_whole(path, b'old')\n"
        "try:\n    write_whole(path, bytes(1 << 20))\n"
        "except OSError as error:\n"
        "    print(error.strerror, path.read_bytes(), len([*path.parent.iterdir()]))"
    )
    small = [find_bwrap(), "--dev-bind", "/", "/"]
    small += ["--size", "65536", "--tmpfs", str(tmp_path)]
    run = subprocess.run(
        [*small, sys.executable, "-c", program, str(tmp_path)],
        cwd=Path(store.__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert run.stdout.strip() == "No space left on device b'old' 1", run.stderr


def test_a_submission_that_changes_while_it_is_graded(course, monkeypatch):
    """What was read is what is graded and kept; the next run sees the new file."""
    hand_in(course, 2)
    monkeypatch.setattr(grading, "LocalWorkers", tiny.Inline)

    def changing(parcel, submission, seed):
        if submission.student_id == "s000" and b"2 * x" not in submission.data:
            tiny.submit(course, "s000", tiny.RIGHT)
        return tiny.evaluate(parcel, submission, seed)

    monkeypatch.setattr(tiny.Inline, "evaluate", staticmethod(changing))
    grade(course, UNIT)
    assert recorded(course) == {"s000": 0.0, "s001": 4.0}
    grade(course, UNIT)
    assert tiny.Inline.last.evaluated == ["s000"]
    assert recorded(course) == {"s000": 4.0, "s001": 4.0}


def test_what_cannot_be_recorded_does_not_stop_the_others(course, monkeypatch):
    """A fault with one student is told beside the name."""
    hand_in(course, 3)
    monkeypatch.setattr(grading, "LocalWorkers", tiny.Inline)
    original = recorder.save_grades

    def broken(gradebook, notebook, unit, student, log):
        if student == "s001":
            raise KeyError("double")
        original(gradebook, notebook, unit, student, log)

    monkeypatch.setattr(recorder, "save_grades", broken)
    graded = {one.student_id: one for one in grade(course, UNIT)}
    assert "KeyError" in graded["s001"].error
    assert not graded["s002"].error
    assert recorded(course)["s002"] == 4.0


# ------------------------------------------------------------------- a whole batch


@pytest.mark.slow
def test_a_hundred_submissions_under_random_kills(course):
    """Workers, kernels, preloaded processes and the run itself die at random until all is done."""
    number, draw = 100, random.Random(7)
    hand_in(course, number)
    victims = {"worker": 0, "preloaded or kernel": 0, "run": 0}
    for _ in range(40):
        run = tiny.start(course, "grade", UNIT, "--jobs", "2", slow=None)
        while run.poll() is None:
            time.sleep(draw.uniform(2, 6))
            kind = draw.choice(["worker", "preloaded or kernel", "preloaded or kernel", "run"])
            if kind == "run" and victims["run"] < 3 and evaluated(course):
                os.kill(run.pid, signal.SIGKILL)
                victims["run"] += 1
            elif kind == "worker" and victims[kind] < 8:
                victims[kind] += kill(workers(run.pid))
            elif kind == "preloaded or kernel" and victims[kind] < 16:
                victims[kind] += kill(preloaded(run.pid))
        _, complaint = run.communicate()
        if run.returncode == 0:
            break
    assert run.returncode == 0, complaint
    assert all(victims.values())
    again = grade(course, UNIT, jobs=2)  # a submission that met two kills is judged now
    assert {one.student_id: one.score for one in again if one.judged} == expected(number)
    assert recorded(course) == expected(number)
