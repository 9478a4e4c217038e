"""Reads a recording: what it is of, and the arrays of each life."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hebbax.errors import HebbaxError, about, one_line
from hebbax.expected import Fields
from hebbax.files.documents import parse_json
from hebbax.recording.checks import check_life, check_names, checked_attribute
from hebbax.recording.inside import array_in, attribute_of, dataset_in, group_in, holds, names_in, tells
from hebbax.recording.layout import DATASETS, SCHEMA
from hebbax.recording.redraw import redraw_of_stored
from hebbax.types import Record

_EVERY_STEP = 3
"""Schema from which on a file has torques and speeds of every physics step."""


@dataclass(frozen=True)
class RecordedLife:
    """One life of a recording; its arrays are read from the file when they are asked for."""

    number: int
    key: np.ndarray  # uint32 [2], the life's own
    total_return: float
    length: int  # ticks that it lived, kept or not
    end: str  # reached, terminated, diverged or stopped
    terminations: int
    warnings: int
    group: h5py.Group

    def record(self) -> Record:
        """Return all kept ticks, as an engine's record holds them; no columns where the file has no array.

        Files of before schema 3 have one torque a tick, which tells too little of servos: no physics step then.
        Raises HebbaxError for arrays that are damaged, or not the file's own.
        """
        rows = len(dataset_in(self.group, "tick"))
        none: dict[str, np.ndarray] = dict.fromkeys(("torques", "speeds"), np.zeros((rows, 0, 0), np.float32))
        fields = {
            name: array_in(self.group, name) if holds(self.group, name) else none.get(name, np.zeros((rows, 0)))
            for name in (dataset.name for dataset in DATASETS)
            if name in Record._fields
        }
        if _told(self.group.file, "schema") < _EVERY_STEP:
            actuators = fields["torques"].shape[-1]
            fields |= dict.fromkeys(("torques", "speeds"), np.zeros((rows, 0, actuators), np.float32))
        state = self._state()
        if state and holds(self.group, "pictures"):
            fields["observations"] = self._redrawn(state)
        record = Record(**fields, weights=self.weights(), state=state)
        check_life(self, array_in(self.group, "tick"), record, _told(self.group.file, "every"))
        return record

    def _state(self) -> Any:
        """Return the world's state as a named tuple of arrays, empty where the file has none."""
        if not holds(self.group, "state"):
            return ()
        group = group_in(self.group, "state")
        arrays = {name: array_in(group, name) for name in _told(group, "arrays")}
        return namedtuple("State", list(arrays))(**arrays)  # pyright: ignore[reportUntypedNamedTuple]

    def _redrawn(self, state: Any) -> np.ndarray:
        """Return what the life observed, drawn from its states, but where the file has what was observed."""
        file, pictures = self.group.file, group_in(self.group, "pictures")
        config = parse_json(str(_told(file, "config")))
        damage = str(_told(file, "damage"))
        redraw = redraw_of_stored(config, damage, Path(file.filename), self.number, self.key)
        observations = redraw.observations(state, array_in(self.group, "tick"))
        rows, seen = array_in(pictures, "row"), array_in(pictures, "observations")
        fits = rows.ndim == 1 and rows.dtype.kind == "i" and seen.shape == (len(rows), observations.shape[1])
        if not fits or (len(rows) and not 0 <= rows.min() <= rows.max() < len(observations)):
            where = f"{file.filename}, {pictures.name}"
            raise HebbaxError(f"{where}: row and observations do not belong together or to the kept ticks")
        observations[rows] = seen
        return observations

    def weights(self) -> np.ndarray:
        """Return the weights of all layers, float32 [kept ticks, weights]."""
        rows = len(dataset_in(self.group, "tick"))
        layers = group_in(self.group, "weights")
        matrices = [array_in(layers, str(number)) for number in range(len(names_in(layers)))]
        if any(matrix.dtype.kind != "f" or matrix.ndim != 3 or len(matrix) != rows for matrix in matrices):
            where = f"{self.group.file.filename}, {self.group.name}"
            raise HebbaxError(f"{where}: expected weights as numbers of shape ({rows}, presynaptic, postsynaptic)")
        parts = [matrix.reshape(rows, math.prod(matrix.shape[1:])) for matrix in matrices]  # rows may be 0
        return np.concatenate(parts, axis=1) if parts else np.zeros((rows, 0), np.float32)


