"""What hostile code tries, one test for each, named by what must happen.

Whole submissions that attack stand in ``tests/submissions/02_convolution/attack_*.py``; here
are the attacks on what lies below them: the sandbox, the limits, the values that come back.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_notebook, new_output
from support.courses import ROOT, command
from typer.testing import CliRunner

from autograder.checking.comparisons import check_close, check_equal
from autograder.checking.notebook import StudentNotebook
from autograder.commands.app import app
from autograder.commands.machine import examine
from autograder.course.settings import Runtime
from autograder.errors import (
    CheckFailed,
    KernelDied,
    OtherId,
    PreloadedDied,
    SandboxUnavailable,
    StudentError,
    TimedOut,
)
from autograder.sandbox.bubblewrap import find_bwrap
from autograder.sandbox.limits import LIMITS
from autograder.sandbox.outputs import clean
from autograder.sandbox.preloaded import Preloaded, close_shared, shared
from autograder.sandbox.scratch import Scratch, remove_abandoned
from autograder.sandbox.session import Session
from autograder.sandbox_inside.codec import Opaque

COURSE = Runtime(preload=("torch",), tensors="torch")
SMALL = dataclasses.replace(
    LIMITS, cell_cpu_s=2.0, call_cpu_s=1.0, idle_s=20.0, idle_factor=1.0, grace_s=0.5,
    memory=512 << 20, memory_here=200 << 20, tmpfs=8 << 20, processes=10, tasks=40, restarts=50,
)  # fmt: skip


def run(*sources, limits=SMALL):
    """Run cells in a sealed kernel; the text of each one's outputs."""
    with Session({}, limits, runtime=COURSE) as session:
        done = session.run(new_notebook(cells=[new_code_cell(source) for source in sources]))
    return [
        "".join(o.get("text", "") or f"{o.get('ename')}: {o.get('evalue')}" for o in cell.outputs)
        for cell in done.cells
    ]


# --------------------------------------------------- objects in the place of values

RETURNED = {
    "equal_object": "class E:\n    __eq__ = lambda *a: True\n    shape = (1,)\nRESULT = E()",
    "array_like": "class A:\n    __array__ = lambda *a, **k: np.zeros(3)\nRESULT = A()",
    "array_subclass": """
class L(np.ndarray):
    __eq__ = __le__ = __lt__ = lambda *a: np.True_
    __array_ufunc__ = lambda *a, **k: np.zeros(3)
RESULT = np.full(3, np.nan).view(L)""",
    "tensor_subclass": """
class T(torch.Tensor):
    @classmethod
    def __torch_function__(cls, f, types, args=(), kwargs=None):
        if f in (torch.allclose, torch.equal, torch.Tensor.__eq__):
            return True
        return super().__torch_function__(f, types, args, kwargs or {})
RESULT = torch.full((3,), float("nan")).as_subclass(T)""",
    "int_subclass": "class I(int):\n    __eq__ = lambda *a: True\nRESULT = I(1)",
    "float_subclass": "class F(float):\n    __eq__ = lambda *a: True\nRESULT = F('nan')",
    "text_subclass": "class S(str):\n    __eq__ = lambda *a: True\nRESULT = S('wrong')",
    "dict_subclass": """
class D(dict):
    __getitem__ = get = lambda *a: 0
    __eq__ = lambda *a: True
    keys = lambda self: ["a"]
RESULT = D(b=1)""",
    "list_subclass": "class K(list):\n    __len__ = lambda s: 3\nRESULT = K([1])",
    "generator": "RESULT = (0 for _ in range(3))",
    "objects": "RESULT = np.array([object()] * 3)",
    "complex": "RESULT = np.zeros(3, complex)",
    "sparse": "RESULT = torch.zeros(3).to_sparse()",
    "meta": "RESULT = torch.zeros(3, device='meta')",
    "structured": "RESULT = np.zeros(3, 'f8,f8')",
    "module": "RESULT = np",
    "nan": "RESULT = float('nan')",
    "nans": "RESULT = np.full(3, np.nan)",
    "infinity": "RESULT = np.full(3, np.inf)",
    "unsigned": "RESULT = np.array([-0.0, 0, 1]) == 0",
    "memory_map": "RESULT = np.frombuffer(bytearray(24), 'f8')[::-1] + 1",
}
LYING_ID = """
class Id(str):
    strip = lower = __str__ = lambda self: "ada"
    __eq__ = lambda *a: True
STUDENT_ID = Id("eve")
"""
EXACT = {type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray, torch.Tensor}


