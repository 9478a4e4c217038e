"""What lives are put through, as one value."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np

from hebbax.damage.draws import drawn, leave_to_chance
from hebbax.damage.events import Event
from hebbax.engines.slots import Slots
from hebbax.errors import HebbaxError, check_whole, unknown_name
from hebbax.policies.any_policy import AnyPolicy
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_TICKS, ON_TERMINATION, Normaliser

Made = TypeVar("Made")

Damages: TypeAlias = Sequence[Event] | Sequence[Sequence[Event]]
"""What happens to all lives, or one sequence per life."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """All that lives are put through, whatever their genomes.

    Raises HebbaxError for an unknown termination, a length that is none, and a part that is of another kind.

    - `ticks`: control ticks of a life; None for the task's.
    - `normaliser`: of the observations; None for none.
    - `termination`: one of ON_TERMINATION: what the task's termination does to a life.
    - `damages`: what happens to every life, or one sequence per life.
    - `slots`: what first weights depend on beside the life, one row per life; None for the life's own key.

    >>> hurt = Scenario(ticks=500, termination="restart", damages=[Event("zero-weights", 100, value=0.5)])
    >>> hurt.restarts
    True
    """

    ticks: int | None = None
    normaliser: Normaliser | None = None
    termination: str = "end"
    damages: Damages = ()
    slots: Slots | None = None

    def __post_init__(self) -> None:
        if self.termination not in ON_TERMINATION:
            raise unknown_name("termination", self.termination, ON_TERMINATION)
        if self.ticks is not None:
            object.__setattr__(self, "ticks", check_whole("ticks", self.ticks, 1, MOST_TICKS))
        for name, kind in (("normaliser", Normaliser), ("slots", Slots)):
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                raise HebbaxError(f"{name} of type {type(value).__name__}: expected {kind.__name__}, or none")
        if not isinstance(self.damages, Sequence) or isinstance(self.damages, str):
            raise HebbaxError(f"damages of type {type(self.damages).__name__}: expected a sequence of events")
        if self.damages:
            self._check_alike()

    def _check_alike(self) -> None:
        """Raise HebbaxError for damages of which some are events and others are sequences of them, or neither."""
        of_each = not isinstance(self.damages[0], Event)
        for one in {id(one): one for one in self.damages}.values():  # many lives share a sequence
            events = one if of_each else (one,)
            if not (isinstance(events, Sequence) and all(isinstance(event, Event) for event in events)):
                expected = "a sequence of events for each life" if of_each else "events alone, as the first is one"
                raise HebbaxError(f"damages with {one!r:.60}: expected {expected}")

    @property
    def restarts(self) -> bool:
        """Whether a termination restarts the body."""
        return self.termination == "restart"

    @property
    def shared(self) -> Sequence[Event]:
        """What happens to every life. Raises HebbaxError where each life has damages of its own."""
        if self.damages and not isinstance(self.damages[0], Event):
            raise HebbaxError("damages of each life: expected one sequence of events, because this is a single life")
        return cast("Sequence[Event]", self.damages)

    def of_each(self, lives: int) -> list[Sequence[Event]]:
        """Return what happens to each of so many lives. Raises HebbaxError for another number of sequences."""
        if not self.damages or isinstance(self.damages[0], Event):
            return [cast("Sequence[Event]", self.damages)] * lives
        if len(self.damages) != lives:
            raise HebbaxError(f"damages of {len(self.damages)} lives: expected one sequence for each of {lives} lives")
        return list(cast("Sequence[Sequence[Event]]", self.damages))

    def of_lives(self, lives: np.ndarray, damages: Damages) -> Scenario:
        """Return what some of the lives are put through, by their numbers, with their damages."""
        return replace(self, damages=damages, slots=None if self.slots is None else self.slots.rows(lives))

    def with_damages(self, damages: Damages) -> Scenario:
        """Return the same but for what happens."""
        return replace(self, damages=damages)


def variant_of(variants: Sequence[Sequence[Event]], life: int) -> Sequence[Event]:
    """Return what happens to a life where lives meet variants in turn: the one at its number modulo theirs."""
    return variants[life % len(variants)] if variants else ()


def in_turn(variants: Sequence[Sequence[Event]], lives: int) -> Damages:
    """Return the damages of so many lives that meet variants in turn."""
    if len(variants) < 2:
        return variant_of(variants, 0)
    return [variant_of(variants, life) for life in range(lives)]


def make_for_each(
    damages: Sequence[Sequence[Event]],
    keys: np.ndarray,
    task: AnyTask,
    policy: AnyPolicy,
    make: Callable[[Sequence[Event]], Made],
) -> list[Made]:
    """Return what is made of the damages of each life, of its key [lives, 2]; lives with the same sequence share it.

    Where something is left to chance each life has its own.
    """
    made: dict[int, Made | None] = {}
    each = []
    for events, key in zip(damages, keys, strict=True):
        if id(events) not in made:
            made[id(events)] = None if leave_to_chance(events) else make(events)
        shared = made[id(events)]
        each.append(make(drawn(events, key, task, policy)) if shared is None else shared)
    return each


PLAIN = Scenario()
"""The task's length, observations as they are, the end at a termination, and nothing happens."""

_FORMER = {"ticks": "ticks", "normaliser": "normaliser", "termination": "termination", "events": "damages"}


def with_former_keywords(scenario: Scenario, keywords: Mapping[str, Any]) -> Scenario:
    """Return the scenario that an engine's former keywords stand for, with one warning if there are any."""
    if not keywords:
        return scenario
    for name in keywords:
        if name not in _FORMER:
            raise TypeError(f"unexpected keyword argument {name!r}: expected a Scenario")
    given = ", ".join(f"{_FORMER[name]}=…" for name in keywords)
    warnings.warn(f"{', '.join(keywords)}: pass Scenario({given})", DeprecationWarning, stacklevel=4)
    return replace(scenario, **{_FORMER[name]: value for name, value in keywords.items()})
