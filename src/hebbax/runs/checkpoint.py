"""A checkpoint is one safetensors file that holds everything a run needs to go on, and can tell when it is damaged.

All that is not a tensor is one JSON text under one metadata key, because the order of several keys changes between
processes. That text begins with a SHA-256 over the whole file, taken while the place of its own 64 digits holds
zeros: so every byte counts, in the header too, and any program can check a file without knowing how it is laid out.
The checksum keeps this form in every schema, otherwise damage could pass for a file of a newer hebbax.
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
from hebbax.expected import TEXT, Fields, whole
from hebbax.files.atomic_write import write_bytes_atomically

SCHEMA = 1

_ENVELOPE = Fields({"checksum": TEXT, "schema": whole(1), "generation": whole(), "document": Fields()})

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


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically; the same content gives the same bytes in every process.

    Raises HebbaxError where the file cannot be written (disk full); what was there before stays.
    """
    write_bytes_atomically(path, _to_bytes(checkpoint))


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and verify every byte of it.

    Raises UnusableCheckpointError for a file that is missing, cut off, altered or something else, NewerSchemaError
    for one that only a newer hebbax understands. Both are HebbaxErrors that name the file. What the arrays and the
    document are is theirs to check who use them.
    """
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
        tensors = safetensors.numpy.load(content)
    except Exception as error:  # any: what safetensors raises depends on its version
        raise UnusableCheckpointError(path, one_line(error)) from error
    return Checkpoint(envelope["generation"], tensors, envelope["document"])


def _to_bytes(checkpoint: Checkpoint) -> bytes:
    # safetensors writes the memory behind an array as it lies: a transposed one would come back scrambled.
    tensors = {name: np.asarray(value, order="C") for name, value in sorted(checkpoint.tensors.items())}
    envelope = {
        "checksum": _NO_CHECKSUM,
        "document": checkpoint.document,
        "generation": checkpoint.generation,
        "schema": SCHEMA,
    }
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
