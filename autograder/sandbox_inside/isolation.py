"""Linux calls that seal a forked kernel off: namespaces, mounts, capabilities, seccomp.

Python 3.11 has no binding for unshare, setns, mount and capset, hence ctypes. Numbers are
those of <linux/sched.h>, <linux/mount.h>, <linux/prctl.h> and <linux/capability.h>; see
namespaces(7), mount(2), capabilities(7), seccomp(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import resource
from dataclasses import dataclass
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)

NEWNS, NEWUTS, NEWIPC, NEWUSER = 0x00020000, 0x04000000, 0x08000000, 0x10000000
NEWPID, NEWNET, NEWCGROUP, NEWTIME = 0x20000000, 0x40000000, 0x02000000, 0x00000080

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT, _MS_BIND = 1, 2, 4, 32, 4096
_MS_REC, _MS_PRIVATE = 16384, 1 << 18
_FIRST_PIDS = 300  # RESERVED_PIDS of <linux/pid.h>
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP = 1, 24
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Give the calling process namespaces of its own."""
    _check(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Enter the namespace behind ``fd``."""
    _check(_libc.setns(fd, kind), "setns")


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0), "prctl(PR_SET_PDEATHSIG)")


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    arguments = (source.encode(), target.encode(), kind.encode(), flags, data.encode())
    _check(_libc.mount(*arguments), f"mount {target}")


def private_mounts() -> None:
    """From here on mounts of this process are seen by nobody else."""
    _mount("none", "/", "", _MS_REC | _MS_PRIVATE)


def mount_tmpfs(target: str, size: int, inodes: int = 20_000) -> None:
    """Put an empty, writable, size-limited file system over ``target``."""
    options = f"size={size},nr_inodes={inodes},mode=755"
    _mount("tmpfs", target, "tmpfs", _MS_NOSUID | _MS_NODEV, options)


def bind(source: str, target: str) -> None:
    """Make ``source`` appear at ``target``."""
    _mount(source, target, "", _MS_BIND)


def make_read_only(target: str) -> None:
    """Make the mount at ``target`` read-only for everyone in this namespace."""
    _mount("none", target, "", _MS_BIND | _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)


def mount_proc() -> None:
    """Show this pid namespace's processes."""
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV)


def limit_tasks(most: int) -> bool:
    """Allow this pid namespace so many processes and threads; False where Linux cannot.

    Since Linux 6.14 ``kernel.pid_max`` belongs to the pid namespace, so it holds root too, whom
    RLIMIT_NPROC does not. Numbers below 300 are given out once, and from then on those above:
    starting there makes the bound exact. Both go through /proc/sys, before ``protect_proc``.
    """
    try:
        with open("/proc/sys/kernel/pid_max", "w") as file:
            file.write(str(_FIRST_PIDS + most))
    except OSError:  # before 6.14 the file belongs to the machine and its root alone
        return False
    with contextlib.suppress(OSError), open("/proc/sys/kernel/ns_last_pid", "w") as file:
        file.write(str(_FIRST_PIDS))  # without it there may be 300 more, once
    return True


def protect_proc() -> None:
    """Make what could steer the machine through /proc read-only."""
    for name in ("sys", "sysrq-trigger", "irq", "bus"):
        path = f"/proc/{name}"
        if os.path.exists(path):
            bind(path, path)
            make_read_only(path)


class _CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapData(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def drop_capabilities() -> None:
    """Give up every capability for good, and the right to gain one by exec."""
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            if ctypes.get_errno() == errno.EINVAL:  # beyond the kernel's last capability
                break
            _check(-1, "prctl(PR_CAPBSET_DROP)")
    header = _CapHeader(0x20080522, 0)
    _check(_libc.capset(ctypes.byref(header), ctypes.byref((_CapData * 2)())), "capset")
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)")


FORBIDDEN_CALLS = (
    # new mounts and namespaces: would undo the seal
    "mount umount2 pivot_root chroot unshare setns fsopen fsmount fsconfig fspick "
    "move_mount open_tree mount_setattr "
    # other processes' memory
    "ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise "
    # parts of the Linux kernel with a large attack surface that no exercise needs
    "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register "
    "keyctl add_key request_key open_by_handle_at name_to_handle_at quotactl "
    "kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff "
    "acct settimeofday clock_settime adjtimex clock_adjtime syslog lookup_dcookie "
    "personality modify_ldt vhangup fanotify_init "
    # memory that belongs to no process, so that nobody could count it
    "memfd_create memfd_secret shmget shmat shmdt shmctl semget semop semtimedop semctl "
    "msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify "
    # a worker's kernels stay on the worker's core
    "sched_setaffinity"
).split()


# Families that a network namespace contains: unix, IPv4, IPv6 and netlink (ZeroMQ asks it for
# interfaces). Others, such as vsock, would reach out of it.
ALLOWED_FAMILIES = {1, 2, 10, 16}
_FAMILIES = 46  # AF_MAX
_CLONE_THREAD = 0x00010000


def load_seccomp(*, forks: bool) -> None:
    """Forbid the calls above, exotic kinds of sockets, and clone into new namespaces.

    Without ``forks`` no new process can be started either, only threads.
    """
    seccomp_filter(forks).load()


@functools.cache
def seccomp_filter(forks: bool) -> Any:
    """The rules of ``load_seccomp``; made before a fork, they are there after it."""
    import pyseccomp as seccomp

    deny = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in FORBIDDEN_CALLS:
        # A call that this machine's libseccomp does not know cannot be named; newer calls
        # that do the same are stopped by the missing capabilities.
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(deny, name)
    for flag in (NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWCGROUP):
        rules.add_rule(deny, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    # clone3 hides its flags behind a pointer; glibc falls back to clone on ENOSYS.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for family in set(range(1, _FAMILIES)) - ALLOWED_FAMILIES:
        rule = seccomp.Arg(0, seccomp.EQ, family)
        rules.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", rule)
    beyond = seccomp.Arg(0, seccomp.GE, _FAMILIES)
    rules.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", beyond)
    if not forks:
        for call in ("fork", "vfork"):
            rules.add_rule(seccomp.ERRNO(errno.EAGAIN), call)
        not_a_thread = seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0)
        rules.add_rule(seccomp.ERRNO(errno.EAGAIN), "clone", not_a_thread)
    return rules


LIBRARIES = 6 << 30  # bytes of addresses that large libraries map, mostly untouched


@dataclass(frozen=True)
class ProcessLimits:
    """Limits that the Linux kernel itself enforces, in bytes, seconds and counts."""

    cpu_s: int
    memory: int
    file_size: int
    processes: int
    open_files: int

    def apply(self) -> None:
        """Set them for this process and all it starts. They can only be lowered afterwards."""
        hard = {
            resource.RLIMIT_CPU: self.cpu_s,
            resource.RLIMIT_AS: max(virtual_memory(), LIBRARIES) + self.memory,
            resource.RLIMIT_FSIZE: self.file_size,
            resource.RLIMIT_NPROC: self.processes,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_CORE: 0,
        }
        for kind, value in hard.items():
            resource.setrlimit(kind, (value, value))


def virtual_memory() -> int:
    """Bytes of addresses that this process has mapped."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
