"""Which entry of its tables each synapse has, as a text that a configuration can hold.

Without one, entries are drawn (`plasticity.gene.table_entries`). Merged rules have entries of their own: two bytes
each, compressed, in base64, connection after connection.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

import numpy as np

from hebbax.errors import HebbaxError

LARGEST_TABLE = 2**16


def text_of_entries(entries: Sequence[np.ndarray]) -> str:
    """Return the text of the entries of each connection, whole numbers [presynaptic, postsynaptic] below 65,536."""
    flat = np.concatenate([np.ravel(one) for one in entries]).astype("<u2")
    return base64.b64encode(zlib.compress(flat.tobytes(), 9)).decode("ascii")


def entries_of_text(text: str, shapes: Sequence[tuple[int, int]], tables: Sequence[int]) -> list[np.ndarray]:
    """Return the entries of each connection of these shapes and tables, int64 [presynaptic, postsynaptic].

    Raises HebbaxError for a text that is none, is of other connections, or names an entry that a table does not have.
    """
    sizes = [rows * columns for rows, columns in shapes]
    inflate = zlib.decompressobj()
    try:
        # No more than is expected, whatever the text would unpack to.
        data = inflate.decompress(base64.b64decode(text, validate=True), 2 * sum(sizes) + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise HebbaxError(f"assignment={_short(text)}: expected what `hebbax merge` writes ({error})") from None
    if len(data) != 2 * sum(sizes) or not inflate.eof:
        raise HebbaxError(f"assignment={_short(text)}: expected one entry for each of {sum(sizes):,} synapses")
    flat = np.frombuffer(data, "<u2").astype(np.int64)
    parts = [part.reshape(shape) for part, shape in zip(np.split(flat, np.cumsum(sizes)[:-1]), shapes, strict=True)]
    for part, table in zip(parts, tables, strict=True):
        if part.max(initial=0) >= table:
            raise HebbaxError(
                f"assignment={_short(text)}: entry {part.max()} of a table of {table}; nearest valid: {table - 1}"
            )
    return parts


def _short(text: str) -> str:
    return text if len(text) <= 16 else f"{text[:13]}…"
