"""A socket whose waits look at the limits meanwhile."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any


class WatchedSocket(socket.socket):
    """A socket whose waits look at the limits meanwhile: no peer can make it wait for ever."""

    def __init__(self, connection: socket.socket, check: Callable[[], None]) -> None:
        super().__init__(fileno=connection.detach())
        self.settimeout(POLL_S)
        self._check, self._looked = check, time.monotonic()

    def recv(self, *args: Any) -> bytes:
        while True:
            try:
                self._look()
                return super().recv(*args)
            except TimeoutError:
                self._check()

    def sendall(self, data: Any, *args: Any) -> None:
        view = memoryview(data).cast("B")
        while view:
            try:
                self._look()
                view = view[self.send(view) :]
            except TimeoutError:
                self._check()

    def _look(self) -> None:
        """A peer that sends byte after byte, each in time, does not escape the limits."""
        if (now := time.monotonic()) - self._looked > POLL_S:
            self._looked = now
            self._check()


POLL_S = 0.1  # between two looks at the limits; one look takes half a millisecond
