"""An IPython kernel for a forked process: it starts fast and shares what it can.

It differs from ``python -m ipykernel`` in what no cell of a notebook notices: there is no
debugger and no subshell (ipykernel's ways to look into a running kernel), and what was
printed is not waited for where nothing was printed.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

from ipykernel import debugger, ipkernel
from ipykernel.compiler import XCachingCompiler
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.application import BaseIPythonApplication
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

debugger._is_debugpy_available = False


class QuietStream(OutStream):
    """Standard output that flushes only what was written; a kernel flushes four times a cell."""

    def flush(self) -> None:
        if self._flush_pending or self._subprocess_flush_pending:
            super().flush()


class _NoThread:
    """Stands where ipykernel looks for the thread of subshells, also to run a cell that awaits."""

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class Kernel(IPythonKernel):
    """A kernel whose shell was there before it: it takes the place that the shell left open."""

    _supports_kernel_subshells = False

    def __init__(self, **names: Any) -> None:
        super().__init__(**names)
        self.shell.parent = self.shell.kernel = self


class App(IPKernelApp):
    """ipykernel's application without the parts named above, in two steps.

    ``prepare`` needs no socket and starts no thread, so it can be done before forking; ``bind``
    makes a kernel of it.
    """

    def parse_command_line(self, argv: Any = None) -> None:
        """There is no command line: the configuration says it all."""

    def prepare(self) -> None:
        """Read the configuration, build the shell, and let pyplot show figures below a cell."""
        BaseIPythonApplication.initialize(self)
        self.log.setLevel(self.log_level)  # its handler drops what was written for nothing
        self.shell = ZMQInteractiveShell.instance(
            parent=self, profile_dir=self.profile_dir, compiler_class=XCachingCompiler
        )
        self.init_pdb()
        self.init_path()
        self.kernel = SimpleNamespace(eventloop=None)  # all that the next step asks of a kernel
        self.init_gui_pylab()
        self.init_extensions()
        self.init_code()
        self.session  # noqa: B018 (made at its first use)

    def bind(self, connection: dict[str, Any]) -> None:
        """Bind the sockets as ``connection`` says, with what belongs to this process alone.

        The steps are ipykernel's own steps but for the heartbeat and the control channel, to which
        nobody listens: whether the process lives is seen from outside, and it is sent signals.
        """
        self.load_connection_info(connection)
        os.makedirs(self.profile_dir.location, exist_ok=True)
        self.shell.init_environment()
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        self.session.pid = os.getpid()  # else it would take this process for a fork of its own
        self.init_sockets()
        self.init_io()
        self.init_signal()
        with _modules_unseen(ipkernel):
            self.init_kernel()

    def init_control(self, context: Any) -> None:
        """No control channel."""

    def init_kernel(self) -> None:
        """The kernel, around the shell that is there."""
        self.kernel = Kernel.instance(
            parent=self,
            session=self.session,
            shell_stream=ZMQStream(self.shell_socket),
            shell_channel_thread=_NoThread(),
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            stdin_socket=self.stdin_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.shell.user_ns,
        )
        self.shell.configurables.append(self)
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count


def prepare() -> App:
    """The part of a kernel that is the same for all; see :meth:`App.prepare`."""
    config = Config()
    config.IPKernelApp.outstream_class = f"{__name__}.{QuietStream.__name__}"
    config.IPKernelApp.matplotlib = "inline"  # pyplot is loaded already: choose it here
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    app = App.instance(config=config)
    app.prepare()
    return app


class _NoModules:
    """The module ``sys`` with nothing loaded."""

    modules: Mapping[str, Any] = MappingProxyType({})

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


@contextlib.contextmanager
def _modules_unseen(looker: Any) -> Iterator[None]:
    """Let ``looker`` look at no loaded module; it would, for the debugger.

    It would copy a quarter of the pages that a kernel shares with the preloaded process.
    """
    looker.sys = _NoModules()
    try:
        yield
    finally:
        looker.sys = sys
