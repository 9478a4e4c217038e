"""Writes a recording as lives go on: rows are appended part by part, so a life may be longer than memory.

Room is asked for before HDF5 gets the rows. Where the disk has none, the lives that are whole stay, and no others.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import TEMPORARY_SUFFIX, sync_folder, write_error
from hebbax.files.writer_lock import only_writer
from hebbax.networks.network import Connection
from hebbax.recording.attributes import write_attributes
from hebbax.recording.layout import DATASETS, END_NAMES, SCHEMA, STATE_MEANING, WEIGHTS_MEANING
from hebbax.recording.redraw import Redraw
from hebbax.recording.storage import Storage
from hebbax.types import Lives, Record

_CHUNK_BYTES = 1 << 18  # of an array in the file: large enough to read fast, small enough to read a few ticks
_LARGE_ROW = 1 << 10  # bytes of a tick's state from which on it is compressed
_SPARE_BYTES = 1 << 17  # for what HDF5 keeps about arrays, until the file is closed

# The first formats of HDF5 with checksums of all that is not an array, readable since HDF5 1.10 (2016).
_FORMAT = ("v110", "v110")


class RefusedError(OSError):
    """The system gives a recording no more room."""


class RecordingWriter:
    """An HDF5 file that is being written; `create_recording` makes one. Not to be used by two threads at once."""

    def __init__(
        self,
        file: h5py.File,
        storage: Storage,
        *,
        connections: Sequence[Connection],
        columns: Mapping[str, Sequence[str]],
        state_units: Mapping[str, str],
        control_period: float,
        every: int,
        redraw_of: Callable[[int], Redraw] | None = None,
    ) -> None:
        _describe(file.create_group("arrays"), connections, columns, state_units)
        self._file, self._storage = file, storage
        self._lives = file.create_group("lives")
        self._connections = connections
        self._period, self._every = control_period, every
        self._seen: dict[int, int] = {}
        self._rows: dict[int, int] = {}
        self._redraw_of, self._redraws = redraw_of, {}
        self._whole: set[str] = set()
        self._refusal: RefusedError | None = None

    def append(self, life: int, record: Record) -> None:
        """Append the next ticks of a life, as many as the record's, of which every n-th is kept.

        Raises RefusedError where there is no room for them, and whenever there was none before.
        """
        start = self._seen.get(life, 0)
        self._seen[life] = start + len(record.rewards)
        ticks = np.arange(start, self._seen[life])
        kept = slice(-start % self._every, None, self._every)
        rows: dict[str, np.ndarray] = {"tick": ticks, "time": ticks * self._period, **record._asdict()}
        # One without columns is of a body that the world does not have.
        arrays = {one.name: rows[one.name][kept] for one in DATASETS if all(rows[one.name].shape[1:])}
        if self._redraw_of is not None:
            arrays |= self._pictures(life, record, ticks, kept, arrays.pop("observations"))
        arrays |= {f"state/{name}": values[kept] for name, values in _state(record).items()}
        arrays |= {f"weights/{number}": part for number, part in enumerate(self._layers(record.weights[kept]))}
        with self._room(sum(map(_bytes_of, arrays.values()))):
            group = self._lives.require_group(_group_name(life))
            group.require_group("weights")
            if record.state and "state" not in group:  # HDF5 sorts names
                write_attributes(group.create_group("state"), {"arrays": list(record.state._fields)})
            for name, values in arrays.items():
                _append(group, name, values)

    def finish(self, life: int, key: np.ndarray, row: Lives) -> None:
        """Write what a life came to, from its row, and the key [2] that it was lived from.

        Raises RefusedError as `append` does.
        """
        attributes = {
            "key": key,
            "return": float(row.returns[0]),
            "length": int(row.lengths[0]),
            "end": END_NAMES[int(row.ends[0])],
            "terminations": int(row.terminations[0]),
            "warnings": int(row.warnings[0]),
        }
        with self._room(0):
            write_attributes(self._lives.require_group(_group_name(life)), attributes)
        self._whole.add(_group_name(life))

    def keep_whole_lives(self) -> int:
        """Remove the lives that are not whole; return how many are left."""
        for name in list(self._lives):
            if name not in self._whole:
                del self._lives[name]
        return len(self._lives)

    @contextmanager
    def _room(self, size: int) -> Iterator[None]:
        """Write in this block, once the system has promised room for so many bytes more."""
        if self._refusal is not None:
            raise self._refusal
        try:
            self._storage.make_room(self._file.id.get_filesize() + size + _SPARE_BYTES)
            yield
            self._storage.check()
        except OSError as error:
            self._refusal = RefusedError(error.errno or 0, error.strerror or str(error))
            raise self._refusal from error

    def _pictures(
        self, life: int, record: Record, ticks: np.ndarray, kept: slice, seen: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return the observations that do not come out of the states to the bit, with the rows where they stand."""
        if life not in self._redraws:
            assert self._redraw_of is not None
            self._redraws[life] = self._redraw_of(life)
        drawn = self._redraws[life].observations([values[kept] for values in record.state], ticks[kept])
        differ = np.flatnonzero(np.any(drawn.view(np.int64) != seen.view(np.int64), axis=1))
        first = self._rows.get(life, 0)
        self._rows[life] = first + len(seen)
        return {"pictures/row": first + differ, "pictures/observations": seen[differ]}

    def _layers(self, weights: np.ndarray) -> Iterator[np.ndarray]:
        begin = 0
        for connection in self._connections:
            yield weights[:, begin : begin + connection.size].reshape(-1, *connection.shape)
            begin += connection.size


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
    redraw_of: Callable[[int], Redraw] | None = None,
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
        redraw_of: what draws the pictures of a life, where the file is to hold none that comes out of its states.

    Raises HebbaxError if the file cannot be written, or another process is writing it. Where there is no more room for
    it, the lives that are whole by then are kept, and the error says how many.
    """
    in_block = whole = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with only_writer(path), _named_when_whole(path) as (file, storage):
            texts = (str, int, float)
            told = {
                name: value if isinstance(value, texts) else json.dumps(value) for name, value in attributes.items()
            }
            write_attributes(file, {"schema": SCHEMA, **told})
            for name, values in arrays.items():
                file.create_dataset(name, data=values, **_checked(values.shape))
            writer = RecordingWriter(
                file,
                storage,
                connections=connections,
                columns=columns,
                state_units=state_units or {},
                control_period=control_period,
                every=every,
                redraw_of=redraw_of,
            )
            try:
                yield writer
            except RefusedError as error:
                whole = writer.keep_whole_lives()
                in_block = write_error(path, error)
                if not whole:
                    raise in_block from error
            except OSError as error:  # of the caller's
                in_block = error
                raise
    except OSError as error:
        if error is in_block:
            raise
        raise in_block or write_error(path, error) from error
    if whole:
        lives = "life that was" if whole == 1 else "lives that were"
        raise HebbaxError(f"{in_block}; {path} holds the {whole} {lives} whole by then")


@contextmanager
def _named_when_whole(path: Path) -> Iterator[tuple[h5py.File, Storage]]:
    """Open a new file under a temporary name, in place of one that a killed process has left."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    storage = Storage(temporary)  # one that cannot be opened may be another's, and stays
    try:
        with contextlib.closing(storage):
            with h5py.File(temporary, "w", driver="fileobj", fileobj=storage, libver=_FORMAT) as file:
                yield file, storage
            storage.settle()
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()  # gone already, unless the writing failed


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
        attributes: dict[str, Any] = {"meaning": dataset.meaning}
        if dataset.unit:
            attributes["unit"] = dataset.unit
        if dataset.name in columns:
            attributes["columns"] = list(columns[dataset.name])
        write_attributes(group.create_group(dataset.name), attributes)
    for name, unit in state_units.items():
        write_attributes(group.create_group(f"state/{name}"), {"meaning": STATE_MEANING, "unit": unit})
    layers = group.create_group("weights")
    write_attributes(layers, {"meaning": WEIGHTS_MEANING})
    for number, connection in enumerate(connections):
        write_attributes(layers.create_group(str(number)), {"connection": connection.name})


