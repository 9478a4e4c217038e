"""A checkpoint is a safetensors file that holds everything a run needs to go on, and can tell when it is damaged.

All that is not a tensor is one JSON text under one metadata key, because the order of several keys changes between
processes. That text begins with a SHA-256 over the whole file, taken while the place of its own 64 digits holds
zeros: so every byte counts, in the header too, and any program can check a file without knowing how it is laid out.
The checksum keeps this form in every schema, otherwise damage could pass for a file of a newer hebbax.

What would be larger than PART_BYTES is written in parts beside a file without tensors, which holds the SHA-256 of each:
so its own checksum is over all. The parts in a row are a safetensors file.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from hebbax.errors import HebbaxError, one_line
from hebbax.expected import TEXT, Fields, ListOf, whole
from hebbax.files.atomic_write import write_bytes_atomically
from hebbax.runs.checkpoint_parts import (
    DIGEST,
    PART_BYTES,
    digests_of,
    part_paths,
    read_parts,
    slices_of,
    write_with_parts,
)

SCHEMA = 2
"""The newest that can be read."""

SCHEMA_OF_ONE_FILE, SCHEMA_IN_PARTS = 1, 2

_ENVELOPE = Fields(
    {"checksum": TEXT, "schema": whole(1), "generation": whole(), "document": Fields()}, {"parts": ListOf(DIGEST)}
)

_METADATA_KEY = "hebbax"
_NO_CHECKSUM = "0" * hashlib.sha256().digest_size * 2
_LENGTH_BYTES = 8  # a safetensors file begins with the length of its JSON header, little-endian


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run between two generations.

    generation: how many generations are finished, so they are numbered 0 to generation - 1.
    tensors: arrays by name, any shape; uint32, float32, float64, int64 and bool among others round-trip exactly.
    document: what JSON can hold (configuration, versions, …), with strings as keys; NaN and infinity are kept.
    """

    generation: int
    tensors: dict[str, np.ndarray]
    document: dict[str, Any]


class UnusableCheckpointError(HebbaxError):
    """A checkpoint that is missing, damaged or no checkpoint at all: an older one may still be good."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot use checkpoint {path}: {reason}; take an earlier checkpoint or a copy")
        self.path = path
        self.reason = reason


class NewerSchemaError(HebbaxError):
    """An intact checkpoint of a newer hebbax: falling back to an older file would throw good work away."""

    def __init__(self, path: Path, schema: int) -> None:
        super().__init__(
            f"checkpoint {path} was written by a newer hebbax (schema {schema}, this one reads up to {SCHEMA}): "
            "upgrade hebbax"
        )


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> list[Path]:
    """Write a checkpoint atomically, and return its files; the same content gives the same bytes in every process.

    Raises HebbaxError where a file cannot be written (disk full); what was there before stays.
    """
    envelope = {
        "checksum": _NO_CHECKSUM,
        "document": checkpoint.document,
        "generation": checkpoint.generation,
        "schema": SCHEMA_OF_ONE_FILE,
    }
    # safetensors writes the memory behind an array as it lies: a transposed one would come back scrambled.
    tensors = {name: np.asarray(value, order="C") for name, value in sorted(checkpoint.tensors.items())}
    content = _signed(tensors, envelope)
    if len(content) <= PART_BYTES:
        write_bytes_atomically(path, content)
        return [path]
    parts = slices_of(safetensors.numpy.save(tensors))
    head = _signed({}, {**envelope, "parts": digests_of(parts), "schema": SCHEMA_IN_PARTS})
    return write_with_parts(path, head, parts)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and verify every byte of it.

    Raises UnusableCheckpointError for a file that is missing, cut off, altered or something else, NewerSchemaError
    for one that only a newer hebbax understands. Both are HebbaxErrors that name the file. What the arrays and the
    document are is theirs to check who use them.
    """
    content, envelope = _read_envelope(path)
    try:
        tensors = safetensors.numpy.load(read_parts(path, envelope["parts"]) if "parts" in envelope else content)
    except Exception as error:  # any: what safetensors raises depends on its version
        raise UnusableCheckpointError(path, one_line(error)) from error
    return Checkpoint(envelope["generation"], tensors, envelope["document"])


def checkpoint_files(path: Path) -> list[Path]:
    """Return the files of a checkpoint: that of its path, and its parts in order. Raises as `read_checkpoint`."""
    return [path, *part_paths(path, _read_envelope(path)[1].get("parts", []))]


def _read_envelope(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the content of a checkpoint's file, which is intact, and its JSON envelope."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UnusableCheckpointError(path, "it does not exist") from None
    except OSError as error:
        raise UnusableCheckpointError(path, error.strerror or str(error)) from error
    envelope = _verified_envelope(path, content)
    if isinstance(envelope.get("schema"), int) and envelope["schema"] > SCHEMA:  # whatever else it holds
        raise NewerSchemaError(path, envelope["schema"])
    try:
        _ENVELOPE.check(envelope)
    except HebbaxError as error:
        raise UnusableCheckpointError(path, one_line(error)) from error
    return content, envelope


def _signed(tensors: dict[str, np.ndarray], envelope: dict[str, Any]) -> bytes:
    """Return a safetensors file of tensors and an envelope, with the checksum over it."""
    text = json.dumps(envelope, sort_keys=True, separators=(",", ":"))
    content = safetensors.numpy.save(tensors, {_METADATA_KEY: text})
    checksum = hashlib.sha256(content).hexdigest()
    # The first match is ours: metadata comes first in the header, and "checksum" first in the sorted envelope.
    return content.replace(_NO_CHECKSUM.encode(), checksum.encode(), 1)


def _verified_envelope(path: Path, content: bytes) -> dict[str, Any]:
    """Return the JSON envelope of an intact file; until the checksum agrees, any byte may be wrong."""
    header_end = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    if content[_LENGTH_BYTES : _LENGTH_BYTES + 1] not in (b"{", b""):
        raise UnusableCheckpointError(path, "it is not a safetensors file")
    if len(content) < header_end or len(content) <= _LENGTH_BYTES:
        raise UnusableCheckpointError(path, "it is cut off or altered (its header is incomplete)")
    try:
        metadata = json.loads(content[_LENGTH_BYTES:header_end])["__metadata__"]
        envelope = json.loads(metadata[_METADATA_KEY])  # NaN and infinity are kept
        checksum = envelope["checksum"].encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise UnusableCheckpointError(
            path, "it is altered or not a hebbax checkpoint (its header is unreadable)"
        ) from None
    blank = content.replace(checksum, _NO_CHECKSUM.encode(), 1)
    if hashlib.sha256(blank).hexdigest().encode() != checksum:
        raise UnusableCheckpointError(path, "it is cut off or altered (its checksum does not match)")
    return envelope
