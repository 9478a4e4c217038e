"""What events do to a life, compiled: each function reads the table of `event_table`, and an empty one costs nothing.

All engines call these, the native one from within its compiled life. `states` is what the events of this life remember
(`states_of`), and `key0`, `key1` are the life's key. What is called at every tick or physics step looks at
the length of the table first: a call with so many arrays costs twenty nanoseconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hebbax.compiling.compiler import compiled, kernel
from hebbax.compiling.noise import fold_in
from hebbax.damage.event_table import (
    BEGIN,
    END,
    FORCE,
    FORCE_SIZE,
    FRESH,
    HOOK,
    INDEX,
    ONSET,
    POSITION,
    RUN,
    STAGE,
    START,
    STATE_AT,
    STATE_SIZE,
    STEP,
    STOP,
    UPDATE,
    VALUE,
    WEIGHTS,
    WIDTH,
)
from hebbax.streams import EVENT_STREAM


def _calling(
    typing_context, address, values, at, size, value, value_at, state, state_at, state_size, key0, key1, fresh
):
    """Call the function at an address (`engines/hooks.py`) with flat arrays from a place on."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number, integer, word = ir.DoubleType().as_pointer(), ir.IntType(64), ir.IntType(32)
        taken = [number, integer, number, number, integer, word, word, number]
        function = builder.inttoptr(arguments[0], ir.FunctionType(ir.VoidType(), taken).as_pointer())

        def pointer(array: int, place: int) -> Any:
            data = context.make_array(signature.args[array])(context, builder, arguments[array]).data
            return builder.gep(data, [arguments[place]])

        values, value, state = pointer(1, 2), pointer(4, 5), pointer(6, 7)
        fresh = pointer(11, 2)  # where the values begin, so the drawn ones do
        _, _, _, size, _, _, _, _, state_size, key0, key1, _ = arguments
        builder.call(function, [values, size, value, state, state_size, key0, key1, fresh])
        return context.get_dummy_value()

    place = types.intp
    arrays = (values, place, place, value, place, state, place, place, types.uint32, types.uint32, fresh)
    return types.void(types.intp, *arrays), code


_call: Any = intrinsic(_calling)


@compiled
def event_key(key0, key1, index):
    """Return the key of an event in the life of a key, by its place in the table."""
    events0, events1 = fold_in(key0, key1, EVENT_STREAM)
    return fold_in(events0, events1, index)


@kernel
def _lasts(events, index, tick):
    return events[index, ONSET] <= tick < events[index, END]


@kernel
def happens(events, tick, stage):
    """Whether anything happens at a stage of this tick."""
    for index in range(events.shape[0]):
        if events[index, STAGE] == stage and _lasts(events, index, tick):
            return True
    return False


@kernel
def _apply(events, index, begins, states, key0, key1, values, at, size, fresh):
    """Run one event's function over values that begin at `at`; `begins` says whether this is its first time."""
    state_at, state_size = int(events[index, STATE_AT]), int(events[index, STATE_SIZE])
    value_at = index * WIDTH + VALUE
    if begins and events[index, BEGIN] != 0.0:
        begin = int(events[index, BEGIN])
        _call(begin, values, at, size, events, value_at, states, state_at, state_size, key0, key1, fresh)
    hook = int(events[index, HOOK])
    _call(hook, values, at, size, events, value_at, states, state_at, state_size, key0, key1, fresh)


@kernel
def _key_of(events, index, tick, key0, key1):
    """Return the key of an event at a tick; in the weights' stage, which is a single tick, that of the event."""
    event0, event1 = event_key(key0, key1, np.uint32(events[index, INDEX]))
    if events[index, STAGE] != WEIGHTS:
        event0, event1 = fold_in(event0, event1, tick)
    return event0, event1


