"""An IPython kernel for a forked process: it starts fast and shares what it can.

It differs from ``python -m ipykernel`` in what no cell of a notebook notices: there is no
debugger and no subshell (ipykernel's ways to look into a running kernel), and what was
printed is not waited for where nothing was printed.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ipykernel import debugger, ipkernel
from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from IPython.core import shellapp
from traitlets.config import Config

debugger._is_debugpy_available = False


class QuietStream(OutStream):
    """Standard output that flushes only what was written; a kernel flushes four times a cell."""

    def flush(self) -> None:
        if self._flush_pending or self._subprocess_flush_pending:
            super().flush()


class App(IPKernelApp):
    """ipykernel's application without the parts named above."""

    def parse_command_line(self, argv: Any = None) -> None:
        """There is no command line: the configuration says it all."""

    def init_control(self, context: Any) -> None:
        super().init_control(context)
        self.shell_channel_thread = None  # every message to the kernel would pass through it


def start(connection_file: str, loaded: set[str]) -> App:
    """A kernel with its sockets bound as the file says; ``loaded`` names all modules."""
    config = Config()
    config.IPKernelApp.connection_file = connection_file
    config.IPKernelApp.outstream_class = f"{__name__}.{QuietStream.__name__}"
    config.IPKernelApp.matplotlib = "inline"  # pyplot is loaded already: choose it here
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    with _modules_unseen(ipkernel, shellapp):
        app = App.instance(config=config)
        app.initialize()
    app.shell._sys_modules_keys = loaded
    return app


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
