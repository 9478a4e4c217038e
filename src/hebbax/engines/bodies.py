"""The bodies of a life: the task's own, and what damages in the stage `model` make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from hebbax.damage.draws import drawn
from hebbax.damage.event_table import event_table, model_index
from hebbax.damage.events import Event
from hebbax.damage.kind import DamageNoise, Kind, as_argument
from hebbax.damage.kinds import KINDS
from hebbax.errors import HebbaxError
from hebbax.policies.any_policy import AnyPolicy
from hebbax.tasks.external.task import AnyTask
from hebbax.worlds.base import BodyChange

_NO_KEY = np.zeros(2, np.uint32)
_NO_NOISE = DamageNoise(np.zeros(0), np.zeros(0), np.zeros(0))


class Bodies(NamedTuple):
    """The models of a life: the first from its birth on, each other from its tick on."""

    models: tuple[Any, ...]  # held here, because engines know addresses alone
    ticks: np.ndarray  # int64 [models]
    addresses: np.ndarray  # intp [models]

    def at(self, tick: int) -> Any:
        """Return the model of a tick."""
        return self.models[int(np.searchsorted(self.ticks, tick, side="right")) - 1]


def bodies_of(task: AnyTask, events: Sequence[Event]) -> Bodies:
    """Return the bodies of a life to which these events happen.

    Raises HebbaxError for a target that the robot does not have, and for a body that cannot be stepped.
    """
    ours = [event for event in events if KINDS[event.kind].stage == "model" and not event.changes_nothing]
    ticks = sorted({0, *(event.onset for event in ours), *(event.onset + event.duration for event in ours)})
    models = []
    for tick in ticks:
        lasting = [event for event in ours if event.onset <= tick < event.onset + event.duration]
        models.append(_changed(task, *_whatever_time(lasting)) if lasting else task.world.model)
    addresses = np.array([task.world.address_of(model) for model in models], np.intp)
    return Bodies(tuple(models), np.array(ticks, np.int64), addresses)


def check_damages(events: Sequence[Event], task: AnyTask, policy: AnyPolicy) -> None:
    """Raise HebbaxError for damages that the task or the policy cannot have, before any life has them.

    What is left to chance is tried once.
    """
    events = drawn(events, _NO_KEY, task, policy)
    event_table(events, task, policy)
    bodies_of(task, events)


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
    return BodyChange(kind.target, index, kind.fields, lambda values: change(values, value, np.zeros(0), _NO_NOISE)[0])