@pytest.fixture(scope="module")
def returned():
    """A student whose variables are the objects above."""
    cells = [new_code_cell("import numpy as np, torch")]
    cells += [new_code_cell(f"{text}\n{name} = RESULT") for name, text in RETURNED.items()]
    cells.append(new_code_cell(LYING_ID))
    with Session({}, SMALL, runtime=COURSE) as session:
        session.run(new_notebook(cells=cells))
        yield StudentNotebook(session, "ada")


@pytest.mark.parametrize("name", RETURNED)
def test_an_object_that_lies_arrives_as_a_plain_value_and_is_wrong(returned, name):
    """No subclass, no method of the student's and no NaN comes across; comparisons see that."""
    value = returned.value(name)
    assert type(value) in EXACT | {Opaque}
    for expected in (0.0, np.zeros(3), torch.zeros(3)):
        with pytest.raises(CheckFailed):
            check_close(value, expected)
    for expected in (0, "right", {"a": 0}, [0, 0, 0]):
        with pytest.raises(CheckFailed):
            check_equal(value, expected)


def test_a_student_id_that_lies_is_not_believed(returned):
    """Whose numbers a notebook holds is read from plain text, whatever its methods claim."""
    with pytest.raises(OtherId):
        returned.personal_id()


# ----------------------------------------------------------------- hostile replies

HOSTILE = """
import os, signal, socket, struct, sys, threading, time
import autograder_inside.codec as codec, autograder_inside.server as server
import autograder_inside.frames as frames
import numpy as np

def _raw():
    frame = sys._getframe()
    while "sock" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["sock"]

def good(): return 7
def too_many(): return dict.fromkeys(range(1_100_000))
def too_deep():
    x = []
    for _ in range(100): x = [x]
    return x
def cyclic():
    x = []; x.append(x); return x
def too_large(): return np.zeros(1).repeat(80_000_000)[:70_000_000]
def too_long(): return 1 << 100_000
def endless_dict():
    class D(dict):
        def items(self):
            while True: yield 1, 1
    return D()
def hostile_text():
    class E(Exception):
        def __str__(self): raise SystemExit
    raise E
def long_text(): raise type("E" * 100_000, (Exception,), {})("x" * 10_000_000)
def check_failed(): raise type("CheckFailed", (AssertionError,), {})("passed")
def interrupt(): raise KeyboardInterrupt
def leave(): raise SystemExit(0)
def stop(): os.kill(os.getpid(), signal.SIGSTOP); os.kill(os.getpid(), signal.SIGKILL); return 7
def garbage(): _raw().sendall(os.urandom(1000))
def promise(): _raw().sendall(struct.pack("!II1Q", 10, 1, 1 << 40))
def pickled():
    import pickle
    class P:
        def __reduce__(self): return (os.mkdir, ("/tmp/owned",))
    data = pickle.dumps(P())
    _raw().sendall(struct.pack("!II", len(data), 0) + data)
def closed(): _raw().close()
def shut(): _raw().shutdown(socket.SHUT_RDWR)
def drip():
    sock = _raw()
    sock.sendall(struct.pack("!II", 1 << 20, 0))
    while True:
        sock.sendall(b"x"); time.sleep(0.01)
def silent():
    while True: time.sleep(1)
def stubborn():
    while True:
        try:
            while True: pass
        except KeyboardInterrupt: pass
def grandchildren():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True: time.sleep(1)
        os._exit(0)
    return 7
def flood():
    sock = _raw()
    def send():
        while True: sock.sendall(b"x" * 100_000)
    threading.Thread(target=send, daemon=True).start()
    time.sleep(0.2)
    return 7
def parts():
    header = b"\\x03" + struct.pack("!Q", 1 << 20) + bytes(1 << 20)
    def send(fd):
        os.set_blocking(fd, True)
        while True: os.write(fd, header)
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if "socket:" in os.readlink(f"/proc/self/fd/{fd}") and fd != _raw().fileno():
                threading.Thread(target=send, args=(fd,), daemon=True).start()
        except OSError: pass
    time.sleep(100)
def patch():
    codec.pack = frames.pack = frames.send = server._describe = lambda *a: 1 / 0
    server._OPERATIONS.clear()
    return 7
def patch_send():
    frames.send = lambda sock, value: sock.sendall(struct.pack("!II", 1, 0) + b"\\xc1")
    return 7
"""
QUICK = dataclasses.replace(SMALL, idle_s=4.0)


