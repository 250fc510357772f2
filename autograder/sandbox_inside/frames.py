"""Messages on a socket: a header and its buffers, with bounds before anything is read."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import Any

from .codec import MAX_BUFFERS, MAX_HEADER, MAX_TOTAL, CodecError, pack, unpack

SMALL = 1 << 16  # bytes of arrays that travel in one piece
ENVELOPE = 1 << 16  # bytes around a header that is passed on
Buffer = bytearray | memoryview


def send(sock: socket.socket, value: Any) -> None:
    """Write one value to the socket."""
    send_packed(sock, *pack(value))


def send_packed(sock: socket.socket, header: bytes, buffers: Sequence[Buffer]) -> None:
    """Write what ``pack`` gave, or what ``receive_packed`` took from another socket."""
    if len(header) > MAX_HEADER + ENVELOPE:
        raise CodecError("the value is too large")
    sizes = struct.pack(f"!II{len(buffers)}Q", len(header), len(buffers), *map(len, buffers))
    if sum(map(len, buffers)) <= SMALL:  # one system call is cheaper than the copy
        sock.sendall(b"".join([sizes, header, *buffers]))
        return
    sock.sendall(sizes + header)
    for buffer in buffers:
        sock.sendall(buffer)


def receive(sock: socket.socket) -> Any:
    """Read one value. Raises CodecError on a bad frame and EOFError when the peer is gone."""
    return unpack(*receive_packed(sock))


def receive_packed(sock: socket.socket, room: int = 0) -> tuple[bytes, list[bytearray]]:
    """Read one header and its buffers, and decode nothing; errors as for ``receive``.

    The two sides take turns, so nothing may follow a frame until it is answered. ``room`` bytes
    more are allowed for the header, where it travels in an envelope of ours.
    """
    frame = _Frame(sock)
    header_size, count = struct.unpack("!II", frame.take(8))
    if header_size > MAX_HEADER + room or count > MAX_BUFFERS:
        raise CodecError("the frame is too large")
    sizes = struct.unpack(f"!{count}Q", frame.take(8 * count))
    if sum(sizes) > MAX_TOTAL:
        raise CodecError("the frame is too large")
    header = bytes(frame.take(header_size))
    buffers = [frame.take(size) for size in sizes]
    if frame.left():
        raise CodecError("something follows the frame")
    return header, buffers


class _Frame:
    """Takes a frame from a socket part by part; a small one is read with one system call."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._ahead, self._at = sock, b"", 0

    def take(self, size: int) -> bytearray:
        """The next ``size`` bytes. It grows with what arrives: a promised size costs no memory."""
        data = bytearray(self._ahead[self._at : self._at + size])
        self._at += len(data)
        while len(data) < size:
            missing = size - len(data)
            chunk = self._sock.recv(min(max(missing, SMALL), 1 << 20))
            if not chunk:
                raise EOFError("the other side closed the connection")
            data += chunk[:missing]
            self._ahead, self._at = chunk, missing
        return data

    def left(self) -> bool:
        """Whether bytes were read that nobody has taken."""
        return self._at < len(self._ahead)
