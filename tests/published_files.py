"""Files as the code of Najarro & Risi leaves them, written without torch: both formats that torch.save has had."""

from __future__ import annotations

import itertools
import pickle
import zipfile
from io import BytesIO

import numpy as np

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
