"""Attributes with checksums beside them: HDF5 has none for the texts that they hold."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

CHECKSUMS = "checksums"
"""The attribute with the CRC-32 of each of the others, by name, as JSON."""


def write_attributes(group: h5py.Group, values: Mapping[str, Any]) -> None:
    """Write the attributes of a group, all that we give it, and their checksums."""
    for name, value in values.items():
        group.attrs[name] = value
    group.attrs[CHECKSUMS] = json.dumps({name: checksum(group.attrs[name]) for name in values})


def checksum(value: Any) -> str:
    """Return the CRC-32 of a value of an attribute, as h5py reads it, in hexadecimal."""
    return f"{zlib.crc32(json.dumps(np.asarray(value).tolist(), default=repr).encode()):08x}"


def is_altered(group: h5py.Group, name: str, value: Any) -> bool:
    """Whether an attribute has another value than it was written with; no where it has no checksum.

    Files of before have none, nor has what others have added.
    """
    recorded = json.loads(group.attrs.get(CHECKSUMS, "{}"))
    return name in recorded and recorded[name] != checksum(value)
