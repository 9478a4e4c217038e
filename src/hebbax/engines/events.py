"""What happens to a life and when: a small table, read by compiled code at every tick and free when it is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hebbax.errors import HebbaxError, unknown_name
from hebbax.kernels.compiler import compiled

KINDS = {"freeze-plasticity": 0, "pin-actuator": 1}
_FREEZE, _PIN = KINDS["freeze-plasticity"], KINDS["pin-actuator"]
_KIND, _ONSET, _END, _TARGET, _VALUE = range(5)


@dataclass(frozen=True)
class Event:
    """One thing that happens from tick `onset` on, for `duration` ticks.

    Raises HebbaxError for an unknown kind, a negative onset or a duration below 1.
    """

    kind: str  # a key of KINDS
    onset: int
    duration: int
    target: int = 0  # which actuator
    value: float = 0.0  # action that the actuator is pinned to

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise unknown_name("event", self.kind, KINDS)
        if self.onset < 0 or self.duration < 1:
            raise HebbaxError(
                f"event {self.kind!r} from tick {self.onset} for {self.duration}: expected onset >= 0 and duration >= 1"
            )


def event_table(events: Sequence[Event], action_size: int) -> np.ndarray:
    """Return the events as float64 [events, 5]. Raises HebbaxError for an actuator that the robot does not have."""
    for event in events:
        if event.kind == "pin-actuator" and not 0 <= event.target < action_size:
            raise HebbaxError(f"event on actuator {event.target}: expected 0 to {action_size - 1}")
    rows = [(KINDS[e.kind], e.onset, e.onset + e.duration, e.target, e.value) for e in events]
    return np.array(rows, np.float64).reshape(-1, 5)


@compiled
def pin(events, tick, action):
    """Put the actions of pinned actuators to their values."""
    for event in events:
        if event[_KIND] == _PIN and event[_ONSET] <= tick < event[_END]:
            action[int(event[_TARGET])] = event[_VALUE]


@compiled
def frozen(events, tick):
    """Whether the weights stand still at this tick."""
    for event in events:
        if event[_KIND] == _FREEZE and event[_ONSET] <= tick < event[_END]:
            return True
    return False
