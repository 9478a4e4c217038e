"""The models that damages in the stage `model` make of a task's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from hebbax.damage.event_table import model_index
from hebbax.damage.events import Event
from hebbax.damage.kind import DamageNoise, Kind, as_argument
from hebbax.damage.kinds import KINDS
from hebbax.errors import HebbaxError
from hebbax.tasks.external.task import AnyTask
from hebbax.worlds.base import BodyChange

_NO_NOISE = DamageNoise(np.zeros(0), np.zeros(0), np.zeros(0))


def changed_model(task: AnyTask, events: Sequence[Event]) -> Any:
    """Return the model that a task's robot has while these events last, whatever their times.

    Raises HebbaxError for a target that the robot does not have, and for a body that cannot be stepped.
    """
    return _changed(task, *_whatever_time(events))


def _whatever_time(events: Sequence[Event]) -> tuple[tuple[Event, ...], tuple[Kind, ...]]:
    """Return events in the order in which they change a body, with their kinds as these are registered now."""
    ours = sorted(events, key=lambda event: not KINDS[event.kind].first)
    return tuple(replace(event, onset=0, duration=1) for event in ours), tuple(KINDS[event.kind] for event in ours)


@lru_cache(maxsize=32)  # of a generation under a few variants, which would be made anew for each
def _changed(task: AnyTask, events: tuple[Event, ...], kinds: tuple[Kind, ...]) -> Any:
    changes = [_change(kind, event, task) for kind, event in zip(kinds, events, strict=True)]
    try:
        return task.world.changed(changes)
    except HebbaxError as error:
        names = ", ".join(event.kind for event in events)
        raise HebbaxError(f"task {task.name!r} after {names}: {error}") from error


def _change(kind: Kind, event: Event, task: AnyTask) -> BodyChange:
    value, index = as_argument(kind, np.array([*event.amount, float(event.relative)])), model_index(event, task)
    change = kind.change
    if change is None:
        return BodyChange(kind.target, index, edit=kind.edit, value=value)

    def apply(values: np.ndarray) -> np.ndarray:
        return change(values, value, np.zeros(0), _NO_NOISE)[0]

    return BodyChange(kind.target, index, kind.fields, kind.own, apply)
