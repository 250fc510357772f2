"""Plain values as bytes and back, for two processes that do not trust each other.

A message is a msgpack header and a list of raw buffers. The header is a tree of
plain values in which an array stands as an extension: its kind, dtype, shape, axis order
and the number of its buffer, which belongs to it alone. The bytes of arrays travel beside
the header and are never copied needlessly.
Decoding builds exact built-in types, ``np.ndarray``, the tensors of the library that the course
names, or an ``Opaque`` that names a type which may not cross. There is no pickle here.

The frame on a socket::

    u32 header size | u32 number of buffers | u64 size of each buffer | header | buffers
"""

from __future__ import annotations

import importlib
import math
import struct
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

MAX_HEADER = 16 << 20  # bytes; a tree of a million small numbers fits
MAX_TOTAL = 512 << 20  # bytes of all buffers of one message
MAX_BUFFERS = 10_000
MAX_NODES = 1_000_000
MAX_KEYS = 5_000  # of all dicts, texts aside: the hashes of numbers can be made to collide
MAX_DEPTH = 32
MAX_DIMS = 16
MAX_INT_BYTES = 128

DTYPES = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64"),
)
_NATIVE = tuple(map(np.dtype, DTYPES))
_NUMBERS = {dtype: number for number, dtype in enumerate(_NATIVE)}  # what stands in a header

_ARRAY, _TENSOR, _TUPLE, _BIGINT, _OPAQUE = range(1, 6)


_SIMPLE = frozenset({type(None), bool, float, str, bytes})  # msgpack's own, whatever their value


_tensors = ""


def use_tensors(module: str) -> None:
    """Let the class Tensor of this library cross too; by its ``from_numpy`` it is made again."""
    global _tensors
    _tensors = module


class CodecError(ValueError):
    """The bytes or the value are outside what may cross."""


@dataclass(frozen=True)
class Opaque:
    """Stands for an object that may not cross: only the name of its type is known."""

    type_name: str


# ----------------------------------------------------------------- encoding


def pack(value: Any) -> tuple[bytes, list[memoryview]]:
    """Return the header and the buffers that carry ``value``.

    Numpy scalars become Python numbers, subclasses their base type, sets sorted
    lists, a ``pandas.DataFrame`` a dict of lists. Raises CodecError for values that
    are too deep or too many; other types become ``Opaque``.
    """
    buffers: list[memoryview] = []
    tree = _plain(value, buffers, [0], 0)
    return msgpack.packb(tree, use_bin_type=True, unicode_errors="surrogatepass"), buffers