class Recording:
    """An open recording: iterate over its lives, and close it, or use it in a `with` block."""

    def __init__(self, path: Path, file: h5py.File) -> None:
        self.path, self._file = path, file

    @property
    def task(self) -> str:
        """The task's name."""
        return str(_told(self._file, "task"))

    @property
    def policy(self) -> str:
        """The policy's name."""
        return str(_told(self._file, "policy"))

    @property
    def config(self) -> dict[str, Any]:
        """The run's configuration, as `hebbax.config.train.from_dict` takes it."""
        return self._object("config")

    @property
    def genome(self) -> np.ndarray:
        """The controller's genome, float32 [genome_size]."""
        return array_in(self._file, "genome")

    @property
    def which_genome(self) -> str:
        """Which genome of the run that is: mean or best."""
        return str(_told(self._file, "genome"))

    @property
    def normaliser(self) -> tuple[np.ndarray, np.ndarray]:
        """What is taken from observations, and what they are multiplied by then: float64 [observations] each."""
        return array_in(self._file, "observation_mean"), array_in(self._file, "observation_scale")

    @property
    def seed(self) -> int:
        """The seed of the lives."""
        return int(_told(self._file, "seed"))

    @property
    def ticks(self) -> int:
        """Ticks that each life was to have."""
        return int(_told(self._file, "ticks"))

    @property
    def damage(self) -> str:
        """What happened to the lives, as `damage.text` reads it; empty for nothing, and in files of before."""
        return str(_told(self._file, "damage")) if tells(self._file, "damage") else ""

    @property
    def controller_sha256(self) -> str | None:
        """Which controller it is of, as `runs.identity.controller_sha256` says; None in files of before."""
        return str(_told(self._file, "controller_sha256")) if tells(self._file, "controller_sha256") else None

    @property
    def world(self) -> dict[str, Any] | None:
        """What the task's world was made of, as run.json says it; None in files of before."""
        return self._object("world") if tells(self._file, "world") else None

    @property
    def termination(self) -> str:
        """What the task's termination did: end or restart."""
        return str(_told(self._file, "termination"))

    @property
    def engine(self) -> str:
        """What ran the lives: native, lockstep or vector."""
        return str(_told(self._file, "engine"))

    @property
    def every(self) -> int:
        """Ticks from one that is kept to the next."""
        return int(_told(self._file, "every"))

    @property
    def control_period(self) -> float:
        """Seconds a tick."""
        return float(_told(self._file, "control_period"))

    def __len__(self) -> int:
        return len(names_in(self._groups))

    def __iter__(self) -> Iterator[RecordedLife]:
        return (self.life(number) for number in range(len(self)))

    def life(self, number: int) -> RecordedLife:
        """Return one life. Raises HebbaxError for a number that the recording does not have."""
        names = sorted(names_in(self._groups), key=int)
        if not 0 <= number < len(names):
            raise HebbaxError(f"life {number}: {self.path} holds 0 to {len(names) - 1}")
        group = group_in(self._groups, names[number])
        return RecordedLife(
            number=int(names[number]),
            key=np.asarray(_told(group, "key"), np.uint32),
            total_return=float(_told(group, "return")),
            length=int(_told(group, "length")),
            end=str(_told(group, "end")),
            terminations=int(_told(group, "terminations")),
            warnings=int(_told(group, "warnings")),
            group=group,
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def _groups(self) -> h5py.Group:
        return group_in(self._file, "lives")

    def _object(self, name: str) -> dict[str, Any]:
        """Return what an attribute holds as JSON. Raises HebbaxError unless it is an object."""
        with about(self.path):
            values = parse_json(str(_told(self._file, name)))
            Fields().check(values, f"@{name}")
        return values


def open_recording(path: str | Path) -> Recording:
    """Open a recording for reading.

    What it holds is checked when it is read: links and numbers in other files are refused, and what is not as it was
    written. Files of before there were checksums have none.

    Raises HebbaxError for a file that is missing, not HDF5, not a recording, damaged, or of a newer hebbax.
    """
    path = Path(path)
    try:
        file = h5py.File(path, "r")
    except FileNotFoundError:
        raise HebbaxError(f"no recording at {path}: `hebbax record RUN` writes one") from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = one_line(error)
        raise HebbaxError(f"cannot read {path} as HDF5: {reason}; give a file that `hebbax record` wrote") from None
    try:
        if not tells(file, "schema") or not holds(file, "lives"):
            raise HebbaxError(f"{path} is not a recording: give a file that `hebbax record` wrote")
        schema = _told(file, "schema")
        if schema > SCHEMA:
            raise HebbaxError(f"{path} has schema {schema}: this hebbax reads up to {SCHEMA}; install a newer one")
        check_names(file)
    except BaseException:
        file.close()
        raise
    return Recording(path, file)


def _told(group: h5py.Group, name: str) -> Any:
    return checked_attribute(group, name, attribute_of(group, name))
