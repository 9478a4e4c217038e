"""Writes a recording as lives go on: rows are appended part by part, so a life may be longer than memory."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hebbax.files.atomic_write import TEMPORARY_SUFFIX, write_error
from hebbax.files.writer_lock import only_writer
from hebbax.networks.network import Connection
from hebbax.recording.layout import DATASETS, END_NAMES, SCHEMA, STATE_MEANING, WEIGHTS_MEANING
from hebbax.types import Lives, Record

_CHUNK_BYTES = 1 << 18  # of an array in the file: large enough to read fast, small enough to read a few ticks


class RecordingWriter:
    """An HDF5 file that is being written; `create_recording` makes one. Not to be used by two threads at once."""

    def __init__(
        self,
        file: h5py.File,
        *,
        connections: Sequence[Connection],
        columns: Mapping[str, Sequence[str]],
        state_units: Mapping[str, str],
        control_period: float,
        every: int,
    ) -> None:
        _describe(file.create_group("arrays"), connections, columns, state_units)
        self._lives = file.create_group("lives")
        self._connections = connections
        self._period, self._every = control_period, every
        self._seen: dict[int, int] = {}

    def append(self, life: int, record: Record) -> None:
        """Append the next ticks of a life, as many as the record's, of which every n-th is kept."""
        start = self._seen.get(life, 0)
        self._seen[life] = start + len(record.rewards)
        ticks = np.arange(start, self._seen[life])
        kept = slice(-start % self._every, None, self._every)
        rows: dict[str, np.ndarray] = {"tick": ticks, "time": ticks * self._period, **record._asdict()}
        group = self._lives.require_group(_group_name(life))
        for dataset in DATASETS:
            values = rows[dataset.name]
            if values.ndim > 1 and not values.shape[1]:
                continue  # the world has no such body
            _append(group, dataset.name, values[kept])
        for name, values in _state(record).items():
            states = group.require_group("state")
            states.attrs["arrays"] = list(record.state._fields)  # HDF5 sorts names
            _append(states, name, values[kept])
        self._append_weights(group.require_group("weights"), record.weights[kept])

    def finish(self, life: int, key: np.ndarray, row: Lives) -> None:
        """Write what a life came to, from its row, and the key [2] that it was lived from."""
        attributes = self._lives[_group_name(life)].attrs
        attributes["key"] = key
        attributes["return"] = float(row.returns[0])
        attributes["length"] = int(row.lengths[0])
        attributes["end"] = END_NAMES[int(row.ends[0])]
        attributes["terminations"] = int(row.terminations[0])
        attributes["warnings"] = int(row.warnings[0])

    def _append_weights(self, group: h5py.Group, weights: np.ndarray) -> None:
        begin = 0
        for number, connection in enumerate(self._connections):
            part = weights[:, begin : begin + connection.size].reshape(-1, *connection.shape)
            begin += connection.size
            _append(group, str(number), part)


@contextmanager
def create_recording(
    path: Path,
    *,
    attributes: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    connections: Sequence[Connection],
    columns: Mapping[str, Sequence[str]],
    control_period: float,
    every: int,
    state_units: Mapping[str, str] | None = None,
) -> Iterator[RecordingWriter]:
    """Write a recording, which gets its name when the block ends well; after an error nothing is left.

    Args:
        path: of the file; its folder is made.
        attributes: of the file: numbers and strings, or what becomes JSON.
        arrays: of the file, by name.
        connections: of the weights, in the order of a record's.
        columns: names of the columns of a life's arrays.
        control_period: s, a tick.
        every: ticks from one that is kept to the next.
        state_units: unit of each array of the world's state, where records hold one.

    Raises HebbaxError if the file cannot be written, or another process is writing it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with only_writer(path), _named_when_whole(path) as file:
            file.attrs["schema"] = SCHEMA
            for name, value in attributes.items():
                file.attrs[name] = value if isinstance(value, str | int | float) else json.dumps(value)
            for name, values in arrays.items():
                file[name] = values
            yield RecordingWriter(
                file,
                connections=connections,
                columns=columns,
                state_units=state_units or {},
                control_period=control_period,
                every=every,
            )
    except OSError as error:
        raise write_error(path, _of_system(error)) from error


@contextmanager
def _named_when_whole(path: Path) -> Iterator[h5py.File]:
    """Open a new file under a temporary name, in place of one that a killed process has left."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    file = h5py.File(temporary, "w")  # one that cannot be opened may be another's, and stays
    try:
        with file:
            yield file
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()  # gone already, unless the writing failed


def _of_system(error: OSError) -> OSError:
    """Return the system's own error, which HDF5 hides within its account of what it was doing."""
    found = re.search(r"\berrno = (\d+)", str(error))
    return error if error.strerror or found is None else OSError(int(found[1]), os.strerror(int(found[1])))


def _group_name(life: int) -> str:
    return f"{life:04d}"


def _state(record: Record) -> dict[str, np.ndarray]:
    """Return the arrays of a record's state by name; none of a MuJoCo world."""
    return record.state._asdict() if record.state else {}


def _describe(
    group: h5py.Group,
    connections: Sequence[Connection],
    columns: Mapping[str, Sequence[str]],
    state_units: Mapping[str, str],
) -> None:
    """Say once what the arrays of all lives are: on those of every life it would take longer than the arrays."""
    for dataset in DATASETS:
        attributes = group.create_group(dataset.name).attrs
        attributes["meaning"] = dataset.meaning
        if dataset.unit:
            attributes["unit"] = dataset.unit
        if dataset.name in columns:
            attributes["columns"] = list(columns[dataset.name])
    for name, unit in state_units.items():
        attributes = group.require_group("state").create_group(name).attrs
        attributes["meaning"], attributes["unit"] = STATE_MEANING, unit
    layers = group.create_group("weights")
    layers.attrs["meaning"] = WEIGHTS_MEANING
    for number, connection in enumerate(connections):
        layers.create_group(str(number)).attrs["connection"] = connection.name


def _append(group: h5py.Group, name: str, rows: np.ndarray) -> None:
    """Append rows to an array, which the first rows make."""
    if name not in group:
        size = rows.itemsize * int(np.prod(rows.shape[1:]))
        chunk = (max(1, min(_CHUNK_BYTES // size, 1024)), *rows.shape[1:])
        group.create_dataset(name, data=rows, maxshape=(None, *rows.shape[1:]), chunks=chunk)
        return
    dataset = group[name]
    assert isinstance(dataset, h5py.Dataset)
    begin = len(dataset)
    dataset.resize(begin + len(rows), axis=0)
    dataset[begin:] = rows