@pytest.fixture(scope="module")
def hostile():
    """A student whose functions answer with what no honest kernel sends."""
    with Session({}, QUICK, runtime=COURSE) as session:
        session.run(new_notebook(cells=[new_code_cell(HOSTILE)]))
        yield StudentNotebook(session)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("too_many", CheckFailed), ("too_deep", StudentError), ("cyclic", StudentError),
        ("too_large", CheckFailed), ("too_long", StudentError), ("hostile_text", StudentError),
        ("long_text", StudentError), ("check_failed", StudentError), ("interrupt", StudentError),
        ("leave", StudentError), ("endless_dict", CheckFailed), ("silent", TimedOut),
        ("stubborn", TimedOut), ("garbage", KernelDied), ("promise", KernelDied),
        ("pickled", KernelDied), ("closed", KernelDied), ("shut", KernelDied),
        ("drip", CheckFailed), ("parts", CheckFailed), ("patch_send", KernelDied),
        ("patch", KernelDied),
    ],
)  # fmt: skip
def test_a_hostile_reply_fails_its_own_call_and_no_other(hostile, name, error):
    """Whatever comes back, the call fails with a short message, and the next one is answered."""
    with pytest.raises(error) as caught:  # noqa: PT012
        hostile.call(name)
        hostile.call("good")  # what was patched shows at the next call
    assert len(caught.value.text) < 3000
    assert hostile.call("good") == 7
    assert not os.path.exists("/tmp/owned")


def test_stopping_and_killing_itself_does_nothing(hostile):
    """Process 1 of a namespace takes no SIGSTOP and no SIGKILL from inside."""
    assert hostile.call("stop") == 7


def test_a_reply_flood_is_cut_off(hostile):
    """Bytes that nobody asked for cost their sender the kernel, and the grader no memory."""
    with contextlib.suppress(CheckFailed):
        hostile.call("flood")
        hostile.call("good")
    assert hostile.call("good") == 7


def test_grandchildren_that_ignore_signals_end_with_the_kernel():
    """A process of its own session that ignores every signal it can is gone afterwards."""
    with Session({}, SMALL, runtime=COURSE) as session:
        session.run(new_notebook(cells=[new_code_cell(HOSTILE)]))
        assert StudentNotebook(session).call("grandchildren") == 7
        namespace = os.readlink(f"/proc/{session._kernel._manager.process.pid}/ns/pid")
        assert _members(namespace) >= 2
    assert _members(namespace) == 0


def _members(namespace):
    """The number of processes in a pid namespace."""
    found = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError, psutil.Error):
            inside = os.readlink(f"/proc/{pid}/ns/pid") == namespace
            found += inside and psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    return found


# -------------------------------------------------------------------- the Linux kernel

CALLS = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
numbers = dict(ptrace=101, keyctl=250, add_key=248, io_uring_setup=425, userfaultfd=323, bpf=321,
               perf_event_open=298, unshare=272, setns=308, mount=165, pivot_root=155, chroot=161,
               process_vm_readv=310, open_by_handle_at=304, init_module=175, kexec_load=246,
               fsopen=430, move_mount=429, pidfd_getfd=438, fanotify_init=300, swapon=167,
               quotactl=179, reboot=169, settimeofday=164, sethostname=170, mknod=133)
for name, number in numbers.items():
    arguments = {"unshare": (0x10000000,), "mknod": (b"/tmp/d", 0o60666, 0x0801),
                 "chroot": (b"/tmp",), "sethostname": (b"x", 1)}.get(name, (0, 0, 0, 0, 0))
    if libc.syscall(number, *arguments) >= 0:
        print("allowed", name)
