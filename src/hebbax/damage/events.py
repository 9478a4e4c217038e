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

from hebbax.damage.between import Between
from hebbax.damage.kind import VALUES
from hebbax.damage.kinds import KINDS
from hebbax.errors import HebbaxError, is_number, unknown_name

ANY = "any"
"""The target of an event that each life meets on a part of its own, drawn by its key."""

_ANY_OF, _OR = "any of ", " or "

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
    - `value` may be `Between(low, high)`, `target` "any" one or "any of NAME or NAME", and the onset up to `spread`
      ticks later: each life then draws its own by its key.

    Targets are looked up when a life begins, because they are the task's. Weights change without the rule's state and
    the averages. Raises HebbaxError for an unknown kind, and a number out of its range.

    >>> Event("scale-actuator", onset=100, duration=50, target="bthigh", value=1.0).changes_nothing
    True
    """

    kind: str  # a key of KINDS
    onset: int
    duration: int = 1
    target: int | str | None = None
    value: float | Sequence[float] | np.ndarray | Between | None = None
    relative: bool = False
    spread: int = 0

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
        for end in (self.value.low, self.value.high) if isinstance(self.value, Between) else (self.value,):
            self._check_value(end)
        if VALUES[KINDS[self.kind].value] == 3 and not isinstance(self.value, Between):
            object.__setattr__(self, "value", _numbers(self.value))
        if self.relative and KINDS[self.kind].value != "position":
            raise self._error("relative=True", "False; nearest kind that can be relative: 'hold-coordinate'")

    @property
    def random(self) -> bool:
        """Whether each life draws something of it: its value, its onset, or which part it is on."""
        return isinstance(self.value, Between) or self.spread > 0 or self.target == ANY or bool(self.alternatives)

    @property
    def alternatives(self) -> tuple[str, ...]:
        """The names among which a life draws its target; none where it is said, or any that there is."""
        if not isinstance(self.target, str) or not self.target.startswith(_ANY_OF):
            return ()
        return tuple(name.strip() for name in self.target.removeprefix(_ANY_OF).split(_OR))

    @property
    def last_onset(self) -> int:
        """The last tick at which it may set in."""
        return self.onset + self.spread

    @property
    def amount(self) -> tuple[float, float, float]:
        """The value in force: three numbers, of which a force needs all, and others none or the first.

        Raises HebbaxError for an event that a life has yet to draw.
        """
        if isinstance(self.value, Between):
            raise self._error(f"value={self.value!r}", "what a life has drawn")
        value = KINDS[self.kind].default if self.value is None else self.value
        x, y, z = (*_numbers(value), 0.0, 0.0, 0.0)[:3]
        return x, y, z

    @property
    def changes_nothing(self) -> bool:
        """Whether its value is the one that changes nothing; engines leave it out, so nothing changes to the bit."""
        kind = KINDS[self.kind]
        if isinstance(self.value, Between):
            return False
        if VALUES[kind.value] == 3:
            return not any(self.amount)
        return kind.whole is not None and self.amount[0] == kind.whole

    def _check_whole(self) -> None:
        """Raise HebbaxError for a time between two ticks, at which nothing would happen."""
        for name in ("onset", "duration", "spread"):
            ticks = getattr(self, name)
            if not is_number(ticks) or not math.isfinite(ticks) or ticks > FOREVER:
                raise self._error(f"{name}={ticks}", "a whole number of ticks")
            if ticks != round(ticks):
                raise self._error(f"{name}={ticks}", f"a whole number of ticks; nearest valid: {round(ticks)}")
            object.__setattr__(self, name, int(ticks))
        if self.spread < 0:
            raise self._error(f"spread={self.spread}", "0 or more ticks")

    def _check_target(self) -> None:
        kind = KINDS[self.kind]
        index = isinstance(self.target, int) and not isinstance(self.target, bool) and self.target >= 0
        if self.target is not None and not index and not isinstance(self.target, str):
            raise self._error(f"target={self.target!r}", "a name, or an index from 0 on")
        if self.target is not None and not kind.target:
            raise self._error(f"target={self.target!r}", "none")
        if self.target is None and kind.target and not kind.all:
            raise self._error("no target", f"a {kind.target}'s index or name")

    def _check_value(self, value: Any) -> None:
        kind = KINDS[self.kind]
        if value is None and (kind.default is not None or not kind.value):
            return
        numbers = _numbers(value)
        size = VALUES[kind.value] or None
        fits = len(numbers) == size and all(math.isfinite(number) for number in numbers)
        # The least of a share is left out: a share of nothing is a mistake, a factor or a severity of nothing is not.
        nothing = fits and kind.maximum < math.inf and numbers[0] == kind.minimum != kind.whole
        if not fits or nothing or not kind.minimum <= numbers[0] <= kind.maximum:
            raise self._error("no value" if value is None else f"value={value!r}", kind.wanted)

    def _error(self, got: str, expected: str) -> HebbaxError:
        return HebbaxError(f"event {self.kind!r} with {got}: expected {expected}")


def check_onsets(variants: Sequence[Sequence[Event]], ticks: int) -> None:
    """Raise HebbaxError where an event sets in after the end of a life of so many ticks, so that it never happens."""
    onset = last_onset(variants)
    if onset >= ticks:
        raise HebbaxError(
            f"a damage sets in at tick {onset}, after the end of a life of {ticks}; nearest valid: tick {ticks - 1}"
        )


def last_onset(variants: Sequence[Sequence[Event]]) -> int:
    """Return the last tick at which anything of any variant may set in, 0 where nothing does."""
    return max((event.last_onset for events in variants for event in events), default=0)


def events_to_dicts(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as plain dictionaries for JSON, without the fields that are left at their defaults."""
    required, defaults = ("kind", "onset"), {field.name: field.default for field in fields(Event)}
    return [
        {name: value for name, value in asdict(event).items() if name in required or value != defaults[name]}
        for event in events
    ]


def _read(value: Any) -> Any:
    """Return a value of a dictionary, of which a range is one of its own."""
    if not isinstance(value, Mapping):
        return value
    if set(value) != {"low", "high"}:
        raise HebbaxError(f"{dict(value)}: expected a number, or one with low and high")
    ends = {name: tuple(end) if isinstance(end, list) else end for name, end in value.items()}
    return Between(**ends)


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
        events.append(Event(**{name: _read(value) for name, value in row.items()}))
    return tuple(events)
