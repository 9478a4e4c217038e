"""What happens to a life and when, as data: events, and events as plain dictionaries.

Within a tick, events act in the order of their stages (`kind.STAGES`), whatever theirs in the sequence, and in a stage
in the order of the sequence, but for kinds that act first, as `pin-actuator` does. So a record shows the
weights of a tick after the stage `weights`, its observation after `sense`, and its action after `action`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from numbers import Real
from typing import Any

import numpy as np

from hebbax.damage.kind import VALUES
from hebbax.damage.kinds import KINDS
from hebbax.errors import HebbaxError, is_number, unknown_name

FOREVER = 10**9
"""A duration in ticks that no life outlasts."""


def _numbers(value: Any) -> tuple[float, ...]:
    """Return a number or a sequence of them as a tuple, empty for what is neither."""
    if isinstance(value, Real):
        return (float(value),)
    if isinstance(value, Iterable) and not isinstance(value, str):
        numbers = list(value)
        return tuple(float(number) for number in numbers) if all(isinstance(n, Real) for n in numbers) else ()
    return ()


@dataclass(frozen=True)
class Event:
    """One thing that happens to a life from tick `onset` on, for `duration` ticks. KINDS says what each kind does.

    - `target` of an observation kind: its index or name; None for all.
    - `target` of an actuator kind: its index or name (that of its joint if it has none); None for all.
    - `target` of a weight kind: a layer's index or name; None for all.
    - `target` of a body kind: a body's index or name.
    - `target` of a coordinate kind: an index of qpos, or the name of a hinge or slide; NAME.x, .y, .z of a free joint.
    - `value`: a number, or the force of `push-body` [3]; None for the kind's default.
    - `relative`: `hold-coordinate` adds the value to the position that it finds at the onset.

    Targets are looked up when a life begins, because they are the task's. Weights change without the rule's state and
    the averages. Raises HebbaxError for an unknown kind, and a number out of its range.

    >>> Event("scale-actuator", onset=100, duration=50, target="bthigh", value=1.0).changes_nothing
    True
    """

    kind: str  # a key of KINDS
    onset: int
    duration: int = 1
    target: int | str | None = None
    value: float | Sequence[float] | np.ndarray | None = None
    relative: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise unknown_name("event", self.kind, KINDS)
        self._check_whole()
        if self.onset < 0 or self.duration < 1:
            raise HebbaxError(
                f"event {self.kind!r} from tick {self.onset} for {self.duration}: expected onset >= 0 and duration >= 1"
            )
        if not KINDS[self.kind].lasts and self.duration != 1:
            raise self._error(f"duration={self.duration}", "1, because it happens at its onset alone")
        self._check_target()
        self._check_value()
        if KINDS[self.kind].value == "force":
            object.__setattr__(self, "value", _numbers(self.value))
        if self.relative and KINDS[self.kind].value != "position":
            raise self._error("relative=True", "False; nearest kind that can be relative: 'hold-coordinate'")

    @property
    def amount(self) -> tuple[float, float, float]:
        """The value in force: three numbers, of which a force needs all, and others none or the first."""
        value = KINDS[self.kind].default if self.value is None else self.value
        x, y, z = (*_numbers(value), 0.0, 0.0, 0.0)[:3]
        return x, y, z

    @property
    def changes_nothing(self) -> bool:
        """Whether its value is the one that changes nothing; engines leave it out, so nothing changes to the bit."""
        whole = KINDS[self.kind].whole
        return whole is not None and self.amount[0] == whole

    def _check_whole(self) -> None:
        """Raise HebbaxError for a time between two ticks, at which nothing would happen."""
        for name in ("onset", "duration"):
            ticks = getattr(self, name)
            if not is_number(ticks) or not math.isfinite(ticks) or ticks > FOREVER:
                raise self._error(f"{name}={ticks}", "a whole number of ticks")
            if ticks != round(ticks):
                raise self._error(f"{name}={ticks}", f"a whole number of ticks; nearest valid: {round(ticks)}")
            object.__setattr__(self, name, int(ticks))

    def _check_target(self) -> None:
        kind = KINDS[self.kind]
        index = isinstance(self.target, int) and not isinstance(self.target, bool) and self.target >= 0
        if self.target is not None and not index and not isinstance(self.target, str):
            raise self._error(f"target={self.target!r}", "a name, or an index from 0 on")
        if self.target is not None and not kind.target:
            raise self._error(f"target={self.target!r}", "none")
        if self.target is None and kind.target and not kind.all:
            raise self._error("no target", f"a {kind.target}'s index or name")

    def _check_value(self) -> None:
        kind = KINDS[self.kind]
        if self.value is None and (kind.default is not None or not kind.value):
            return
        numbers = _numbers(self.value)
        size = VALUES[kind.value] or None
        fits = len(numbers) == size and all(math.isfinite(number) for number in numbers)
        # The least of a share is left out: a share of nothing is a mistake, a factor of nothing is not.
        nothing = fits and kind.maximum < math.inf and numbers[0] == kind.minimum
        if not fits or nothing or not kind.minimum <= numbers[0] <= kind.maximum:
            raise self._error("no value" if self.value is None else f"value={self.value!r}", kind.wanted)

    def _error(self, got: str, expected: str) -> HebbaxError:
        return HebbaxError(f"event {self.kind!r} with {got}: expected {expected}")


def check_onsets(variants: Sequence[Sequence[Event]], ticks: int) -> None:
    """Raise HebbaxError where an event sets in after the end of a life of so many ticks, so that it never happens."""
    onset = max((event.onset for events in variants for event in events), default=0)
    if onset >= ticks:
        raise HebbaxError(
            f"a damage sets in at tick {onset}, after the end of a life of {ticks}; nearest valid: tick {ticks - 1}"
        )


def events_to_dicts(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as plain dictionaries for JSON, without the fields that are left at their defaults."""
    required, defaults = ("kind", "onset"), {field.name: field.default for field in fields(Event)}
    return [
        {name: value for name, value in asdict(event).items() if name in required or value != defaults[name]}
        for event in events
    ]


def events_from_dicts(rows: Iterable[Mapping[str, Any]]) -> tuple[Event, ...]:
    """Return the events of `events_to_dicts`. Raises HebbaxError for an unknown or a missing field, and as Event."""
    known = [field.name for field in fields(Event)]
    events = []
    for row in rows:
        for name in row:
            if name not in known:
                raise unknown_name("field of an event", name, known)
        for name in ("kind", "onset"):
            if name not in row:
                raise HebbaxError(f"event {dict(row)}: expected a field {name!r}")
        events.append(Event(**row))
    return tuple(events)
