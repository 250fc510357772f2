"""The preloaded process: imports everything once, then forks a sealed kernel on request.

It runs inside bubblewrap, in a user namespace where it may make namespaces and mounts, and
holds no test and no secret. The trusted process sends one JSON datagram for each kernel
over the inherited socket, together with a pipe; the kernel writes ``ready`` to the pipe
when its sockets are bound. The answer carries a pidfd.

    {"id", "connection", "limits", "environment", "tmpfs", "tasks", "root"}

It can also be asked which signal ended a kernel: ``{"ended": id}``.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import functools
import gc
import importlib
import io
import json
import os
import shutil
import signal
import socket
import sys
import warnings
from typing import Any

from . import isolation

KERNELS = "/run/kernels"  # one folder for each kernel: for its sockets
OWN = "/run/kernel"  # where a kernel finds its own
HOME = "/home/student"
READY = b"ready"
BOUND, SEALED = b"b", b"s"  # said to and by the preloaded process while a kernel starts
NAMESPACES = ((isolation.NEWPID, "pid"), (isolation.NEWNS, "mnt"))  # that it enters and leaves
KEPT = (0, 1, 2)
_tensors = ""  # the library whose generator is seeded too
_kept: list[str] = []  # folders that the kernel's own ones would cover
_HUGE, _MADV_COLLAPSE = 2 << 20, 25  # see _huge_pages


def main() -> None:
    """Preload, then serve requests until the trusted process closes the socket."""
    global _tensors, _kept
    control = socket.socket(fileno=int(sys.argv[1]))
    wanted = json.loads(sys.argv[2])
    preload = wanted["modules"]
    for name in preload:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                importlib.import_module(name)
            except ImportError:  # a course need not install every library
                continue
    _warm_up()
    if "autograder_inside.ipykernel_app" in preload:
        _application()
    _one_thread()
    ctypes.CDLL(None).malloc_trim(0)
    gc.collect()
    _huge_pages()
    gc.freeze()  # keeps the collector from touching, and so copying, the shared pages
    own = {kind: os.open(f"/proc/self/ns/{name}", os.O_RDONLY) for kind, name in NAMESPACES}
    signal.signal(signal.SIGCHLD, lambda *_: None)  # wakes nothing; children are reaped below
    _tensors, _kept = wanted["tensors"], wanted["kept"]
    control.send(json.dumps({"preloaded": os.getpid(), "modules": len(sys.modules)}).encode())
    while True:
        data, descriptors = _receive(control)
        if not data:
            return
        request = json.loads(data)
        _reap()
        if "ended" in request:
            control.send(json.dumps({"signal": _signals.get(request["ended"], 0)}).encode())
        else:
            _answer(control, request, descriptors, own)


def _warm_up() -> None:
    """Fill the caches that every kernel would fill again."""
    for forks in (True, False):
        isolation.seccomp_filter(forks)
    registry = sys.modules.get("matplotlib.backends.registry")
    if registry is not None:
        registry.backend_registry.list_all()
    plotting = sys.modules.get("matplotlib.pyplot")
    if plotting is not None:  # fonts, glyphs and colours of a first figure
        figure, axis = plotting.subplots(figsize=(1, 1))
        axis.imshow([[0.0, 1.0]], cmap="gray")
        axis.set_title("0")
        figure.savefig(io.BytesIO(), bbox_inches="tight")
        plotting.close(figure)


@functools.cache
def _application() -> Any:
    """IPython's application and shell: made here once, or in a cold kernel, for itself."""
    from . import ipykernel_app

    return ipykernel_app.prepare()


def _huge_pages() -> None:
    """Gather this process's memory in pages of 2 MB: a fork copies one entry for each page.

    It halves the time that a fork and its end take (madvise(2), MADV_COLLAPSE, Linux 6.1). An
    older Linux refuses, and a kernel that changes a byte copies 4 kB of it, as ever.
    """
    advise = ctypes.CDLL(None).madvise
    with open("/proc/self/maps") as file:
        mappings = [line.split() for line in file]
    for addresses, rights, *_, last in mappings:
        if rights == "rw-p" and last in ("0", "[heap]"):  # its own, and of no file
            begin, end = (int(address, 16) for address in addresses.split("-"))
            begin, end = -(-begin // _HUGE) * _HUGE, end // _HUGE * _HUGE
            if begin < end:
                advise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), _MADV_COLLAPSE)


def _one_thread() -> None:
    """A fork copies only the calling thread: any other one would leave its locks held."""
    threads = os.listdir("/proc/self/task")
    if len(threads) != 1:
        raise RuntimeError(f"the preloaded process has {len(threads)} threads; it must have one")


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    try:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 4)
    except ConnectionResetError:
        return b"", []
    return data, descriptors


