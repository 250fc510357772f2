"""Coverage-guided fuzzing of the decoder of values from a student's kernel (``make fuzz``).

python tests/fuzz/fuzz_codec.py [options of libFuzzer, such as -max_total_time=60]
"""

import pathlib
import sys

import atheris

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

with atheris.instrument_imports(include=["autograder.inside.codec", "msgpack.fallback"]):
    from autograder.sandbox_inside import codec, frames

import msgpack
from msgpack import fallback

from fuzz.frames import VALID, check

msgpack.unpackb = fallback.unpackb = lambda data, **options: _unpack(data, options)


def _unpack(data, options):
    """msgpack's Python twin of its C decoder, which the fuzzer can see into."""
    unpacker = fallback.Unpacker(None, max_buffer_size=len(data), **options)
    unpacker.feed(data)
    try:
        value = unpacker._unpack()
    except fallback.OutOfData:
        raise ValueError("incomplete") from None
    if unpacker._got_extradata():
        raise ValueError("extra bytes")
    return value


class Bytes:
    """A socket that holds its bytes."""

    def __init__(self, data):
        self.data = data

    def recv(self, size):
        chunk, self.data = self.data[:size], self.data[size:]
        return chunk


def one_input(data):
    check(lambda: frames.receive(Bytes(data)))
    check(lambda: codec.unpack(data, [bytearray(8), bytearray(24)]))


def main():
    corpus = pathlib.Path(__file__).parent / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, frame in enumerate(VALID):
        (corpus / f"valid-{number}").write_bytes(frame)
    atheris.Setup([sys.argv[0], str(corpus), "-max_len=4096", *sys.argv[1:]], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