for flag in (0x10000000, 0x20000000, 0x00020000, 0x40000000):
    pid = libc.syscall(56, flag | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        print("cloned", hex(flag))
print(libc.syscall(435, 0, 0), ctypes.get_errno() == errno.ENOSYS)
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of calls are x86-64's")
def test_system_calls_that_would_undo_the_seal_are_refused():
    """No ptrace, keyring, io_uring, userfaultfd, bpf, mount, device or namespace of its own."""
    [said] = run(CALLS)
    assert said == "-1 True\n"


def test_files_of_the_machine_cannot_be_reached_or_changed():
    """Links, /proc, devices and a program in memory lead nowhere that was not open before."""
    [said] = run("""
import os, sys
for path in ("/proc/sysrq-trigger", "/proc/sys/kernel/pid_max", "/proc/sys/kernel/core_pattern",
             "/run/kernel/x", "/run/kernel/connection.json", "/opt/autograder_inside/codec.py",
             sys.prefix + "/lib/python3.11/site-packages/evil.pth", "/etc/passwd",
             "/proc/1/root/../etc/x", "/dev/mem", "/dev/kmsg", "/proc/kcore", "/x"):
    try:
        open(path, "w")
        print("wrote", path)
    except OSError:
        pass
for old, new in (("/etc/ld.so.cache", "/run/kernel/link"), ("/", "/opt/link")):
    try:
        os.symlink(old, new)
        print("linked", new)
    except OSError:
        pass
os.symlink("/proc/1/root", "/tmp/root")
print(sorted(set(os.listdir("/tmp/root/home")) - {"student"}), os.listdir("/tmp/root/run"))
for action in (lambda: os.setuid(1000), lambda: os.chown("/tmp", 1, 1), lambda: os.nice(-5)):
    try:
        action()
        print("allowed")
    except OSError:
        pass
with open("/dev/shm/p", "wb") as program:
    program.write(b"#!/bin/sh\\ngrep -h -e CapEff -e NoNewPrivs /proc/self/status")
os.chmod("/dev/shm/p", 0o755)
import subprocess
done = subprocess.run(["/dev/shm/p"], capture_output=True)
print(done.stdout.decode().split())
""")
    lines = said.splitlines()
    assert lines[0] == "[] ['kernel', 'kernels']"
    assert lines[1:] == ["['CapEff:', '0000000000000000', 'NoNewPrivs:', '1']"]


def test_no_service_of_the_machine_can_be_reached():
    """A server on the loopback address and an abstract socket of the machine are out of reach."""
    name = f"\0autograder-test-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(name)
        local.listen()
        port = server.getsockname()[1]
        [said] = run(f"""
import socket, urllib.request
for family, address in ((socket.AF_INET, ("127.0.0.1", {port})), (socket.AF_UNIX, {name!r}),
                        (socket.AF_INET, ("1.1.1.1", 80)), (socket.AF_INET6, ("::1", {port}))):
    try:
        socket.socket(family).connect(address)
        print("reached", address)
    except OSError:
        pass
try:
    urllib.request.urlopen("http://example.org", timeout=1)
except OSError as error:
    print("no network")
""")
    assert said == "no network\n"


def test_the_gradebook_cannot_be_written(tmp_path):
    """A cell that knows where the gradebook lies finds no such file."""
    path = tmp_path / "gradebook.db"
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.executescript("create table grade (score); insert into grade values (1)")
    run(f"""
import os, sqlite3
os.makedirs({str(tmp_path)!r}, exist_ok=True)
base = sqlite3.connect({str(path)!r})
base.execute("update grade set score = 312")
base.commit()
""")
    with contextlib.closing(sqlite3.connect(path)) as base:
        assert base.execute("select score from grade").fetchall() == [(1,)]


PERSIST = """
import os, sys
for path in ("/tmp/ipython/profile_default/startup/00.py", "sitecustomize.py", "classroom.py",
             "/dev/shm/left", "/tmp/torch.py", ".config/matplotlib/matplotlibrc", "/tmp/.X"):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    open(path, "w").write("raise SystemExit")
import ctypes
ctypes.CDLL(None).shmget(4711, 4096, 0o1666)
sys.modules["torch"].allclose = lambda *a: True
import torch; torch.set_default_dtype(torch.float16); torch.manual_seed(0)
os.environ["PYTHONSTARTUP"] = "/tmp/x"
print("done")
"""
LOOK = """
import ctypes, os, torch
print(os.listdir("."), os.listdir("/dev/shm"), {"torch.py", ".X"} & set(os.listdir("/tmp")),
      ctypes.CDLL(None).shmget(4711, 0, 0), torch.allclose(torch.ones(1), torch.zeros(1)),
      torch.get_default_dtype(), "PYTHONSTARTUP" in os.environ)
"""


def test_nothing_persists_for_the_next_student():
    """Startup files, modules, shared memory and patches of one kernel are not in the next."""
    assert run(PERSIST) == ["done\n"]
    assert run(LOOK) == ["[] [] set() -1 False torch.float32 False\n"]


# ---------------------------------------------------------------------------- limits


def test_disk_files_and_inodes_are_bounded():
    """A cell can fill its own folders and nothing else."""
    [disk, inodes, after] = run(
        "with open('/tmp/big', 'wb') as f:\n    while True: f.write(bytes(1 << 20))",
        "for i in range(10**6): open(f'/dev/shm/{i}', 'w').close()",
        "import os\nprint(os.path.getsize('/tmp/big') <= 8 << 20)\n"
        "print(len(os.listdir('/dev/shm')) <= 20000)",
    )
    assert "No space left" in disk
    assert "No space left" in inodes
    assert after == "True\nTrue\n"


def test_one_enormous_output_is_refused_and_the_rest_runs():
    """A print of 500 MB or a picture of 50 MB ends in one line of text."""
    big, picture, escapes, after = run(
        "print('x' * 300_000_000)",
        "from IPython.display import Image\nImage(bytes(50_000_000), format='png')",
        "print('\\x1b[31m\\x1b[1m\\x1b]8;;http://x\\x07' * 60_000)",
        "print('after')",
    )
    for said in (big, picture):
        assert len(said) < 300_000
    assert len(escapes) <= 250_000
    assert after == "after\n"


def test_a_thread_that_outlives_its_cell_is_counted_and_ends():
    """Its computing time counts against the notebook, and it is gone with the kernel."""
    limits = dataclasses.replace(SMALL, notebook_cpu_s=1.0)
    spin = "import threading\ndef spin():\n    while True: pass\n"
    spin += "threading.Thread(target=spin, daemon=True).start()"
    wait = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    said = run(spin, *[wait] * 4, limits=limits)
    assert "computing time" in said[-1]


def test_what_root_and_users_may_start_works():
    """`!command`, subprocess and a DataLoader with workers are no attack."""
    shell, process, loader = run(
        "!echo hi",
        "import subprocess\nprint(subprocess.run(['echo', 'hi'], capture_output=True).stdout)",
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "data = TensorDataset(torch.arange(8.0))\n"
        "print([b[0].tolist() for b in DataLoader(data, 4, num_workers=2)])",
        limits=LIMITS,
    )
    assert shell.strip() == "hi"
    assert process == "b'hi\\n'\n"
    assert loader == "[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]]\n"


def test_a_slow_machine_does_not_cost_an_honest_student():
    """Waiting is allowed for far longer than computing, and longer the more may be computed."""
    assert LIMITS.wall_s(LIMITS.call_cpu_s) > 10 * LIMITS.call_cpu_s
    assert LIMITS.wall_s(LIMITS.cell_cpu_s) > 4 * LIMITS.cell_cpu_s


# --------------------------------------------------------------------------- outputs

OUTPUTS = {
    "script": {"text/html": "<script>alert(1)</script><b>kept</b>"},
    "handler": {"text/html": "<b onclick=alert(1)>kept</b><img src=x onerror=alert(1)>"},
    "javascript": {"application/javascript": "alert(1)", "text/plain": "kept"},
    "svg": {"image/svg+xml": "<svg onload=alert(1)/>", "text/plain": "kept"},
    "picture": {"image/png": '"><script>alert(1)</script>', "text/plain": "kept"},
    "widget": {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "kept"},
    "markdown": {"text/markdown": "<script>alert(1)</script>", "text/plain": "kept"},
    "latex": {"text/latex": "$\\href{javascript:alert(1)}{x}$", "text/plain": "kept"},
    "links": {"text/html": "<a href='javascript:alert(1)'>kept</a><iframe src=//x></iframe>"},
    "forms": {"text/html": "<form action=//x><input value=9></form><b>kept</b>"},
    "style": {"text/html": "<b style='position:fixed;background:url(//x)'>kept</b>"},
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_cannot_act_in_the_browser_of_a_reader(name):
    """Scripts, handlers, frames, forms, SVG and widgets go; the text stays."""
    cell = new_code_cell("", outputs=[new_output("display_data", OUTPUTS[name])])
    clean(new_notebook(cells=[cell]))
    [output] = cell.outputs
    assert set(output.data) <= {"text/plain", "text/html", "image/png", "image/jpeg"}
    text = "".join(output.data.values())
    assert "kept" in text
    html = output.data.get("text/html", "")
    for word in ("<script", "onclick", "onerror", "javascript:", "<iframe", "<form", "<input",
                 "position", "url("):  # fmt: skip
        assert word not in html


REWRITE = """
from IPython.display import update_display
evil = "<script>alert(1)</script><b onclick='alert(1)'>kept</b>"
data = {"text/html": evil, "image/svg+xml": "<svg/>", "application/javascript": "alert(1)"}
update_display(data, raw=True, display_id="early")
"""


def test_a_later_cell_does_not_rewrite_what_was_cleaned():
    """An update reaches the display of an earlier cell, and is cleaned with all the rest."""
    first = "from IPython.display import display\ndisplay('x', display_id='early');"
    cells = [new_code_cell(first), new_code_cell(REWRITE)]
    with Session({}, SMALL) as session:
        done = session.run(new_notebook(cells=cells))
    [output] = done.cells[0].outputs
    assert output.data == {"text/html": "<b>kept</b>"}


def test_a_forged_score_output_loses_its_place():
    """An execute_result, which nbgrader would read as a score, becomes a mere display."""
    raw = [new_output("execute_result", {"text/plain": "1000.0"}), {"output_type": "score"}]
    cell = new_code_cell("")
    cell.outputs, cell.execution_count = list(map(from_dict, raw)), "1000"
    notebook = from_dict({"cells": [cell]})
    clean(notebook)
    [cell] = notebook.cells
    assert [output.output_type for output in cell.outputs] == ["display_data"]
    assert cell.execution_count is None


# ------------------------------------------------------------- a fuzzed channel of calls


def test_mutated_frames_are_decoded_or_refused_in_bounded_time_and_memory():
    """Thousands of damaged frames through a socket: a plain value or a CodecError, nothing else."""
    from fuzz.frames import mutations, through_a_socket

    for frame in mutations(seed=1, count=1500):
        through_a_socket(frame)


def test_a_connection_that_ends_early_is_noticed():
    """Every beginning of a valid frame is an end of the connection, not a wait."""
    from fuzz.frames import VALID, through_a_socket

    for frame in VALID:
        for end in {0, 3, 8, len(frame) // 2, len(frame) - 1}:
            through_a_socket(frame[:end])


# ------------------------------------------------------------ as an ordinary user, too

CORE = (
    "system_calls or files_of_the_machine or no_service or nothing_persists or disk_files "
    "or grandchildren or may_start_works or gradebook or stopping_and_killing"
)
NOBODY = 65534
BECOME = (
    f"import os, sys; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="this whole file runs as an ordinary user already")
def test_an_ordinary_user_is_as_safe_as_root():
    """The attacks on the sandbox fail in the same way for a user without any right."""
    home = tempfile.mkdtemp()
    os.chown(home, NOBODY, NOBODY)
    inner = [BECOME, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest",
             "-k", CORE, __file__]  # fmt: skip
    program = [*_readable_by_all(ROOT, sys.prefix, sys.base_prefix), sys.executable, "-c", *inner]
    environment = {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home}
    try:
        done = subprocess.run(
            program, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600
        )
    finally:
        shutil.rmtree(home)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "9 passed" in done.stdout


def _readable_by_all(*paths):
    """A command prefix under which these paths can be read although a folder above is closed."""
    prefix = [find_bwrap(), "--dev-bind", "/", "/", "--cap-add", "ALL"]
    closed = {}
    for path in map(Path, dict.fromkeys(map(str, paths))):
        above = [p for p in reversed(path.parents) if p.stat().st_mode & 0o005 != 0o005]
        if above:
            closed.setdefault(str(above[0]), []).append(str(path))
    for folder, inside in closed.items():
        prefix += ["--tmpfs", folder, "--chmod", "0755", folder]
        for path in inside:
            prefix += ["--ro-bind", path, path]
            between = [p for p in Path(path).parents if p.is_relative_to(folder)]
            prefix += [word for p in between for word in ("--chmod", "0755", str(p))]
    return [*prefix, "--"]


# ------------------------------------------------------------- no namespaces, no grading


@pytest.fixture
def refusing(tmp_path, monkeypatch):
    """A machine on which bubblewrap is refused, as it says itself where a sysctl forbids it."""
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")


def test_where_kernels_cannot_be_sealed_nothing_runs(refusing):
    """No kernel starts, and the message says what to enable."""
    close_shared()  # the one that an earlier test started
    with pytest.raises(SandboxUnavailable, match=r"uid map.*max_user_namespaces"):
        Preloaded()
    [finding] = [found for found in examine() if not found.fine]
    assert "max_user_namespaces" in finding.text


def test_a_real_refusal_is_explained():
    """Where user.max_user_namespaces is 0, doctor names it and fails."""
    forbid = "echo 0 > /proc/sys/user/max_user_namespaces && exec "
    doctor = f'"{sys.executable}" -m autograder.commands.app doctor'
    program = [find_bwrap(), "--dev-bind", "/", "/", "--unshare-user", "--uid", "0", "--gid", "0"]
    program += ["--cap-add", "ALL", "sh", "-c", forbid + doctor]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "max_user_namespaces" in " ".join(done.stdout.split())


def test_only_evaluate_runs_unsealed_and_it_warns(refusing, tmp_path):
    """The flag is there for one's own notebook, warns each time, and grade does not have it."""
    with Session({}, LIMITS, sealed=False) as session:
        session.run(new_notebook(cells=[new_code_cell("import os\ndef f(x):\n    return x + 1")]))
        process = session._kernel._manager.process
        assert StudentNotebook(session).call("f", 1) == 2
        assert StudentNotebook(session).value("f") == Opaque("function")
    assert not process.folder.parent.exists()
    runner = CliRunner()
    assert "--unsealed" in runner.invoke(app, ["evaluate", "--help"], terminal_width=200).output
    assert "unsealed" not in runner.invoke(app, ["grade", "--help"], terminal_width=200).output
    notebook = tmp_path / "02_convolution.ipynb"
    notebook.write_text("{}")
    arguments = ("evaluate", str(notebook), "--unsealed", "--course", str(ROOT))
    said = command(tmp_path, sys.executable, "-m", "autograder.commands.app", *arguments, status=1)
    assert "without isolation" in said.stderr


# ---------------------------------------------------------------- sudden deaths of ours


def test_a_killed_kernel_or_preloaded_process_is_not_the_students_fault():
    """Who kills them from outside costs the evaluation a retry, and no cell its grade."""
    notebook = new_notebook(cells=[new_code_cell("import time; time.sleep(30)")])
    for depth in (1, 2, 3):
        strike = threading.Thread(target=_kill_below, args=(shared(COURSE).pid, depth))
        strike.start()
        with Session({}, SMALL, runtime=COURSE) as session, pytest.raises(PreloadedDied):
            session.run(notebook)
        strike.join()
        close_shared()  # as an evaluation does; until its end is seen, it would be asked again
    assert run("print('again')") == ["again\n"]


def _kill_below(pid, depth):
    """Kill bubblewrap's inner process (1), the preloaded process (2) or its kernel (3)."""
    while True:
        chain = [psutil.Process(pid)]
        while below := [p for p in chain[-1].children() if p.status() != psutil.STATUS_ZOMBIE]:
            chain.append(below[0])
        if len(chain) > 3:  # the kernel is there
            chain[depth].kill()
            return
        time.sleep(0.1)


def test_the_folder_of_a_killed_grader_is_removed_by_the_next():
    """SIGKILL leaves a folder and nothing that runs; the next start removes the folder."""
    code = (
        "import os, sys; from autograder.sandbox.preloaded import Preloaded, BARE; "
        "p = Preloaded(BARE); print(p.scratch, p.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    folder, pid = done.stdout.split()
    assert done.returncode == -9
    held = Scratch()
    assert not os.path.exists(folder)
    remove_abandoned()
    assert held.path.is_dir()  # its owner lives
    held.close()
    for _ in range(100):
        if not psutil.pid_exists(int(pid)):
            break
        time.sleep(0.1)
    assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == "zombie"
