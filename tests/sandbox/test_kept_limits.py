"""Limits that a submission tries to pass where nobody counts; one way each."""

from __future__ import annotations

import dataclasses
import os
import time

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.checking.notebook import StudentNotebook
from autograder.errors import KernelDied, TimedOut
from autograder.sandbox.limits import LIMITS
from autograder.sandbox.processes import Meter
from autograder.sandbox.session import Session

SMALL = dataclasses.replace(
    LIMITS, cell_cpu_s=2.0, call_cpu_s=1.0, grace_s=0.5, memory=512 << 20, restarts=0
)


def run(*sources, limits=SMALL):
    """Run cells in a sealed kernel; the text of each one's outputs, and the CPU seconds."""
    with Session({}, limits) as session:
        done = session.run(new_notebook(cells=[new_code_cell(source) for source in sources]))
        used = session.usage["notebook_cpu_s"]
    texts = [
        "".join(o.get("text", "") or f"{o.get('ename')}: {o.get('evalue')}" for o in cell.outputs)
        for cell in done.cells
    ]
    return texts, used


# ------------------------------------------------------------------- memory

LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
REFUSED = {
    "memfd": "os.memfd_create('x')",
    "shared memory of System V": "print(libc.shmget(0, 1 << 20, 0o1600), ctypes.get_errno())",
    "semaphores of System V": "print(libc.semget(0, 32000, 0o1600), ctypes.get_errno())",
    "messages of System V": "print(libc.msgget(0, 0o1600), ctypes.get_errno())",
    "messages of POSIX": "print(libc.syscall(240, b'q', 0o102, 0o600, 0), ctypes.get_errno())",
    "secret memory": "print(libc.syscall(447, 0), ctypes.get_errno())",
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of calls are x86-64's")
def test_memory_that_belongs_to_no_process_cannot_be_had():
    """What would not be counted, and would outlive its process, is refused."""
    texts, _ = run(*[LIBC + source for source in REFUSED.values()])
    for name, said in zip(REFUSED, texts, strict=True):
        assert said in ("-1 1\n", "PermissionError: [Errno 1] Operation not permitted"), name


MEMORY = {
    "programs": """
import subprocess, sys, time
child = "import time; x = b'1' * (100 << 20); time.sleep(30)"
kept = [subprocess.Popen([sys.executable, "-S", "-c", child]) for _ in range(12)]
time.sleep(30)""",
    "forks": """
import os, time
for _ in range(12):
    if os.fork() == 0:
        x = b"1" * (100 << 20)
        time.sleep(30)
        os._exit(0)
time.sleep(30)""",
    "a child whose first thread has ended": """
import ctypes, os, threading, time
if os.fork() == 0:
    def hold():
        x = b"1" * (1200 << 20)
        time.sleep(30)
    threading.Thread(target=hold).start()
    ctypes.CDLL(None).syscall(60, 0)
time.sleep(30)""",
    "shared pages": """
import mmap, time
kept = []
for _ in range(12):
    kept.append(mmap.mmap(-1, 100 << 20))
    kept[-1].write(b"1" * (100 << 20))
time.sleep(30)""",
}


@pytest.mark.parametrize("way", MEMORY)
def test_memory_is_counted_over_all_processes(way):
    """More than the limit ends the cell, however it is spread."""
    [said], _ = run(MEMORY[way])
    assert "512 MB of memory" in said or "MemoryError" in said or "OSError" in said, said


SOCKETS = """
import os, socket, time
kept = []
def fill():
    while True:
        pair = socket.socketpair()
        kept.append(pair)
        for one in pair:
            one.setblocking(False)
            try:
                while True: one.send(b"x" * 4096)
            except BlockingIOError: pass
for _ in range(20):
    if os.fork() == 0:
        try: fill()
        except OSError: time.sleep(30)
time.sleep(30)
"""


def test_memory_of_the_linux_kernel_is_bounded_by_the_number_of_files():
    """Sockets full of data belong to no process; their number is limited over all processes."""
    [said], _ = run(SOCKETS, limits=dataclasses.replace(SMALL, all_files=1500))
    assert "1500 files and sockets" in said


def test_libraries_work_without_what_is_refused():
    """Processes that share arrays, locks, queues and callbacks of C are no attack."""
    texts, _ = run(
        "import ctypes\nprint(ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)())",
        "import multiprocessing as m\nlock, queue = m.Lock(), m.get_context('fork').Queue()\n"
        "queue.put(3)\nprint(queue.get())",
        "from multiprocessing import shared_memory\n"
        "x = shared_memory.SharedMemory(create=True, size=1 << 20)\nx.buf[0] = 5\n"
        "print(x.buf[0])\nx.close()\nx.unlink()",
        "import torch, torch.multiprocessing as m\nx = torch.ones(1000).share_memory_()\n"
        "def add(x): x += 1\np = m.get_context('fork').Process(target=add, args=(x,))\n"
        "p.start()\np.join()\nprint(x.sum().item())",
        limits=dataclasses.replace(LIMITS, cell_cpu_s=60.0),
    )
    assert [text.split()[-1] for text in texts] == ["7", "3", "5", "2000.0"]


# ------------------------------------------------------------------- CPU time

BURN = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
end = time.monotonic() + 30
while time.monotonic() < end:
    if os.fork() == 0:
        if {orphans} and os.fork():
            os._exit(0)
        stop = time.process_time() + {burst}
        while time.process_time() < stop: pass
        os._exit(0)
    try: os.wait()
    except OSError: pass
    time.sleep({burst} if {orphans} else 0)
"""


@pytest.mark.parametrize("orphans", [False, True])
@pytest.mark.parametrize("burst", [0.5, 0.05, 0.005])
def test_computing_time_of_children_that_nobody_waits_for_counts(burst, orphans):
    """It makes no difference whether processes are waited for, and how short they live."""
    [said], used = run(BURN.format(burst=burst, orphans=orphans))
    assert "2 seconds of computing time" in said
    assert used >= 2


def test_honest_children_count_what_they_compute():
    """A program that a cell starts and waits for costs its time, not that of the clock."""
    source = "import subprocess\nsubprocess.run(['sleep', '3'])\nprint('slept')"
    [said], used = run(source)
    assert said == "slept\n"
    assert used < 2


def test_a_meter_never_runs_backwards():
    """Whatever comes and goes, computing time that was counted stays counted."""
    meter, seen = Meter(os.getpid()), [0.0]
    for _ in range(20):
        if os.fork() == 0:
            end = time.process_time() + 0.02
            while time.process_time() < end:
                pass
            os._exit(0)
        seen.append(meter.look().cpu_s)
        os.wait()
        seen.append(meter.look().cpu_s)
    assert seen == sorted(seen)
    assert seen[-1] >= 20 * 0.02


# ------------------------------------------------------------------- the clock


def test_cells_that_wait_have_one_limit_together():
    """Many cells that each wait a little do not hold a worker for hours."""
    limits = dataclasses.replace(SMALL, notebook_cpu_s=2.0, idle_s=4.0, idle_factor=1.0)
    assert limits.notebook_wall_s == 6.0
    texts, _ = run(*["import time\ntime.sleep(2)\nprint('slept')"] * 12, limits=limits)
    assert texts[0] == "slept\n"
    assert "used up its time" in texts[-1]
    assert sum("slept" in text for text in texts) <= 3


def test_calls_that_wait_have_one_limit_together():
    """The calls of the checks have a clock of their own; after it no call begins."""
    limits = dataclasses.replace(SMALL, notebook_cpu_s=2.0, idle_s=4.0, idle_factor=1.0)
    cell = new_code_cell("import time\ndef f():\n    time.sleep(1.5)\n    return 7")
    said = []
    with Session({}, limits) as session:
        session.run(new_notebook(cells=[cell]))
        student = StudentNotebook(session)
        for _ in range(12):
            try:
                said.append(student.f())
            except (TimedOut, KernelDied) as error:
                said.append(error.message)
    assert said[0] == 7
    assert "for all checks together (8 seconds)" in said[-1]
