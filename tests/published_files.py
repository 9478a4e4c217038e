"""Files as the code of Najarro & Risi leaves them, written without torch: both formats that torch.save has had."""

from __future__ import annotations

import itertools
import os
import pickle
import struct
import zipfile
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np

ARRAY = np.arange(15, dtype=np.float32).reshape(3, 5) / 7 - 1
MAGIC = 0x1950A86A20F9469CFC6C
SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def pickled(value) -> bytes:
    return pickle.dumps(value, protocol=2)


def newer(value, data: bytes | None = None, compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return the archive that PyTorch writes since 1.6, of a value or of the bytes of its pickle."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.writestr("archive/data.pkl", pickled(value) if data is None else data)
        archive.writestr("archive/version", "3\n")
    return stream.getvalue()


def older(value, data: bytes | None = None) -> bytes:
    """Return the pickles that PyTorch wrote before 1.6, one after another."""
    parts = (pickled(MAGIC), pickled(1001), pickled(SYSTEM), pickled(value) if data is None else data, pickled([]))
    return b"".join(parts)


def in_published_order(coefficients_of, sizes, columns) -> np.ndarray:
    """Return float32 [synapses, columns]: place offset + n_post · i + j holds what a function says of (layer, i, j)."""
    layers = list(itertools.pairwise(sizes))
    offset, rows = 0, np.zeros((sum(pre * post for pre, post in layers), columns), np.float32)
    for layer, (pre, post) in enumerate(layers):
        for i in range(pre):
            for j in range(post):
                rows[offset + post * i + j] = coefficients_of(layer, i, j)
        offset += pre * post
    return rows


class Harm:
    """What a file could do to whoever unpickles it."""

    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


def _pickle(*steps: bytes) -> bytes:
    return b"\x80\x02" + b"".join(steps) + b"."


DEEP = _pickle(b")", 900 * b"\x85")
HARMFUL = {
    "a command": pickled(Harm(os.system, "touch harmed")),
    "code": pickled(Harm(exec, "import os; os.mkdir('harmed')")),
    "a file's content": pickled(Harm(open, "/etc/passwd")),
    "a command as state": pickled(ARRAY)[:-1] + pickled(Harm(os.system, "touch harmed"))[2:-1] + b"b.",
    "state of a function": _pickle(b"cnumpy\nndarray\n", b"}", b"b"),
    "an object": pickled(Harm(object)),
    "objects of Python": pickled(np.array([Harm(os.system, "touch harmed")], object)),
    "no array": pickled({"a": 1}),
    "a number": pickled(3),
    "nested deeply": DEEP,
    "a key that is nested deeply": _pickle(b"}", DEEP[2:-1], b"N", b"s"),
    "many steps": _pickle(100_000 * b"N"),
    "doubled again and again": _pickle(b"(", 400 * b"(h\x00q\x00", 400 * b"t"),
    "a place in the memo far away": _pickle(b"N", b"r\xff\xff\xff\xff", b"0N"),
    "a number of many digits": _pickle(b"\x8b\xff\xff\xff\x7f"),
    "text without an end": _pickle(b"X\xff\xff\xff\x7f"),
    "bytes without an end": _pickle(b"\x8e" + struct.pack("<Q", 2**62)),
    "what is stored elsewhere": _pickle(b"X\x01\x00\x00\x00a", b"Q"),
    "what is registered": _pickle(b"\x82\x01"),
    "a shape beyond all": pickled(ARRAY).replace(b"K\x03K\x05", b"J\xff\xff\xff\x7fK\x05"),
    "a negative shape": pickled(ARRAY).replace(b"K\x03K\x05", b"J\xfd\xff\xff\xffJ\xfb\xff\xff\xff"),
    "of many dimensions": pickled(np.zeros((1,) * 30)),
    "empty": pickled(np.zeros((0, 5), np.float32)),
    "whole numbers": pickled(np.arange(3)),
    "records": pickled(np.zeros(3, [("a", "f4")])),
    "nothing": b"",
    "another format": b"\x93NUMPY\x01\x00",
}
"""Pickles that are no array, by what they are; most would do something where they were unpickled."""


def forgeries() -> Iterator[tuple[str, Any]]:
    """Yield forged files of ARRAY by what is wrong with each: cut off, changed in a byte, or of something else."""
    content, generator = newer(ARRAY), np.random.default_rng(7)
    for end in range(0, len(content), 11):
        yield f"cut off at {end}", partial(bytes, content[:end])
    for at in range(0, len(content), 5):
        changed = bytearray(content)
        changed[at] ^= int(generator.integers(1, 256))
        yield f"byte {at} is another", partial(bytes, changed)
    for name, data in HARMFUL.items():
        yield f"{name}, newer", partial(newer, None, data)
        yield f"{name}, older", partial(older, None, data)
