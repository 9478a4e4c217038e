"""What a recording holds itself, as it was written: no links, no bytes of other files, nothing that has changed since.

A file can name others, and HDF5 reads those as if they were part of it: whatever the user may read would be taken for
an array of a life. And a bit that a disk has lost would be a number like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import h5py
import numpy as np

from hebbax.errors import HebbaxError, one_line
from hebbax.recording.attributes import is_altered

Found = TypeVar("Found", h5py.Group, h5py.Dataset)

# Those that HDF5 and h5py have themselves, such as a compression that someone packed a file with: for others libraries
# would be loaded.
_FILTERS = (
    h5py.h5z.FILTER_DEFLATE,
    h5py.h5z.FILTER_SHUFFLE,
    h5py.h5z.FILTER_FLETCHER32,
    h5py.h5z.FILTER_SZIP,
    h5py.h5z.FILTER_NBIT,
    h5py.h5z.FILTER_SCALEOFFSET,
    h5py.h5z.FILTER_LZF,
)

_UNREADABLE = (OSError, RuntimeError, LookupError, ValueError, TypeError, OverflowError)
"""What h5py raises for bytes that are no HDF5, beside MemoryError."""


def names_in(group: h5py.Group) -> list[str]:
    """Return the names of what stands in a group. Raises HebbaxError where it is damaged."""
    with _readable(group, ""):
        return list(group)


def holds(group: h5py.Group, name: str) -> bool:
    """Whether a group has a name, be it of a link that leads nowhere. Raises HebbaxError where it is damaged."""
    with _readable(group, name):
        return group.id.links.exists(name.encode())


def tells(group: h5py.Group, name: str) -> bool:
    """Whether a group has an attribute. Raises HebbaxError where it is damaged."""
    with _readable(group, f"@{name}"):
        return name in group.attrs


def group_in(group: h5py.Group, name: str) -> h5py.Group:
    """Return a group within another. Raises HebbaxError unless it is the file's own."""
    return _member(group, name, h5py.Group)


def dataset_in(group: h5py.Group, name: str) -> h5py.Dataset:
    """Return an array within a group. Raises HebbaxError unless it and its bytes are the file's own."""
    dataset = _member(group, name, h5py.Dataset)
    with _readable(group, name):
        made = dataset.id.get_create_plist()
        elsewhere = made.get_layout() == h5py.h5d.VIRTUAL or made.get_external_count() > 0
        empty = not dataset.shape  # or a single number, which no array of a recording is
        filters = [made.get_filter(index)[0] for index in range(made.get_nfilters())]
    if empty:
        raise _error(group, name, "is no array of numbers")
    if elsewhere:
        raise _error(group, name, "has its numbers in another file")
    if unknown := [code for code in filters if code not in _FILTERS]:
        raise _error(group, name, f"needs the filter {unknown[0]}, which HDF5 and h5py do not have themselves")
    return dataset


def array_in(group: h5py.Group, name: str) -> np.ndarray:
    """Return the numbers of an array. Raises HebbaxError as `dataset_in` does, and where they are damaged."""
    dataset = dataset_in(group, name)
    with _readable(group, name):
        return dataset[()]


def attribute_of(group: h5py.Group, name: str) -> Any:
    """Return an attribute. Raises HebbaxError where it is missing or damaged."""
    with _readable(group, f"@{name}"):
        value = group.attrs[name]
        altered = is_altered(group, name, value)
    if altered:
        raise _error(group, f"@{name}", "is altered (its checksum does not match)")
    return value


def _member(group: h5py.Group, name: str, kind: type[Found]) -> Found:
    with _readable(group, name):
        link = group.id.links.get_info(name.encode()).type
        hard = link == h5py.h5l.TYPE_HARD  # pyright: ignore[reportAttributeAccessIssue]
        found = group[name] if hard else None
    if found is None:
        raise _error(group, name, "is a link to another place or file")
    if not isinstance(found, kind):
        raise _error(group, name, f"is no {kind.__name__.lower()}")
    return found


@contextmanager
def _readable(group: h5py.Group, name: str) -> Iterator[None]:
    """Raise HebbaxError where HDF5 cannot read, or its checksums say that something has changed."""
    try:
        yield
    except HebbaxError:
        raise
    except _UNREADABLE as error:
        raise _error(group, name, f"is missing or damaged ({one_line(error)})") from error


def _error(group: h5py.Group, name: str, what: str) -> HebbaxError:
    path, place = group.file.filename, f"{(group.name or '/').rstrip('/')}/{name}"
    return HebbaxError(f"cannot use recording {path}: {place} {what}; record it anew, or restore it from a copy")
