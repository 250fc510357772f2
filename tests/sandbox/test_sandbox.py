"""A student's kernel sees nothing, reaches nothing and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import os

import numpy as np
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from support.courses import GRADERS, ROOT

from autograder.checking.notebook import StudentNotebook
from autograder.checking.probes import probe
from autograder.course.settings import Runtime
from autograder.errors import CheckFailed, KernelDied, TimedOut
from autograder.sandbox.limits import LIMITS
from autograder.sandbox.preloaded import shared
from autograder.sandbox.provisioner import DELIM, decoded
from autograder.sandbox.session import Session

COURSE = Runtime(preload=("torch",), tensors="torch")
SMALL = dataclasses.replace(
    LIMITS, cell_cpu_s=2.0, call_cpu_s=0.5, idle_s=15.0, idle_factor=1.0, memory=512 << 20
)


def run(*sources, limits=SMALL, warm=True, files=None):
    """Run cells in a sealed kernel and return what each printed."""
    with Session(files or {}, limits, warm=warm, runtime=COURSE) as session:
        done = session.run(new_notebook(cells=[new_code_cell(source) for source in sources]))
    return [
        "".join(o.get("text", "") or f"{o.get('ename')}: {o.get('evalue')}" for o in cell.outputs)
        for cell in done.cells
    ]


def test_the_repository_and_the_graders_are_out_of_sight():
    """Neither the project nor any file of the graders can be read or imported."""
    here = str(ROOT)
    files = [*(ROOT / GRADERS).rglob("*.py"), ROOT / "nbgrader_config.py"]
    secret = {path.name: path.stat().st_size for path in files if path.stat().st_size}
    [said] = run(
        f"""
import glob, os
print([p for p in glob.glob({here!r} + "/*")])
secret = {secret!r}  # by size too: libraries have files of the same names
found = [os.path.join(d, f) for d, _, fs in os.walk("/") for f in fs
         if d.split("/")[1] not in ("proc", "sys") and "/nbgrader/" not in d and (
         f == "gradebook.db" or
         f in secret and os.path.getsize(os.path.join(d, f)) == secret[f])]
print(found)
try:
    import autograder.graders
    print("imported")
except ImportError:
    print("no graders")
""",
        limits=LIMITS,
    )
    assert said.splitlines() == ["[]", "[]", "no graders"]


def test_no_network_and_no_other_process():
    """No address can be reached, no exotic socket opened, and only the kernel is in sight."""
    [said] = run("""
import os, socket
for family in (socket.AF_INET, socket.AF_VSOCK):
    try:
        socket.socket(family).connect(("127.0.0.1", 22) if family == socket.AF_INET else (2, 1))
        print("connected")
    except OSError as error:
        print(type(error).__name__)
print(sorted(int(p) for p in os.listdir("/proc") if p.isdigit()))
print(os.listdir("/run/kernels"), os.environ.get("SECRET"))
""")
    assert said.splitlines() == ["OSError", "OSError", "[1]", "[] None"]


def test_capabilities_are_gone_and_namespaces_cannot_be_made():
    """The kernel may not mount, unshare or gain a capability."""
    [said] = run("""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print([l.split()[1] for l in open("/proc/self/status") if l.startswith("Cap")])
print(libc.unshare(0x10000000), libc.mount(b"none", b"/tmp", b"tmpfs", 0, b""), libc.setns(0, 0))
try:
    open("/proc/sys/kernel/core_pattern", "w")
except OSError as error:
    print(type(error).__name__)
""")
    lines = said.splitlines()
    assert lines[0] == str(["0" * 16] * 5)
    assert lines[1] == "-1 -1 -1"
    assert lines[2] == "OSError"


def test_only_the_students_own_folders_can_be_written():
    """System, libraries and the folder of the sockets are read-only; home and /tmp are not."""
    [said] = run("""
import os, sys
for path in ("/usr/x", sys.prefix + "/x", "/opt/autograder_inside/x", "/run/kernel/x", "/etc/x"):
    try:
        open(path, "w")
        print("wrote", path)
    except OSError:
        pass
for folder, _, _ in os.walk("/"):
    mine = folder in ("/dev/shm", "/run/kernels")
    if folder.split("/")[1] not in ("proc", "tmp", "home") and not mine:
        try:
            open(folder + "/x", "w")
            print("wrote in", folder)
        except OSError:
            pass
