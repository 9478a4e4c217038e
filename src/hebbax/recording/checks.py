"""What the attributes and arrays of a recording must be, and that they belong together."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from hebbax.engines.lives import empty_record
from hebbax.errors import HebbaxError
from hebbax.expected import LARGEST, TEXT, ListOf, Shape, Single, number, one_of, shown, whole
from hebbax.policies.policy import Policy
from hebbax.recording.inside import group_in, names_in
from hebbax.recording.layout import END_NAMES
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_RETURN, MOST_TICKS, ON_TERMINATION, Normaliser, Record

_FIELD_NAMES = Single(
    "a list of different names",
    lambda value: isinstance(value, list) and len(set(map(str, value))) == len(value) and all(map(_is_name, value)),
)

ATTRIBUTES: Mapping[str, Shape] = {
    "schema": whole(1),
    **dict.fromkeys(("task", "policy", "genome", "damage", "engine", "config"), TEXT),
    **dict.fromkeys(("controller_sha256", "world"), TEXT),
    "termination": one_of(*ON_TERMINATION),
    "seed": whole(0, 2**32 - 1),
    "ticks": whole(1, MOST_TICKS),
    "every": whole(1),
    "control_period": number(1e-9, LARGEST),
    "key": ListOf(whole(0, 2**32 - 1), 2),
    "return": number(-MOST_RETURN, MOST_RETURN),
    "length": whole(0, MOST_TICKS),
    "end": one_of(*END_NAMES.values()),
    "terminations": whole(0, MOST_TICKS),
    "warnings": whole(),
    "arrays": _FIELD_NAMES,
}
"""The attributes that are read, of the file, of a life and of its state."""

_KINDS = {"tick": "iu", "terminated": "b", "contacts": "fb"}  # of NumPy's types; of all others f
_MOST = 1e30  # in size, of any number of a life that did not diverge


def checked_attribute(group: h5py.Group, name: str, value: Any) -> Any:
    """Return an attribute as a plain value. Raises HebbaxError for one of another type than its name says."""
    value = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    try:
        ATTRIBUTES[name].check(value, f"@{name}")
    except HebbaxError as error:
        raise HebbaxError(f"{_where(group)}: {error}") from None
    return value


def check_names(file: h5py.File) -> None:
    """Raise HebbaxError for a life whose name is no number."""
    for name in names_in(group_in(file, "lives")):
        if not (name.isascii() and name.isdigit()):
            raise HebbaxError(f"{file.filename}: a life is called {shown(name)}: expected its number, such as '0000'")


def check_life(life: Any, ticks: np.ndarray, record: Record, every: int) -> None:
    """Raise HebbaxError for arrays of a life that are of another type, or do not belong together.

    Args:
        life: a `RecordedLife`, for its attributes.
        ticks: which were kept.
        record: its arrays.
        every: ticks from one that is kept to the next.
    """
    rows, where = -(-life.length // every), _where(life.group)
    for name, values in {"tick": ticks, **record._asdict()}.items():
        if name != "state":
            _check_array(f"{where}: {name}", values, _KINDS.get(name, "f"), rows, diverged=life.end == "diverged")
    for name, values in record.state._asdict().items() if record.state else ():
        _check_array(f"{where}: state/{name}", values, "f", rows, diverged=life.end == "diverged")
    if not np.array_equal(ticks, np.arange(rows) * every):
        raise HebbaxError(f"{where}: tick is not 0, {every}, … as expected where every {every} of them is kept")
    if record.rewards.ndim != 1 or record.terminated.ndim != 1:
        raise HebbaxError(f"{where}: rewards or terminated have several columns: expected one number per row")
    total, size = float(record.rewards.sum()), float(np.abs(record.rewards).sum())
    if every == 1 and not abs(total - life.total_return) <= 1e-6 * (size + 1):
        raise HebbaxError(
            f"{where}: its rewards add up to {total:g}, but its return is {life.total_return:g}: expected the same"
        )


def _check_array(where: str, values: np.ndarray, kinds: str, rows: int, *, diverged: bool) -> None:
    if values.ndim < 1 or len(values) != rows:
        raise HebbaxError(f"{where} has shape {values.shape}: expected {rows} rows, as many as ticks were kept")
    if values.dtype.kind not in kinds and values.size:
        raise HebbaxError(f"{where} is of type {values.dtype}: expected numbers of another kind")
    if values.dtype.kind == "f" and not diverged and not (np.abs(values) <= _MOST).all():
        raise HebbaxError(f"{where} holds what is no number, or more than {_MOST:g}, in a life that did not diverge")


def check_fits(life: Any, record: Record, task: AnyTask, policy: Policy) -> None:
    """Raise HebbaxError for a life whose arrays are not as wide as those of a task and a policy."""
    expected = empty_record(task, 0, policy.weight_count)
    for name in Record._fields[:-1]:
        have, want = getattr(record, name).shape[1:], getattr(expected, name).shape[1:]
        earlier = name in ("torques", "speeds") and have == (0, *want[1:])  # a file of before they were kept
        if have != want and not earlier:
            raise HebbaxError(
                f"{_where(life.group)}: {name} has rows of shape {have}: expected {want}, as task {task.name!r} and "
                f"policy {policy.name!r} have"
            )


def check_clock(recording: Any, task: AnyTask) -> None:
    """Raise HebbaxError where the ticks of a `Recording` are not as long as those of its task."""
    if recording.control_period != task.control_period:
        raise HebbaxError(
            f"{recording.path}: control_period={recording.control_period:g} s, but a tick of task {task.name!r} is "
            f"{task.control_period:g} s"
        )


def checked_controller(
    path: Any, genome: np.ndarray, normaliser: tuple[np.ndarray, np.ndarray], task: AnyTask, policy: Policy
) -> tuple[np.ndarray, Normaliser]:
    """Return genome and normaliser of a recording. Raises HebbaxError where they are not of its policy and task."""
    sizes = {"genome": policy.genome_size, "observation_mean": task.normalised_size}
    sizes["observation_scale"] = task.normalised_size
    for (name, size), values in zip(sizes.items(), (genome, *normaliser), strict=True):
        if values.shape != (size,) or values.dtype.kind != "f" or not np.isfinite(values).all():
            raise HebbaxError(
                f"{path}: {name} has shape {values.shape} and type {values.dtype}: expected {size} finite numbers, as "
                f"task {task.name!r} and policy {policy.name!r} have"
            )
    return genome.astype(np.float32), Normaliser(*normaliser).of_size(task.normalised_size)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.isidentifier() and not keyword.iskeyword(value) and value[0] != "_"


def _where(group: h5py.Group) -> str:
    return f"{group.file.filename}{'' if group.name == '/' else f', {group.name}'}"
