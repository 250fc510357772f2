"""An IPython kernel for a forked process: it starts fast and shares what it can.

It differs from ``python -m ipykernel`` in what no cell of a notebook notices: there is no
debugger and no subshell (ipykernel's ways to look into a running kernel), and what was
printed is not waited for where nothing was printed.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ipykernel import debugger, ipkernel
from ipykernel.compiler import XCachingCompiler
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core import shellapp
from IPython.core.application import BaseIPythonApplication
from traitlets import Type
from traitlets.config import Config

debugger._is_debugpy_available = False


class QuietStream(OutStream):
    """Standard output that flushes only what was written; a kernel flushes four times a cell."""

    def flush(self) -> None:
        if self._flush_pending or self._subprocess_flush_pending:
            super().flush()


class Kernel(IPythonKernel):
    """A kernel whose shell was there before it: it takes the place that the shell left open."""

    _execute_sleep = 0.0  # after each cell: outputs and their end take the same channel

    def __init__(self, **names: Any) -> None:
        super().__init__(**names)
        self.shell.parent = self.shell.kernel = self


class App(IPKernelApp):
    """ipykernel's application without the parts named above, in two steps.

    ``prepare`` needs no socket and starts no thread, so it can be done before forking.
    """

    kernel_class = Type(Kernel)

    def parse_command_line(self, argv: Any = None) -> None:
        """There is no command line: the configuration says it all."""

    def prepare(self) -> None:
        """Read the configuration and build the shell."""
        BaseIPythonApplication.initialize(self)
        self.shell = ZMQInteractiveShell.instance(
            parent=self, profile_dir=self.profile_dir, compiler_class=XCachingCompiler
        )
        self.log.setLevel(self.log_level)  # its handler drops what was written for nothing
        self.init_pdb()
        self.init_path()
        self.init_extensions()

    def initialize(self, argv: Any = None) -> None:
        """Bind the sockets and set up what belongs to this process alone.

        The steps of ipykernel's own method but for the heartbeat, to which nobody listens:
        whether the process lives is seen from outside.
        """
        os.makedirs(self.profile_dir.location, exist_ok=True)
        self.shell.init_environment()
        self.init_connection_file()
        self.init_sockets()
        self.init_io()
        self.init_signal()
        self._ports: dict[str, int] = {}
        self.init_kernel()
        self.init_shell()
        self.init_gui_pylab()
        self.init_code()

    def init_control(self, context: Any) -> None:
        super().init_control(context)
        self.shell_channel_thread = None  # every message to the kernel would pass through it


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


def start(app: App, connection_file: str, loaded: set[str]) -> None:
    """Bind the sockets as the file says; ``loaded`` names all modules."""
    app.connection_file = connection_file
    with _modules_unseen(ipkernel, shellapp):
        app.initialize()
    app.shell._sys_modules_keys = loaded


class _NoModules:
    """The module ``sys`` with nothing loaded."""

    modules: Mapping[str, Any] = MappingProxyType({})

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


@contextlib.contextmanager
def _modules_unseen(*lookers: Any) -> Iterator[None]:
    """Let these look at no loaded module; they would, for the debugger and for %reset.

    It would copy a quarter of the pages that a kernel shares with the preloaded process.
    """
    for module in lookers:
        module.sys = _NoModules()
    try:
        yield
    finally:
        for module in lookers:
            module.sys = sys