_children: dict[int, str] = {}  # process id: kernel
_signals: dict[str, int] = {}  # kernel: the signal that ended it


def _reap() -> None:
    """Take note of the kernels that have ended."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            kernel = _children.pop(pid, "")
            if os.WIFSIGNALED(status):
                _signals[kernel] = os.WTERMSIG(status)


def _answer(
    control: socket.socket, request: dict[str, Any], descriptors: list[int], own: dict[int, int]
) -> None:
    [ready] = descriptors
    ours, theirs = socket.socketpair()
    isolation.unshare(isolation.NEWPID)  # the next child is process 1 of its own namespace
    pid = os.fork()
    if pid == 0:
        try:
            control.close()
            ours.close()
            _kernel(request, ready, theirs)
        except BaseException as error:  # report and leave: this is no place for a traceback
            os.write(ready, f"{type(error).__name__}: {error}".encode()[:2000])
        finally:
            os._exit(0)
    _children[pid] = request["id"]
    isolation.setns(own[isolation.NEWPID], isolation.NEWPID)
    os.close(ready)
    theirs.close()
    pidfd = os.pidfd_open(pid)
    message = json.dumps({"id": request["id"]}).encode()
    control.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [pidfd]))])
    os.close(pidfd)
    with ours:
        _seal(pid, ours, own[isolation.NEWNS])


def _seal(pid: int, kernel: socket.socket, own: int) -> None:
    """Make the folder of a kernel's sockets read-only once they are bound.

    The kernel cannot: it starts threads when it binds them, and capabilities belong to threads,
    so it has given its own up before. No student code has run in its namespace yet.
    """
    if kernel.recv(1) != BOUND:
        return
    try:
        view = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
    except OSError:
        return  # the kernel is not told that it is sealed, and ends
    try:
        with contextlib.suppress(OSError):
            isolation.setns(view, isolation.NEWNS)
            isolation.make_read_only(OWN)
            kernel.send(SEALED)
    finally:
        isolation.setns(own, isolation.NEWNS)
        os.close(view)


# ----------------------------------------------------------------- in the forked kernel


def _kernel(request: dict[str, Any], ready: int, sealer: socket.socket) -> None:
    isolation.die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    bounded = _own_view(request)
    _close_all_but((*KEPT, ready, sealer.fileno()))
    isolation.ProcessLimits(**request["limits"]).apply()
    isolation.drop_capabilities()
    isolation.load_seccomp(forks=bounded or not request["root"])
    application = _application()
    _reseed(request["seed"])
    application.bind(request["connection"])
    sealer.send(BOUND)
    if sealer.recv(1) != SEALED:
        raise RuntimeError("the folder of the sockets could not be made read-only")
    sealer.close()
    os.write(ready, READY)
    os.close(ready)
    try:
        application.start()
    finally:
        os._exit(0)


def _own_view(request: dict[str, Any]) -> bool:
    """Namespaces, file systems, descriptors and environment of this kernel alone.

    Returns whether the number of its processes is bounded by its namespace.
    """
    isolation.unshare(isolation.NEWNS | isolation.NEWNET | isolation.NEWIPC | isolation.NEWUTS)
    isolation.private_mounts()
    isolation.mount_proc()
    bounded = isolation.limit_tasks(request["tasks"])
    isolation.protect_proc()
    isolation.bind(f"{KERNELS}/{request['id']}", OWN)
    isolation.mount_tmpfs(KERNELS, 4096, 16)
    kept = {path: os.open(path, os.O_PATH | os.O_DIRECTORY) for path in _kept}
    for path in ("/tmp", "/dev/shm", HOME):
        isolation.mount_tmpfs(path, request["tmpfs"])
    for path, folder in kept.items():  # an environment that lies below one of these
        os.makedirs(path, exist_ok=True)
        isolation.bind(f"/proc/self/fd/{folder}", path)
        os.close(folder)
    shutil.copytree(f"{OWN}/files", HOME, dirs_exist_ok=True)
    os.chdir(HOME)
    os.environ.clear()
    os.environ.update(request["environment"])
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in KEPT:
        os.dup2(nothing, descriptor)
    os.umask(0o022)
    return bounded


def _close_all_but(kept: tuple[int, ...]) -> None:
    low = 0
    for descriptor in sorted(kept):
        if low < descriptor:  # closerange(0, 0) would close everything in Python 3.11
            os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, 1 << 16)


def _reseed(seed: int) -> None:
    """Random numbers of this kernel's own, and the same ones when it is started again."""
    import random

    random.seed(seed)
    numpy, tensors = sys.modules.get("numpy"), sys.modules.get(_tensors)
    if numpy is not None:
        numpy.random.seed(seed)
    if tensors is not None:
        tensors.manual_seed(seed)


if __name__ == "__main__":
    main()