def _plain(value: Any, buffers: list[memoryview], count: list[int], depth: int) -> Any:
    count[0] += 1
    if depth > MAX_DEPTH:
        raise CodecError(f"the value is nested more than {MAX_DEPTH} levels deep")
    if count[0] > MAX_NODES:
        raise CodecError(f"the value has more than {MAX_NODES:,} parts")

    if type(value) in _SIMPLE:
        return value
    if type(value) is np.ndarray:
        return _array(value, _ARRAY, buffers)
    if isinstance(value, int) and not isinstance(value, bool):
        return _integer(int.__int__(value))

    def nested(item: Any) -> Any:
        return _plain(item, buffers, count, depth + 1)

    # The usual containers first: a message may have a hundred thousand small parts.
    if isinstance(value, dict):
        return {nested(key): nested(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return msgpack.ExtType(_TUPLE, _tree_bytes([nested(item) for item in value]))
    if isinstance(value, (list, range)):
        return [nested(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, np.integer):
        return _integer(int(value))
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, str):
        return str.__str__(value)  # what it holds, not what its methods say
    if isinstance(value, np.ndarray):
        return _array(np.asarray(value), _ARRAY, buffers)
    library = sys.modules.get(_tensors)
    if library is not None and isinstance(value, library.Tensor):
        return _tensor(library, value, buffers)
    if isinstance(value, (set, frozenset)):
        return [nested(item) for item in sorted(value, key=repr)]
    if type(value).__name__ == "DataFrame" and hasattr(value, "to_dict"):
        value = value.to_dict("list")
    if isinstance(value, Mapping):
        return {nested(key): nested(item) for key, item in value.items()}
    return msgpack.ExtType(_OPAQUE, type(value).__qualname__[:200].encode("utf-8", "replace"))


def _integer(value: int) -> Any:
    if -(1 << 63) <= value < 1 << 63:
        return value
    size = value.bit_length() // 8 + 1
    if size > MAX_INT_BYTES:
        raise CodecError(f"an integer has more than {MAX_INT_BYTES * 8} bits")
    return msgpack.ExtType(_BIGINT, value.to_bytes(size, "big", signed=True))


def _tensor(library: Any, tensor: Any, buffers: list[memoryview]) -> Any:
    name = str(tensor.dtype).rpartition(".")[2]
    if name not in DTYPES or tensor.is_sparse or tensor.device.type == "meta":
        return msgpack.ExtType(_OPAQUE, f"Tensor of {name}".encode())
    return _array(tensor.detach().cpu().resolve_neg().numpy(), _TENSOR, buffers)


def _array(array: np.ndarray, kind: int, buffers: list[memoryview]) -> Any:
    dtype, axes = array.dtype, array.ndim
    number = _NUMBERS.get(dtype.newbyteorder("="))
    if number is None or axes > MAX_DIMS:
        return msgpack.ExtType(_OPAQUE, f"ndarray of {dtype.name}"[:200].encode())
    # The axis order in memory survives, so a transposed array arrives transposed.
    order, flat = list(range(axes)), array
    if not array.flags.c_contiguous:
        order = sorted(order, key=lambda axis: -abs(array.strides[axis]))
        flat = array.transpose(order)
    flat = np.ascontiguousarray(flat, dtype=_NATIVE[number])
    if sum(len(b) for b in buffers) + flat.nbytes > MAX_TOTAL or len(buffers) >= MAX_BUFFERS:
        raise CodecError(f"the arrays are larger than {MAX_TOTAL >> 20} MiB or too many")
    buffers.append(memoryview(flat.reshape(-1).view(np.uint8).data))
    spec = struct.pack(_layout(axes), number, len(buffers) - 1, *array.shape, *order)
    return msgpack.ExtType(kind, spec)


def _layout(axes: int) -> str:
    """An array in a header: the numbers of its dtype and of its buffer, shape, axes in memory."""
    return f"!BI{axes}Q{axes}B"


def _tree_bytes(tree: Any) -> bytes:
    return msgpack.packb(tree, use_bin_type=True, unicode_errors="surrogatepass")


# ----------------------------------------------------------------- decoding


def unpack(header: bytes, buffers: Iterable[bytearray]) -> Any:
    """Build the value that ``header`` and ``buffers`` describe.

    The arrays are views on ``buffers``. Raises CodecError on anything malformed.
    """
    budget = [MAX_NODES, MAX_KEYS]
    return _parse(header, dict(enumerate(buffers)), budget, 0)


def _parse(data: bytes, buffers: dict[int, bytearray], budget: list[int], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise CodecError("the message is nested too deeply")
    if len(data) > MAX_HEADER:
        raise CodecError("the header is too large")

    def ext_hook(code: int, payload: bytes) -> Any:
        return _extension(code, payload, buffers, budget, depth + 1)

    def pairs_hook(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
        budget[1] -= sum(type(key) not in (str, bytes) for key, _ in pairs)
        if budget[1] < 0:
            raise CodecError(f"its dicts have more than {MAX_KEYS:,} keys that are no text")
        return dict(pairs)

    try:
        value = msgpack.unpackb(
            data,
            object_pairs_hook=pairs_hook,
            raw=False,
            strict_map_key=False,
            use_list=True,
            unicode_errors="surrogatepass",
            ext_hook=ext_hook,
            max_ext_len=MAX_HEADER,
        )
    except CodecError:
        raise
    except (
        ValueError, TypeError, RecursionError, MemoryError, msgpack.exceptions.UnpackException
    ) as error:  # fmt: skip
        raise CodecError(f"the message is malformed: {type(error).__name__}") from error
    _measure(value, budget, depth)
    return value


def _measure(value: Any, budget: list[int], depth: int) -> None:
    """Count the parts of a decoded value and refuse a tree that is too big or too deep."""
    stack = [(value, depth)]
    while stack:
        item, level = stack.pop()
        budget[0] -= 1
        if level > MAX_DEPTH or budget[0] < 0:
            raise CodecError("the value is nested too deeply or has too many parts")
        if type(item) in (list, tuple):
            stack.extend((part, level + 1) for part in item)
        elif type(item) is dict:
            stack.extend((part, level + 1) for pair in item.items() for part in pair)
        elif isinstance(item, msgpack.Timestamp):
            raise CodecError("a timestamp may not cross")


def _extension(
    code: int, payload: bytes, buffers: dict[int, bytearray], budget: list[int], depth: int
) -> Any:
    if code == _OPAQUE:
        return Opaque(payload[:200].decode("utf-8", "replace"))
    if code == _BIGINT:
        if len(payload) > MAX_INT_BYTES + 1:
            raise CodecError("an integer is too long")
        return int.from_bytes(payload, "big", signed=True)
    if code == _TUPLE:
        items = _parse(payload, buffers, budget, depth)
        if type(items) is not list:
            raise CodecError("a tuple is malformed")
        return tuple(items)
    if code in (_ARRAY, _TENSOR):
        return _view(payload, code, buffers)
    raise CodecError(f"unknown extension type {code}")


def _view(payload: bytes, kind: int, buffers: dict[int, bytearray]) -> Any:
    axes = max(0, len(payload) - 5) // 9
    if len(payload) != struct.calcsize(_layout(axes)) or axes > MAX_DIMS:
        raise CodecError("an array is malformed")
    number, index, *rest = struct.unpack(_layout(axes), payload)
    shape, order = rest[:axes], rest[axes:]
    if number >= len(DTYPES):
        raise CodecError("an array has a forbidden dtype")
    if sorted(order) != list(range(axes)):
        raise CodecError("an array has a malformed axis order")
    dtype, buffer = _NATIVE[number], buffers.pop(index, None)
    if buffer is None or math.prod(shape) * dtype.itemsize != len(buffer):
        raise CodecError("an array and its buffer differ in size")
    if max(shape, default=0) > MAX_TOTAL:  # beside a length of 0
        raise CodecError("an array has a forbidden shape")
    array = np.frombuffer(buffer, dtype=dtype)
    if number == 0:  # bytes other than 0 and 1 are not booleans
        array = array.view(np.uint8) != 0
    array = array.reshape([shape[axis] for axis in order])
    if order != list(range(axes)):
        array = array.transpose(np.argsort(order))
    if kind == _ARRAY:
        return array
    if not _tensors:
        raise CodecError("a tensor, where the course knows no library of tensors")
    return importlib.import_module(_tensors).from_numpy(array)


# ----------------------------------------------------------------- on a socket