def _append(group: h5py.Group, name: str, rows: np.ndarray) -> None:
    """Append rows to an array, which the first rows make."""
    if name not in group:
        chunk = (_chunk_rows(rows), *rows.shape[1:])
        # A large state says the same at most ticks, such as where a road is.
        packed = {"compression": 1, "shuffle": True} if _is_large(name, rows) else {}
        group.create_dataset(name, data=rows, maxshape=(None, *rows.shape[1:]), **_checked(chunk), **packed)
        return
    dataset = group[name]
    assert isinstance(dataset, h5py.Dataset)
    begin = len(dataset)
    dataset.resize(begin + len(rows), axis=0)
    dataset[begin:] = rows


def _is_large(name: str, rows: np.ndarray) -> bool:
    return name.startswith(("state/", "pictures/")) and _row_bytes(rows) >= _LARGE_ROW


def _chunk_rows(rows: np.ndarray) -> int:
    return max(1, min(_CHUNK_BYTES // max(1, _row_bytes(rows)), 1024))


def _row_bytes(rows: np.ndarray) -> int:
    return rows.itemsize * int(np.prod(rows.shape[1:]))


def _bytes_of(rows: np.ndarray) -> int:
    """Return the most bytes that appending rows takes: their own, and the rest of a chunk."""
    return (len(rows) + _chunk_rows(rows)) * _row_bytes(rows)


def _checked(chunk: tuple[int, ...]) -> dict[str, Any]:
    """Return the options of an array in chunks with a Fletcher-32 each; one without a number has neither."""
    return {"chunks": chunk, "fletcher32": True} if chunk and all(chunk) else {}
