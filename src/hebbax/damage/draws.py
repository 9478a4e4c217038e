"""What lives draw of damages that leave something to chance: an amount, a time, or which part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hebbax.damage.between import Between
from hebbax.damage.event_table import range_of
from hebbax.damage.events import ANY, Event
from hebbax.damage.targets import targets_of
from hebbax.keys import fold_in
from hebbax.policies.any_policy import AnyPolicy
from hebbax.streams import EVENT_STREAM
from hebbax.tasks.external.task import AnyTask

_CHANCE = 0xFFFFFFFF  # no tick of a life: an event's key is folded with its ticks for what it draws there
_VALUE, _ONSET, _TARGET = 0, 3, 4  # the first numbers of each


def leave_to_chance(events: Sequence[Event]) -> bool:
    """Whether any of the events is another one in another life."""
    return any(event.random for event in events)


def drawn(events: Sequence[Event], key: np.ndarray, task: AnyTask, policy: AnyPolicy) -> tuple[Event, ...]:
    """Return the events as the life of a key, uint32 [2], has them.

    What is drawn depends on the life's key and the event's place, not on the other events or on other lives.
    Raises HebbaxError where any part is asked for and the task has none.
    """
    key = fold_in(key, EVENT_STREAM)
    return tuple(
        _drawn(event, fold_in(fold_in(key, place), _CHANCE), task, policy) if event.random else event
        for place, event in enumerate(events)
    )


def possible_targets(event: Event, task: AnyTask, policy: AnyPolicy) -> Sequence[int | str]:
    """Return what a life draws its target from, none where it is said. Raises HebbaxError for a name that is none."""
    if event.target == ANY:
        return targets_of(event, task, policy)
    targets = [int(name) if name.isdecimal() else name for name in event.alternatives]
    for target in targets:
        range_of(replace(event, target=target), task, policy)
    return targets


def _drawn(event: Event, key: np.ndarray, task: AnyTask, policy: AnyPolicy) -> Event:
    words = fold_in(key, np.arange(_TARGET + 1))
    shares = (words[:, 0] >> np.uint32(8)) / 2.0**24  # in [0, 1)
    changes: dict[str, Any] = {"onset": event.onset + int(shares[_ONSET] * (event.spread + 1)), "spread": 0}
    if isinstance(event.value, Between):
        changes["value"] = event.value.at(tuple(shares[_VALUE:_ONSET]))
    targets = possible_targets(event, task, policy)
    if targets:
        changes["target"] = targets[int(shares[_TARGET] * len(targets))]
    return replace(event, **changes)