open("mine", "w"); open("/tmp/mine", "w")
print("done")
""")
    assert said == "done\n"


def test_the_next_kernel_starts_clean():
    """Files, modules, patches and random state of one student do not reach the next."""
    poison = """
import numpy, builtins, os
open("/tmp/left", "w").write("x"); open("left.py", "w").write("x = 1")
numpy.allclose = lambda *a, **k: True
builtins.cheat = True
print(numpy.random.random())
"""
    look = """
import numpy, builtins, os
print(os.path.exists("/tmp/left"), os.listdir("."), hasattr(builtins, "cheat"),
      numpy.allclose(1, 2), end=" ")
print(numpy.random.random())
"""
    [first] = run(poison)
    [second] = run(look)
    assert second.startswith("False [] False False ")
    assert first.split()[-1] != second.split()[-1]


def test_a_regrade_draws_the_same_random_numbers():
    """What a notebook draws without a seed of its own depends on the grading's seed alone."""
    draw = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1))"

    def drawn(seed):
        with Session({}, seed=seed, runtime=COURSE) as session:
            done = session.run(new_notebook(cells=[new_code_cell(draw)]))
        return done.cells[0].outputs[0].text

    assert drawn(1) == drawn(1) != drawn(2)


def test_a_students_own_helper_file_counts():
    """A helper comes compiled; a student who writes another file under its name imports that."""
    own = new_notebook(
        cells=[
            new_code_cell("open('helper.py', 'w').write('print(\"mine\")')"),
            new_code_cell("import helper"),
        ]
    )
    given = new_notebook(cells=[new_code_cell("import helper")])
    for notebook, says in ((given, "given"), (own, "mine"), (given, "given")):
        with Session({"helper.py": b"print('given')"}) as session:
            last = session.run(notebook).cells[-1]
        assert [output.text for output in last.outputs] == [f"{says}\n"]


def test_messages_that_no_kernel_sends_are_no_messages():
    """Parts that are missing, no JSON or no objects are refused."""
    header, empty = b'{"msg_id": "1", "msg_type": "status"}', b"{}"
    begin = [DELIM, b""]
    assert decoded([*begin, header, empty, empty, empty])["msg_type"] == "status"
    for parts in (
        [],
        begin,
        [*begin, header, empty, empty],
        [*begin, header, empty, empty, b"[]"],
        [*begin, header, b"null", empty, empty],
        [*begin, empty, empty, empty, empty],
        [*begin, b"\xff", empty, empty, empty],
    ):
        with pytest.raises(ValueError, match="message"):
            decoded(parts)


def test_all_processes_of_a_submission_are_gone():
    """A daemon that left its session and its parent dies with the kernel."""
    before = _children_of_the_preloaded_process()
    run("""
import os, threading, time
threading.Thread(target=time.sleep, args=(1000,)).start()
if os.fork() == 0:
    os.setsid()
    time.sleep(1000)
print("started")
""")
    assert _children_of_the_preloaded_process() == before


def _children_of_the_preloaded_process():
    """Process ids below this worker's preloaded process, but for ended ones not yet reaped."""
    below = psutil.Process(shared(COURSE).pid).children(recursive=True)
    return {child.pid for child in below if child.status() != psutil.STATUS_ZOMBIE}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("while True: pass", "computing time"),
        ("import time; time.sleep(100)", "did not end"),
        ("x = [0]\nwhile True: x = x * 2", "emory"),
        ("import signal; signal.signal(2, signal.SIG_IGN)\nwhile True: pass", "could not be"),
        ("import os\nwhile True:\n try: os.fork()\n except OSError: pass", "more than 8 processes"),
        ("while True: print('x' * 10000)", "stopped by the grader"),
        ("import os; os._exit(0)", "ended the Python process"),
        ("import ctypes; ctypes.string_at(0)", "ended the Python process"),
        ("f = open('big', 'wb')\nwhile True: f.write(b'x' * 1000000)", "Error"),
        ("raise SystemExit", "SystemExit"),
    ],
    ids=["loop", "sleep", "memory", "uninterruptible", "fork-bomb", "flood", "exit", "segfault",
         "disk", "system-exit"],
)  # fmt: skip
def test_a_cell_that_goes_too_far_is_stopped_and_the_rest_runs(source, says):
    """Each limit stops its cell with a reason, and the cells before and after count."""
    few = dataclasses.replace(SMALL, processes=8, tasks=24)
    cells = ("a = 1\nprint('before')", source, "print('after', a)")
    before, stopped, after = run(*cells, limits=few)
    assert before == "before\n"
    assert says in stopped
    assert after == "after 1\n"