@kernel
def _change_stripes(events, index, begins, states, key0, key1, values):
    """Run one event's function over values that lie apart, in the room behind its state."""
    run, step = int(events[index, RUN]), int(events[index, STEP])
    start, size = int(events[index, START]), int(events[index, STOP] - events[index, START])
    room = int(events[index, STATE_AT] + events[index, STATE_SIZE])
    for k in range(size):
        states[room + k] = values[start + k // run * step + k % run]
    _apply(events, index, begins, states, key0, key1, states, room, size, states)
    for k in range(size):
        values[start + k // run * step + k % run] = states[room + k]


@kernel
def _change_values(events, tick, stage, states, key0, key1, values):
    for index in range(events.shape[0]):
        if events[index, STAGE] == stage and _lasts(events, index, tick):
            event0, event1 = _key_of(events, index, tick, key0, key1)
            start, stop = int(events[index, START]), int(events[index, STOP])
            begins = events[index, ONSET] == tick
            if events[index, RUN] > 0.0:
                _change_stripes(events, index, begins, states, event0, event1, values)
            else:
                _apply(events, index, begins, states, event0, event1, values, start, stop - start, values)


@kernel
def change_values(events, tick, stage, states, key0, key1, values):
    """Do to all observations or actions, flat float64, what happens at that stage."""
    if events.shape[0] > 0:
        _change_values(events, tick, stage, states, key0, key1, values)


@kernel
def reads_fresh(events, tick, index):
    """Whether an event reads freshly drawn weights at this tick."""
    return events[index, STAGE] == WEIGHTS and events[index, ONSET] == tick and events[index, FRESH] != 0.0


@compiled
def change_weights(events, tick, index, states, key0, key1, drawn, weights):
    """Do to weights, float32 [weights], what one event does; `drawn` [weights] are fresh ones of the event's key."""
    if events[index, STAGE] != WEIGHTS or events[index, ONSET] != tick:
        return
    event0, event1 = _key_of(events, index, tick, key0, key1)
    start, stop = int(events[index, START]), int(events[index, STOP])
    values, fresh = weights.astype(np.float64), drawn.astype(np.float64)
    _apply(events, index, events[index, ONSET] == tick, states, event0, event1, values, start, stop - start, fresh)
    for k in range(start, stop):
        weights[k] = values[k]


@kernel
def _apply_forces(events, tick, states, key0, key1, forces):
    for index in range(events.shape[0]):
        if events[index, STAGE] == FORCE and _lasts(events, index, tick):
            event0, event1 = _key_of(events, index, tick, key0, key1)
            body = int(events[index, START])
            _apply(events, index, events[index, ONSET] == tick, states, event0, event1, forces, 6 * body, 3, states)
            kept = int(events[index, STATE_AT] + events[index, STATE_SIZE])
            for axis in range(FORCE_SIZE):
                states[kept + axis] = forces[body, axis]


@kernel
def apply_forces(events, tick, states, key0, key1, forces):
    """Put forces on bodies [nbody, 6], and keep them beside the states."""
    if events.shape[0] > 0:
        _apply_forces(events, tick, states, key0, key1, forces)


@kernel
def restore_forces(events, tick, states, forces):
    """Put the forces of this tick back after they were cleared; the last event on a body has kept their sum."""
    for index in range(events.shape[0]):
        if events[index, STAGE] == FORCE and _lasts(events, index, tick):
            kept = int(events[index, STATE_AT] + events[index, STATE_SIZE])
            for axis in range(FORCE_SIZE):
                forces[int(events[index, START]), axis] = states[kept + axis]


@kernel
def clear_forces(events, tick, forces):
    """Put the forces on bodies back to zero."""
    for index in range(events.shape[0]):
        if events[index, STAGE] == FORCE and _lasts(events, index, tick):
            for axis in range(FORCE_SIZE):
                forces[int(events[index, START]), axis] = 0.0


@kernel
def _hold_coordinates(events, tick, substep, states, key0, key1, positions, velocities):
    spare = states.shape[0] - 2
    for index in range(events.shape[0]):
        if events[index, STAGE] == POSITION and _lasts(events, index, tick):
            event0, event1 = _key_of(events, index, tick, key0, key1)
            position, velocity = int(events[index, START]), int(events[index, STOP])
            states[spare], states[spare + 1] = positions[position], velocities[velocity]
            begins = substep == 0 and events[index, ONSET] == tick
            _apply(events, index, begins, states, event0, event1, states, spare, 2, states)
            positions[position], velocities[velocity] = states[spare], states[spare + 1]


@kernel
def hold_coordinates(events, tick, substep, states, key0, key1, positions, velocities):
    """Put coordinates, with their velocities, where events have them, after so many physics steps of the tick."""
    if events.shape[0] > 0:
        _hold_coordinates(events, tick, substep, states, key0, key1, positions, velocities)


@kernel
def _plasticity_scale(events, tick, states, key0, key1):
    spare = states.shape[0] - 1
    states[spare] = 1.0
    for index in range(events.shape[0]):
        if events[index, STAGE] == UPDATE and _lasts(events, index, tick):
            event0, event1 = _key_of(events, index, tick, key0, key1)
            _apply(events, index, events[index, ONSET] == tick, states, event0, event1, states, spare, 1, states)
    return states[spare]


@kernel
def plasticity_scale(events, tick, states, key0, key1):
    """Return how far updates go at this tick: 0 if weights stand still, 1 if nothing holds them back."""
    if events.shape[0] > 0:
        return _plasticity_scale(events, tick, states, key0, key1)
    return 1.0
