"""What events do to a life, compiled: each function reads the table of `event_table`, and an empty one costs nothing.

All engines call these, the native one from within its compiled life.
"""

from __future__ import annotations

from hebbax.damage.event_table import CODES, END, KIND, ONSET, RELATIVE, START, STOP, VALUE
from hebbax.kernels.compiler import compiled, kernel
from hebbax.kernels.noise import fold_in
from hebbax.kernels.weights import nudge, replace, zero_share
from hebbax.streams import EVENT_STREAM

_FREEZE, _SCALE = CODES["freeze-plasticity"], CODES["scale-plasticity"]
_PIN, _SCALE_ACTUATOR = CODES["pin-actuator"], CODES["scale-actuator"]
_ZERO, _REDRAW, _NUDGE = CODES["zero-weights"], CODES["redraw-weights"], CODES["nudge-weights"]
_PUSH, _HOLD = CODES["push-body"], CODES["hold-coordinate"]


@compiled
def event_key(key0, key1, index):
    """Return the key of an event in the life of a key, by its place in the table."""
    events0, events1 = fold_in(key0, key1, EVENT_STREAM)
    return fold_in(events0, events1, index)


@kernel
def _lasts(events, index, tick):
    return events[index, ONSET] <= tick < events[index, END]


@kernel
def changes_weights(events, tick):
    """Whether weights change before the pass of this tick."""
    for index in range(events.shape[0]):
        if events[index, KIND] in (_ZERO, _REDRAW, _NUDGE) and events[index, ONSET] == tick:
            return True
    return False


@kernel
def redraws(events, tick, index):
    """Whether an event draws weights anew at this tick."""
    return events[index, KIND] == _REDRAW and events[index, ONSET] == tick


@compiled
def change_weights(events, tick, index, key0, key1, drawn, weights):
    """Do to weights [weights] what one event does; `drawn` [weights] are fresh ones of the event's key."""
    event = events[index]
    if event[ONSET] != tick:
        return
    start, stop = int(event[START]), int(event[STOP])
    if event[KIND] == _ZERO:
        zero_share(weights[start:stop], event[VALUE], key0, key1)
    elif event[KIND] == _REDRAW:
        replace(weights[start:stop], drawn[start:stop], event[VALUE])
    elif event[KIND] == _NUDGE:
        nudge(weights[start:stop], event[VALUE], key0, key1)


@kernel
def drive(events, tick, action):
    """Pin and then scale the actions of actuators."""
    for index in range(events.shape[0]):
        if events[index, KIND] == _PIN and _lasts(events, index, tick):
            for actuator in range(int(events[index, START]), int(events[index, STOP])):
                action[actuator] = events[index, VALUE]
    for index in range(events.shape[0]):
        if events[index, KIND] == _SCALE_ACTUATOR and _lasts(events, index, tick):
            for actuator in range(int(events[index, START]), int(events[index, STOP])):
                action[actuator] *= events[index, VALUE]


@kernel
def push(events, tick, forces):
    """Add the forces of pushes to those on the bodies [nbody, 6]."""
    for index in range(events.shape[0]):
        if events[index, KIND] == _PUSH and _lasts(events, index, tick):
            for axis in range(3):
                forces[int(events[index, START]), axis] += events[index, VALUE + axis]


@kernel
def let_go(events, tick, forces):
    """Put the forces on pushed bodies back to zero."""
    for index in range(events.shape[0]):
        if events[index, KIND] == _PUSH and _lasts(events, index, tick):
            for axis in range(3):
                forces[int(events[index, START]), axis] = 0.0


@kernel
def holds(events, tick):
    """Whether a coordinate is held at this tick."""
    for index in range(events.shape[0]):
        if events[index, KIND] == _HOLD and _lasts(events, index, tick):
            return True
    return False


@kernel
def take_hold(events, tick, positions, origins):
    """Write what a held coordinate is relative to, as its event begins, into origins [events]."""
    for index in range(events.shape[0]):
        if events[index, KIND] == _HOLD and events[index, ONSET] == tick and events[index, RELATIVE] != 0.0:
            origins[index] = positions[int(events[index, START])]


@kernel
def hold(events, tick, positions, velocities, origins):
    """Put held coordinates to their values, and their velocities to zero."""
    for index in range(events.shape[0]):
        if events[index, KIND] == _HOLD and _lasts(events, index, tick):
            positions[int(events[index, START])] = origins[index] + events[index, VALUE]
            velocities[int(events[index, STOP])] = 0.0


@kernel
def plasticity_left(events, tick):
    """Return how far updates go at this tick: 0 if weights stand still, 1 if nothing holds them back."""
    left = 1.0
    for index in range(events.shape[0]):
        if events[index, KIND] == _FREEZE and _lasts(events, index, tick):
            left = 0.0
        if events[index, KIND] == _SCALE and _lasts(events, index, tick):
            left *= events[index, VALUE]
    return left
