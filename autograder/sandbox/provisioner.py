"""Gives jupyter_client a sealed kernel, forked from the preloaded process.

The provisioner is registered in the entry-point group ``jupyter_client.kernel_provisioners``
as ``autograder-sandbox``; :class:`SealedKernelManager` uses it. See jupyter_client's
documentation, "Customizing the kernel's runtime environment".
"""

from __future__ import annotations

import asyncio
import json
import signal
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerBase
from jupyter_client.session import DELIM
from traitlets import Any as AnyTrait
from traitlets import Bool, Dict, Int, Type
from zmq.constants import SocketOption

from autograder.course.settings import PLAIN, Runtime
from autograder.sandbox import preloaded
from autograder.sandbox.bubblewrap import OWN
from autograder.sandbox.kernel_process import KernelProcess
from autograder.sandbox.limits import LIMITS, Limits
from autograder.sandbox.unsealed import Unsealed

NAME = "autograder-sandbox"


class SandboxProvisioner(KernelProvisionerBase):
    """A kernel as process 1 of its own namespaces, behind a pidfd."""

    process: KernelProcess | None = None
    _owner: preloaded.Preloaded | Unsealed | None = None

    @property
    def has_process(self) -> bool:
        return self.process is not None

    async def poll(self) -> int | None:
        return None if self.process is not None and self.process.alive() else 1

    async def wait(self) -> int | None:
        while self.process is not None and self.process.alive():
            await asyncio.sleep(0.01)
        return 0

    async def send_signal(self, signum: int) -> None:
        if self.process is not None:
            self.process.send(signum)

    async def kill(self, restart: bool = False) -> None:
        if self.process is not None:
            self.process.kill()

    async def terminate(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGTERM)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the folder of the sockets; the manager then has its connection information."""
        manager: SealedKernelManager = self.parent
        if not manager.sealed:
            self._owner = Unsealed(manager.runtime)
        elif manager.warm:
            self._owner = preloaded.shared(manager.runtime)
        else:
            self._owner = preloaded.Preloaded(preloaded.BARE, manager.runtime)
        self._folder = self._owner.folder(manager.files)
        manager.transport, manager.ip = "ipc", str(self._folder / "s")
        for number, channel in enumerate(("shell", "iopub", "stdin", "hb", "control"), 1):
            setattr(manager, f"{channel}_port", number)
        self.connection_info = manager.get_connection_info()
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        manager: SealedKernelManager = self.parent
        assert self._owner is not None
        inside = {**self.connection_info, "ip": f"{OWN}/s"}
        inside["key"] = inside["key"].decode()
        self.process = self._owner.fork(self._folder, inside, manager.limits, manager.seed)
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        if self.process is not None:
            self.process.close()
            self.process = None
        if self._owner is not None and not (self.parent.sealed and self.parent.warm):
            self._owner.close()
        self._owner = None


class _OneKernel(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Every notebook gets the sealed kernel, whatever kernel it asks for."""
        provisioner = {"kernel_provisioner": {"provisioner_name": NAME}}
        return KernelSpec(
            argv=["sealed"], display_name="Sealed Python", language="python", metadata=provisioner
        )


class Channel(AsyncZMQSocketChannel):
    """Messages of the kernel. One that is forged or malformed raises ValueError."""

    async def _recv(self, **kwargs: Any) -> dict[str, Any]:
        return decoded(await self.socket.recv_multipart(**kwargs))


class BoundedChannel(AsyncZMQSocketChannel):
    """Messages that are counted, and dropped once there are too many bytes of them.

    Any code of the student's can write here, so what is malformed is passed over.
    """

    allowance = 1 << 20  # bytes still allowed; set before each cell
    overflowed = False

    async def _recv(self, **kwargs: Any) -> dict[str, Any]:
        parts = await self.socket.recv_multipart(**kwargs)
        self.allowance -= sum(map(len, parts))
        try:
            message = decoded(parts)
        except ValueError:
            return {"parent_header": {}, "msg_type": "malformed", "content": {}}
        if self.allowance < 0 and message["msg_type"] != "status":
            self.overflowed = True
            return {"parent_header": {}, "msg_type": "dropped", "content": {}}
        return message


def decoded(parts: list[bytes]) -> dict[str, Any]:
    """A message from its parts (Jupyter's documentation, "Messaging: the wire protocol").

    The signature is not looked at, because it proves nothing: the student's code knows the key,
    and nobody else can reach these sockets. Dates stay texts, because nobody reads them. Raises
    ValueError for what is no message.
    """
    names = ("header", "parent_header", "metadata", "content")
    try:
        begin = parts.index(DELIM) + 2
        texts = [part.decode("utf-8", "replace") for part in parts[begin : begin + 4]]
        message = dict(zip(names, map(json.loads, texts), strict=True))
        known = {name: message["header"][name] for name in ("msg_id", "msg_type")}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("this is no message of a kernel") from error
    if not all(type(value) is dict for value in message.values()):
        raise ValueError("a part of the message is not an object")
    return {**message, **known, "buffers": [memoryview(part) for part in parts[begin + 4 :]]}


class BoundedClient(AsyncKernelClient):
    """A client that bounds what the kernel may send, and waits no longer than it must."""

    iopub_channel_class = Type(BoundedChannel)
    shell_channel_class = Type(Channel)
    max_message = LIMITS.message

    def _create_connected_socket(self, *args: Any, **kwargs: Any) -> Any:
        sock = super()._create_connected_socket(*args, **kwargs)
        sock.setsockopt(SocketOption.MAXMSGSIZE, self.max_message)
        sock.setsockopt(SocketOption.RCVHWM, 64)
        return sock

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once a request's own idle status has come back: both channels work."""
        deadline = asyncio.get_running_loop().time() + (timeout or 60)
        while True:
            request = self.kernel_info()
            until = asyncio.get_running_loop().time() + 0.5
            while (left := until - asyncio.get_running_loop().time()) > 0:
                if not await self.iopub_channel.socket.poll(int(left * 1000)):
                    break
                message = await self.iopub_channel.get_msg()
                content = message.get("content", {})
                if (
                    message["parent_header"].get("msg_id") == request
                    and content.get("execution_state") == "idle"
                ):
                    await self.shell_channel.get_msg(timeout=5)
                    return
            if not await self.parent.is_alive():
                raise RuntimeError("the kernel ended before it was ready")
            if asyncio.get_running_loop().time() > deadline:
                raise RuntimeError("the kernel did not answer in time")


class SealedKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels are sealed; ``warm`` ones are forked, not started."""

    client_factory = Type(BoundedClient)
    files = Dict()
    limits = AnyTrait(LIMITS)
    warm = Bool(True)
    sealed = Bool(True)
    seed = Int(0)  # of the generators that a notebook finds
    runtime = AnyTrait(PLAIN)
    autorestart = Bool(False)

    def __init__(
        self,
        files: dict[str, bytes],
        limits: Limits,
        warm: bool,
        sealed: bool,
        seed: int,
        runtime: Runtime,
    ) -> None:
        super().__init__(
            kernel_name="sealed",
            kernel_spec_manager=_OneKernel(),
            files=files,
            limits=limits,
            warm=warm,
            sealed=sealed,
            seed=seed,
            runtime=runtime,
        )

    def _connect_control_socket(self) -> None:
        """There is no such socket: a kernel is ended by a signal."""

    @property
    def process(self) -> KernelProcess:
        """The running kernel."""
        process: KernelProcess | None = self.provisioner.process
        if process is None:
            raise RuntimeError("the kernel is not running")
        return process
