"""The bodies of a life: the task's own, and what damages in the stage `model` make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from hebbax.damage.event_table import event_range
from hebbax.damage.events import Event
from hebbax.damage.kind import DamageNoise, Kind, as_argument
from hebbax.damage.kinds import KINDS
from hebbax.errors import HebbaxError
from hebbax.tasks.external.task import AnyTask

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
        models.append(_changed(task, lasting) if lasting else task.world.model)
    addresses = np.array([task.world.address_of(model) for model in models], np.intp)
    return Bodies(tuple(models), np.array(ticks, np.int64), addresses)


def _changed(task: AnyTask, events: Sequence[Event]) -> Any:
    """Return a copy of a task's model after these events, in the order of their kinds."""
    fields: list[tuple[str, int, int, Callable[[np.ndarray], np.ndarray]]] = []
    for event in sorted(events, key=lambda event: not KINDS[event.kind].first):
        kind = KINDS[event.kind]
        start, stop = event_range(event, task)
        fields += [(field, start, stop, _change(kind, event)) for field in kind.fields]
    try:
        return task.world.changed(fields)
    except HebbaxError as error:
        kinds = ", ".join(event.kind for event in events)
        raise HebbaxError(f"task {task.name!r} after {kinds}: {error}") from error


def _change(kind: Kind, event: Event) -> Callable[[np.ndarray], np.ndarray]:
    value = as_argument(kind, np.array([*event.amount, float(event.relative)]))
    return lambda values: kind.change(values, value, np.zeros(0), _NO_NOISE)[0]
