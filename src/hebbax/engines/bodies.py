"""The bodies of a life: the task's own, and what damages in the stage `model` make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from hebbax.damage.draws import drawn, possible_targets
from hebbax.damage.event_table import event_table
from hebbax.damage.events import FOREVER, Event
from hebbax.damage.kinds import KINDS
from hebbax.damage.models import changed_model
from hebbax.errors import HebbaxError
from hebbax.policies.any_policy import AnyPolicy
from hebbax.tasks.external.task import AnyTask

_NO_KEY = np.zeros(2, np.uint32)


class Bodies(NamedTuple):
    """The models of a life: the first from its birth on, each other from its tick on."""

    models: tuple[Any, ...]  # held here, because engines know addresses alone
    ticks: np.ndarray  # int64 [models]
    addresses: np.ndarray  # intp [models]

    def at(self, tick: int) -> Any:
        """Return the model of a tick."""
        return self.models[self._place(tick)]

    def between(self, begin: int, end: int) -> tuple[Any, ...]:
        """Return the models from a tick to the one before `end`, which is later."""
        return self.models[self._place(begin) : self._place(end - 1) + 1]

    def _place(self, tick: int) -> int:
        return int(np.searchsorted(self.ticks, tick, side="right")) - 1


def bodies_of(task: AnyTask, events: Sequence[Event]) -> Bodies:
    """Return the bodies of a life to which these events happen.

    Raises HebbaxError for a target that the robot does not have, for a body that cannot be stepped, and where an
    environment of another package would have to change its body in the middle of a life.
    """
    ours = [event for event in events if KINDS[event.kind].stage == "model" and not event.changes_nothing]
    if not task.world.compiled:
        for event in ours:
            _check_from_birth(event, task)
    ticks = sorted({0, *(event.onset for event in ours), *(event.onset + event.duration for event in ours)})
    models = []
    for tick in ticks:
        lasting = [event for event in ours if event.onset <= tick < event.onset + event.duration]
        models.append(changed_model(task, lasting) if lasting else task.world.model)
    addresses = np.array([task.world.address_of(model) for model in models], np.intp)
    return Bodies(tuple(models), np.array(ticks, np.int64), addresses)


def _check_from_birth(event: Event, task: AnyTask) -> None:
    if event.onset > 0 or event.duration < FOREVER:
        raise HebbaxError(
            f"event {event.kind!r} from tick {event.onset} for {event.duration} on task {task.name!r}: its bodies are "
            "as they are from birth on; expected neither from= nor for="
        )


def check_damages(events: Sequence[Event], task: AnyTask, policy: AnyPolicy) -> None:
    """Raise HebbaxError for damages that the task or the policy cannot have, before any life has them.

    What is left to chance is tried once, and each part that a life may draw in turn.
    """
    once = drawn(events, _NO_KEY, task, policy)
    event_table(once, task, policy)
    bodies_of(task, once)
    for place, event in enumerate(events):
        if KINDS[event.kind].stage == "model" and KINDS[event.kind].target != "seed":
            for target in possible_targets(event, task, policy):
                bodies_of(task, [*once[:place], replace(once[place], target=target), *once[place + 1 :]])
