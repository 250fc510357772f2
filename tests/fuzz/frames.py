"""Frames of the calls' socket, valid and damaged, and the one thing that a decoder may do."""

from __future__ import annotations

import random
import resource
import socket
import struct
import threading
from collections.abc import Iterator

import msgpack
import numpy as np
import torch

from autograder.sandbox_inside import codec, frames

ALLOWED = (
    type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray, torch.Tensor,
    codec.Opaque,
)  # fmt: skip
_GROWTH = 256 << 20  # bytes that decoding a frame of some kB may take

VALUES = (
    {"value": 3, "args": [1, 2.5, "text", b"bytes", None, True], "kwargs": {"k": (1, (2,))}},
    {"value": np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)},
    {"value": [torch.arange(6).reshape(2, 3), np.zeros((0, 5), np.float32), np.bool_(True)]},
    {"error": {"types": ["ValueError", "Exception"], "text": "x" * 50, "where": "line 1: y"}},
    {"value": [{"value": i} for i in range(20)], "after": 1 << 90, "o": object()},
    {"missing": "conv2d"},
)


def frame(value: object) -> bytes:
    """The bytes of a value on the socket."""
    header, buffers = codec.pack(value)
    sizes = struct.pack(f"!II{len(buffers)}Q", len(header), len(buffers), *map(len, buffers))
    return sizes + header + b"".join(map(bytes, buffers))


VALID = tuple(map(frame, VALUES))
_NASTY = (
    b"\xc1", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x01",
    b"\xc6\xff\xff\xff\xff", b"\xd6\xff\x00\x00\x00\x00", b"\x91" * 200, b"\x81" * 60,
    msgpack.packb(msgpack.ExtType(1, struct.pack("!BI2Q2B", 11, 0, 1 << 62, 4, 1, 0))),
    msgpack.packb(msgpack.ExtType(1, struct.pack("!BI16Q16B", 11, 0, *[0] * 16, *range(16)))),
    msgpack.packb([msgpack.ExtType(1, struct.pack("!BIQB", 0, 0, 8, 0))] * 9),
    msgpack.packb(msgpack.ExtType(3, msgpack.packb([msgpack.ExtType(3, b"\x90")] * 9))),
    msgpack.packb(msgpack.ExtType(77, b"x")), b"\xcb\x7f\xf8" + bytes(6), b"\xa3\xed\xa0\x80",
)  # fmt: skip


def mutations(seed: int, count: int) -> Iterator[bytes]:
    """Valid frames with bytes flipped, cut, repeated, exchanged and replaced by nasty ones."""
    rng = random.Random(seed)
    for _ in range(count):
        data = bytearray(rng.choice(VALID))
        for _ in range(rng.randint(1, 4)):
            place, length = rng.randrange(len(data) or 1), rng.randint(1, 12)
            match rng.randrange(6):
                case 0:
                    data[place : place + 1] = bytes([rng.randrange(256)])
                case 1:
                    del data[place : place + length]
                case 2:
                    data[place:place] = data[place : place + length] * rng.randint(1, 5)
                case 3:
                    data[place : place + length] = rng.choice(_NASTY)
                case 4:
                    data[:4] = struct.pack("!I", rng.choice((0, 1, len(data), 1 << 24, 1 << 31)))
                case 5:
                    other = rng.choice(VALID)
                    data[place:] = other[rng.randrange(len(other)) :]
        yield bytes(data)


def through_a_socket(data: bytes) -> None:
    """Send bytes, close, and receive: a plain value, a CodecError or an EOFError.

    Raises AssertionError for a value of another type, or where decoding takes much memory.
    """
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(20)
        sender = threading.Thread(target=_send, args=(there, data))
        sender.start()
        try:
            check(lambda: frames.receive(here))
        finally:
            here.close()
            sender.join()


def _send(sock: socket.socket, data: bytes) -> None:
    try:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
    except OSError:  # refused half-way
        pass


def check(decode) -> None:  # type: ignore[no-untyped-def]
    """Run a decoder and look at what it gives."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        value = decode()
    except (codec.CodecError, EOFError):
        value = None
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
    assert grown < _GROWTH, f"decoding took {grown:,} bytes"
    waiting = [value]
    while waiting:
        item = waiting.pop()
        assert type(item) in ALLOWED, type(item)
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, (list, tuple)):
            waiting += item