def test_calls_have_limits_of_their_own():
    """An endless call is stopped, the kernel and its state survive it."""
    cells = ["def loop():\n    while True: pass", "def stay():\n    return 7",
             "import os\ndef leave():\n    os._exit(0)",
             "def odd():\n    return 1 << 100000"]  # fmt: skip
    with Session({}, SMALL, runtime=COURSE) as session:
        session.run(new_notebook(cells=[new_code_cell(source) for source in cells]))
        student = StudentNotebook(session)
        with pytest.raises(TimedOut, match="computing time"):
            student.loop()
        assert student.stay() == 7
        with pytest.raises(KernelDied):
            student.leave()
        assert student.stay() == 7  # in a fresh kernel
        with pytest.raises(CheckFailed):
            student.odd()
        assert student.stay() == 7


@probe
def tell_the_time(student, x):
    return student.twice(x) + 1


def test_probes_run_beside_the_students_code():
    """A probe sees the student's functions and returns plain observations."""
    with Session({}, runtime=COURSE) as session:
        session.run(new_notebook(cells=[new_code_cell("def twice(x):\n    return 2 * x")]))
        assert StudentNotebook(session).run(tell_the_time, 5) == 11


def test_warm_and_cold_kernels_compute_the_same_bits():
    """A forked kernel trains to exactly the weights of a freshly started one."""
    training = """
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(),
                            torch.nn.Linear(144, 3))
optimiser = torch.optim.Adam(model.parameters(), 0.01)
x, y = torch.randn(32, 1, 8, 8), torch.randint(3, (32,))
for _ in range(10):
    optimiser.zero_grad()
    torch.nn.functional.cross_entropy(model(x), y).backward()
    optimiser.step()
weights = torch.cat([p.detach().ravel() for p in model.parameters()])
"""
    results = []
    for warm in (True, False):
        long = dataclasses.replace(LIMITS, cell_cpu_s=60)
        with Session({}, long, warm=warm, runtime=COURSE) as session:
            session.run(new_notebook(cells=[new_code_cell(training)]))
            results.append(StudentNotebook(session).value("weights").numpy())
    assert np.array_equal(*results)


@pytest.mark.parametrize("kernels", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_many_kernels_leave_nothing_behind(kernels):
    """Kernels one after another leak no descriptor, folder, process, mount or socket."""
    run("pass")
    preloaded = psutil.Process(shared(COURSE).pid)

    def lines(pid, name):
        with open(f"/proc/{pid}/{name}") as file:
            return len(file.readlines())

    def count():
        below = [p for p in preloaded.children(recursive=True) if p.status() != "zombie"]
        return {
            "processes": len(below),
            "folders": len(list(shared(COURSE).scratch.glob("k*"))),
            "descriptors": len(os.listdir("/proc/self/fd")),
            "its descriptors": [len(os.listdir(f"/proc/{p.pid}/fd")) for p in below],
            "mounts": lines("self", "mountinfo"),
            "its mounts": [lines(p.pid, "mountinfo") for p in below],
            "sockets": lines("self", "net/unix"),
        }

    before = count()
    for _ in range(kernels):
        run("x = 1")
    after = count()
    for name in ("descriptors", "sockets"):  # other processes of this machine come and go
        assert after.pop(name) <= before.pop(name) + 10, name
    assert after == before


def test_a_cell_may_await():
    """A cell with await at its top level runs like any other, and so does what follows."""
    said = run("import asyncio\nawait asyncio.sleep(0.01)\nprint('waited')", "print('after')")
    assert said == ["waited\n", "after\n"]


def test_what_is_written_past_python_is_kept():
    """Output of subprocesses and of C code belongs to the cell, also at its very end."""
    said = run(*["import os\n_ = os.write(1, b'raw')"] * 10, "!echo shell", "print('\\udcff')")
    assert said[:10] == ["raw"] * 10
    assert said[10].strip() == "shell"
    assert said[11] == "\ufffd\n"
