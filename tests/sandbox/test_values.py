"""Values cross the boundary unchanged, as exact built-in types, or are refused."""

from __future__ import annotations

import socket
import struct
import threading

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox_inside import codec, frames
from autograder.sandbox_inside.codec import CodecError, Opaque


@pytest.fixture(autouse=True)
def tensors():
    """The library whose tensors cross is the course's to name."""
    codec.use_tensors("torch")
    yield
    codec.use_tensors("")


def through(value):
    header, buffers = codec.pack(value)
    return codec.unpack(header, [bytearray(buffer) for buffer in buffers])


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(PLAIN)
@settings(max_examples=200, deadline=None)
def test_plain_values_come_back_equal(value):
    """None, numbers, texts, bytes, lists, tuples and dicts survive, tuples as tuples."""
    assert through(value) == value


@pytest.mark.parametrize("dtype", sorted(codec.DTYPES))
@pytest.mark.parametrize("make", [np.asarray, lambda a: torch.from_numpy(a.copy())])
def test_arrays_keep_dtype_shape_and_axis_order(dtype, make):
    """Arrays and tensors arrive with their dtype, shape, values and order in memory."""
    value = make(np.arange(24).reshape(2, 3, 4).astype(dtype))
    turned = value.transpose(0, 2) if isinstance(value, torch.Tensor) else value.transpose(2, 1, 0)
    for one in (value, turned):
        back = through(one)
        assert type(back) is type(one)
        assert back.dtype == one.dtype
        assert np.array_equal(np.asarray(back), np.asarray(one))
        assert np.asarray(back).strides == np.asarray(one).strides


def test_subclasses_lose_their_methods():
    """A lying subclass arrives as a plain array, another object only as the name of its type."""

    class Lying(np.ndarray):
        def __eq__(self, other):
            return True

    class Anything:
        pass

    assert type(through(np.ones(2).view(Lying))) is np.ndarray
    back = through([Anything(), {1}, np.float32(2)])
    assert isinstance(back[0], Opaque)
    assert back[0].type_name.endswith("Anything")
    assert back[1:] == [[1], 2.0]


def test_deep_and_large_values_are_refused():
    """A list nested too deeply and one with too many parts do not leave the student's side."""
    deep = []
    for _ in range(codec.MAX_DEPTH + 2):
        deep = [deep]
    with pytest.raises(CodecError, match="deep"):
        codec.pack(deep)
    with pytest.raises(CodecError, match="parts"):
        codec.pack([0] * (codec.MAX_NODES + 1))


@given(st.binary(max_size=300))
@settings(max_examples=500, deadline=None)
def test_any_bytes_decode_or_are_refused(data):
    """No header crashes the decoder, whatever a hostile kernel sends."""
    try:
        value = codec.unpack(data, [bytearray(8)])
    except CodecError:
        return
    allowed = (type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray)
    assert isinstance(value, (*allowed, torch.Tensor, Opaque))


def spec(dtype, shape, order, buffer=0):
    """An array as it stands in a header."""
    return struct.pack(f"!BI{len(shape)}Q{len(order)}B", dtype, buffer, *shape, *order)


FLOAT64 = codec.DTYPES.index("float64")


@pytest.mark.parametrize(
    "data",
    [
        spec(FLOAT64, [2], [0]),  # larger than its buffer
        spec(len(codec.DTYPES), [1], [0]),
        spec(FLOAT64, [1 << 63, 2], [0, 1]),
        spec(FLOAT64, [1 << 63, 0], [0, 1]),
        spec(FLOAT64, [1], [1]),
        spec(FLOAT64, [1, 1], [0, 0]),
        spec(FLOAT64, [1] * 17, range(17)),
        spec(FLOAT64, [1], [0], buffer=5),
        spec(FLOAT64, [1], [0])[:-1],
        b"",
    ],
)
def test_malformed_arrays_are_refused(data):
    """An array must fit its buffer and name a known dtype, shape and order."""
    header = msgpack.packb(msgpack.ExtType(1, data))
    for buffer in (bytearray(8), bytearray()):
        with pytest.raises(CodecError):
            codec.unpack(header, [buffer])
    good = msgpack.packb(msgpack.ExtType(1, spec(FLOAT64, [1], [0])))
    assert codec.unpack(good, [bytearray(8)]) == [0.0]


def test_a_buffer_belongs_to_one_array():
    """A header of many arrays cannot make one buffer many: copies of it would fill the memory."""
    two = [msgpack.ExtType(1, spec(0, [8], [0], number)) for number in (1, 0)]
    first, second = codec.unpack(msgpack.packb(two), [bytearray(8), bytearray(b"\1" * 8)])
    assert first.all()
    assert not second.any()
    with pytest.raises(CodecError, match="buffer"):
        codec.unpack(msgpack.packb([two[0]] * 2), [bytearray(8), bytearray(8)])


def test_keys_that_cross_as_the_same_leave_the_arrays_after_them_alone():
    """Of two objects only the name of their type crosses; what belongs to one is lost with it."""

    class Layer:
        pass

    back = through([{Layer(): np.zeros(2), Layer(): np.ones(2)}, np.full(2, 5.0)])
    assert len(back[0]) == 1
    assert back[1].tolist() == [5.0, 5.0]
    tensors = through({torch.zeros(2): 1, torch.ones(2): 2})
    assert sorted(tensors.values()) == [1, 2]


def test_nothing_may_follow_a_frame():
    """A second answer, sent before it was asked for, would be taken for that to the next call."""
    here, there = socket.socketpair()
    with here, there:
        frames.send(there, "first")
        assert frames.receive(here) == "first"
        for answer in ("second", "third"):
            frames.send(there, answer)
        with pytest.raises(CodecError, match="follows"):
            frames.receive(here)


def test_a_promised_size_costs_no_memory():
    """A frame that announces terabytes is refused before anything is read."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(struct.pack("!II1Q", 1, 1, 1 << 42))
        with pytest.raises(CodecError):
            frames.receive(here)


def test_large_arrays_cross_a_socket():
    """An array larger than any socket buffer arrives whole."""
    here, there = socket.socketpair()
    value = np.random.default_rng(0).normal(size=(1000, 1000))
    with here, there:
        sender = threading.Thread(target=frames.send, args=(there, value))
        sender.start()
        assert np.array_equal(frames.receive(here), value)
        sender.join()
