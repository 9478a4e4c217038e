"""The bodies of a life: the task's own, and what damages in the stage `model` make of it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import NamedTuple

import mujoco
import numpy as np

from hebbax.damage.event_table import event_range
from hebbax.damage.events import Event
from hebbax.damage.kind import DamageNoise, as_argument
from hebbax.damage.kinds import KINDS
from hebbax.errors import HebbaxError
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.task import Task

_NO_NOISE = DamageNoise(np.zeros(0), np.zeros(0), np.zeros(0))


class Bodies(NamedTuple):
    """The models of a life: the first from its birth on, each other from its tick on."""

    models: tuple[mujoco.MjModel, ...]  # held here, because engines know addresses alone
    ticks: np.ndarray  # int64 [models]
    addresses: np.ndarray  # intp [models]

    def at(self, tick: int) -> mujoco.MjModel:
        """Return the model of a tick."""
        return self.models[int(np.searchsorted(self.ticks, tick, side="right")) - 1]


def bodies_of(task: AnyTask, events: Sequence[Event]) -> Bodies:
    """Return the bodies of a life to which these events happen, none where the body is another package's.

    Raises HebbaxError for a target that the robot does not have, and for a body that MuJoCo cannot step.
    """
    if not isinstance(task, Task):
        return Bodies((), np.zeros(0, np.int64), np.zeros(0, np.intp))
    ours = [event for event in events if KINDS[event.kind].stage == "model" and not event.changes_nothing]
    ticks = sorted({0, *(event.onset for event in ours), *(event.onset + event.duration for event in ours)})
    models = []
    for tick in ticks:
        lasting = [event for event in ours if event.onset <= tick < event.onset + event.duration]
        models.append(_changed(task, lasting) if lasting else task.model)
    addresses = np.array([model._address for model in models], np.intp)
    return Bodies(tuple(models), np.array(ticks, np.int64), addresses)


def _changed(task: Task, events: Sequence[Event]) -> mujoco.MjModel:
    """Return a copy of a task's model after these events, in the order of their kinds."""
    model = deepcopy(task.model)
    for event in sorted(events, key=lambda event: not KINDS[event.kind].first):
        kind = KINDS[event.kind]
        start, stop = event_range(event, task)
        value = as_argument(kind, np.array([*event.amount, float(event.relative)]))
        for field in kind.fields:
            rows = getattr(model, field)[start:stop]
            changed, _ = kind.change(rows.ravel().copy(), value, np.zeros(0), _NO_NOISE)
            rows[...] = np.asarray(changed).reshape(rows.shape)
    data = mujoco.MjData(model)
    try:
        mujoco.mj_setConst(model, data)  # what follows from masses and lengths
        mujoco.mj_step(model, data)  # within a compiled life an error would end the process
    except mujoco.FatalError as error:
        kinds = ", ".join(event.kind for event in events)
        raise HebbaxError(f"task {task.name!r} after {kinds}: MuJoCo cannot step the model: {error}") from error
    return model
