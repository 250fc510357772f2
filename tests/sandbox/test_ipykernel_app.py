"""What ``sandbox_inside/ipykernel_app.py`` takes from ipykernel besides its public interface."""

from __future__ import annotations

import inspect

import ipykernel.debugger
import ipykernel.ipkernel
import pytest
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from nbformat.v4 import new_code_cell, new_notebook

from autograder.sandbox.session import Session

STEPS = ("init_crash_handler", "init_pdb", "init_path", "init_gui_pylab", "init_extensions",
         "init_code", "load_connection_info", "init_sockets", "init_io", "init_signal",
         "init_control", "init_kernel")  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_of_ipykernels_application_are_there(name):
    """Its steps are taken one by one, some before a fork and some after it."""
    assert callable(getattr(IPKernelApp, name))


def test_the_switches_and_fields_are_there():
    """The debugger's switch, the stream's flags, the kernel's own parameters."""
    assert hasattr(ipykernel.debugger, "_is_debugpy_available")
    assert inspect.ismodule(ipykernel.ipkernel.sys)
    flags = inspect.getsource(OutStream)
    assert "self._flush_pending" in flags
    assert "self._subprocess_flush_pending" in flags
    assert isinstance(IPythonKernel._supports_kernel_subshells, property)
    traits = IPythonKernel.class_trait_names()
    assert {"shell_stream", "iopub_thread", "iopub_socket", "user_ns", "session"} <= {*traits}
    assert callable(ZMQInteractiveShell.init_environment)


def test_a_forked_kernel_is_an_ordinary_one():
    """Results, printed text, awaiting, figures' backend and magics work as in any kernel."""
    cells = ["1 + 1", "print('x')", "import asyncio\nawait asyncio.sleep(0)\n'awaited'", "%pwd"]
    with Session({}) as session:
        done = session.run(new_notebook(cells=[new_code_cell(source) for source in cells]))
    shown = [
        output.get("text") or output.data["text/plain"]
        for cell in done.cells
        for output in cell.outputs
    ]
    assert shown == ["2", "x\n", "'awaited'", "'/home/student'"]
