"""Damages within a life that JAX runs: of the observation, the action, the body and the update.

Those of the weights and of the model come between ticks, and are seen to by the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.damage.event_table import (
    ACTION,
    END,
    FORCE,
    INDEX,
    ONSET,
    POSITION,
    RELATIVE,
    RUN,
    SENSE,
    STAGE,
    START,
    STATE_SIZE,
    STOP,
    UPDATE,
    VALUE,
)  # fmt: skip
from hebbax.damage.events import Event
from hebbax.damage.kind import VALUES, DamageNoise, Kind
from hebbax.damage.kinds import KINDS
from hebbax.engines.jax_functions import under_jax
from hebbax.errors import HebbaxError, one_line
from hebbax.streams import EVENT_STREAM

_NEVER = -1


@dataclass(frozen=True)
class Slot:
    """What one event of a life is, apart from when, how much and in whose life: one text for JAX to compile."""

    stage: int
    place: int  # in the order of a life's events
    kind: str
    start: int
    stop: int
    state_size: int


class JaxDamages:
    """What happens to many lives: slots that they share, and for every life what is in them."""

    def __init__(self, slots: tuple[Slot, ...], parameters: tuple[Any, ...]) -> None:
        self.slots = slots
        self.parameters = parameters  # of each slot: onset [lives], end [lives], value [lives, 4], index [lives]

    def begin(self, lives: int) -> tuple[Any, ...]:
        """Return what the slots remember before anything has happened, each float32 [lives, state_size]."""
        return tuple(jnp.zeros((lives, slot.state_size), jnp.float32) for slot in self.slots)


def damages_of(tables: Sequence[np.ndarray], events: Sequence[Sequence[Event]]) -> JaxDamages:
    """Return what happens to lives with tables (`event_table`) of their events, as far as it is within ticks.

    Raises HebbaxError for what MJX cannot have: a picture's parts.
    """
    found: dict[Slot, dict[int, np.ndarray]] = {}
    for life, (table, own) in enumerate(zip(tables, events, strict=True)):
        for place, row in enumerate(table):
            if row[RUN]:
                raise HebbaxError("engine=mjx: a damage on a part of a picture: expected engine=native")
            if row[STAGE] in (SENSE, ACTION, FORCE, POSITION, UPDATE):
                kind = own[int(row[INDEX])].kind
                slot = Slot(int(row[STAGE]), place, kind, int(row[START]), int(row[STOP]), int(row[STATE_SIZE]))
                found.setdefault(slot, {})[life] = row
    slots = tuple(sorted(found, key=lambda slot: (slot.stage, slot.place, slot.kind, slot.start, slot.stop)))
    return JaxDamages(slots, tuple(_parameters(found[slot], len(tables)) for slot in slots))


def _parameters(rows: dict[int, np.ndarray], lives: int) -> tuple[np.ndarray, ...]:
    onset, end, index = np.full(lives, _NEVER, np.int32), np.full(lives, _NEVER, np.int32), np.zeros(lives, np.uint32)
    value = np.zeros((lives, 4), np.float32)
    for life, row in rows.items():
        onset[life], end[life], index[life] = row[ONSET], min(row[END], 2**31 - 1), row[INDEX]
        value[life] = row[VALUE : RELATIVE + 1]
    return onset, end, value, index


def apply(
    slots: tuple[Slot, ...], stage: int, parameters: Any, states: Any, tick: Any, key: Any, values: Any
) -> tuple[Any, Any]:
    """Return values [n] of one life after what happens at a stage of a tick, and what the slots remember then."""
    states = list(states)
    for place, slot in enumerate(slots):
        if slot.stage == stage:
            at = slice(slot.start, slot.stop)
            part, states[place] = _happen(slot, parameters[place], states[place], tick, key, values[at])
            values = values.at[at].set(part)
    return values, tuple(states)


def push(slots: tuple[Slot, ...], parameters: Any, states: Any, tick: Any, key: Any, forces: Any) -> tuple[Any, Any]:
    """Return forces [bodies, 6] with those of a tick, and what the slots remember then."""
    states = list(states)
    for place, slot in enumerate(slots):
        if slot.stage == FORCE:
            own = forces[slot.start, :3]
            part, states[place] = _happen(slot, parameters[place], states[place], tick, key, own)
            forces = forces.at[slot.start, :3].set(part)
    return forces, tuple(states)


def hold(
    slots: tuple[Slot, ...], parameters: Any, states: Any, tick: Any, first: Any, key: Any, qpos: Any, qvel: Any
) -> tuple[Any, Any, Any]:
    """Return positions and velocities after what holds coordinates at a physics step, and what the slots remember.

    `first` says whether it is before the first step of the tick, at which a hold begins.
    """
    states = list(states)
    for place, slot in enumerate(slots):
        if slot.stage == POSITION:
            own = jnp.stack((qpos[slot.start], qvel[slot.stop]))
            part, states[place] = _happen(slot, parameters[place], states[place], tick, key, own, first)
            qpos, qvel = qpos.at[slot.start].set(part[0]), qvel.at[slot.stop].set(part[1])
    return qpos, qvel, tuple(states)


def _happen(
    slot: Slot, parameters: Any, state: Any, tick: Any, key: Any, values: Any, first: Any = True
) -> tuple[Any, Any]:
    onset, end, numbers, index = parameters
    kind, (change, begin) = KINDS[slot.kind], _functions(slot.kind)
    value = numbers[:3] if VALUES[kind.value] == 3 else numbers[::3] if kind.value == "position" else numbers[0]
    try:
        if begin is not None:
            state = jnp.where((tick == onset) & first, jnp.float32(begin(values, value)), state)
        changed, following = change(values, value, state, _noise(kind, key, index, tick, len(values)))
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        raise HebbaxError(
            f"engine=mjx: JAX cannot run damage {slot.kind!r} ({one_line(error)}): expected another, or engine=native"
        ) from error
    lasts = (onset >= 0) & (onset <= tick) & (tick < end)
    return (
        jnp.where(lasts, jnp.asarray(changed, values.dtype), values),
        jnp.where(lasts, jnp.asarray(following, state.dtype), state),
    )


@cache
def _functions(kind: str) -> tuple[Any, Any]:
    change, begin = KINDS[kind].change, KINDS[kind].begin
    assert change is not None  # only a kind of the model's stage has none
    return under_jax(change), None if begin is None else under_jax(begin)


def _noise(kind: Kind, key: Any, index: Any, tick: Any, size: int) -> DamageNoise:
    """Return the numbers of an event at a tick that compiled lives draw (`engines/hooks.py`)."""
    own = jax.random.fold_in(jax.random.fold_in(jax.random.fold_in(key, EVENT_STREAM), index), tick)
    none, both = jnp.zeros(0), kind.draws == "both"
    uniform = jax.random.uniform(own, (size,), minval=-1.0, maxval=1.0) if kind.draws in ("uniform", "both") else none
    normal = jax.random.normal(own, ((1 + both) * size,))[both * size :] if kind.draws in ("normal", "both") else none
    return DamageNoise(uniform, normal, none)
