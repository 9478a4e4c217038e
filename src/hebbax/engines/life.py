"""One whole life as one compiled loop.

This file is run once for each pair of task and policy step (`specialise`), with the functions below bound to theirs:
so the loop calls them directly, and the compiler sees all of it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hebbax.compiling.bounds import MOST_SQUARES, bounded, steers
from hebbax.compiling.compiler import compiled, copy, copy_by_way_of, kernel
from hebbax.compiling.noise import draw, fold_in
from hebbax.damage.apply import change_values, change_weights, event_key, happens, plasticity_scale, reads_fresh
from hebbax.damage.event_table import ACTION, INDEX, SENSE, WEIGHTS
from hebbax.kernels.weights import interpolate
from hebbax.streams import BODY_STREAM, RESTART_STREAM, WEIGHT_STREAM
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED, MOST_RETURN, Measured, Noise

if TYPE_CHECKING:
    from typing import Any

    act: Any
    actuate: Any
    adapt: Any
    advance: Any
    begin: Any
    birth_size: Any
    bequeath: Any
    count_warnings: Any
    draw_weights: Any
    hear: Any
    inherit: Any
    new_observation: Any
    new_signal: Any
    newborn: Any
    observe: Any
    outcome: Any
    put_weights: Any
    remember: Any
    sees_numbers: Any
    weights_of: Any
    write_activity: Any
    write_record: Any
    write_terms: Any

RETURN, LENGTH, END, WARNINGS, TERMINATIONS, COUNT, SUMS = range(7)
"""Columns of a life's row; from SUMS on the observations' means, their summed squared deviations, and the reward terms.

An image has neither of the first two.

While a life pauses, they are sums about the normaliser's mean, and END is PAUSED.
"""

PAUSED = -1


@compiled
def birth_key(key0, key1, terminations):
    """Return the key of a body's birth in the life of a key, after so many terminations."""
    if terminations == 0:
        return fold_in(key0, key1, BODY_STREAM)
    restart0, restart1 = fold_in(key0, key1, RESTART_STREAM)
    return fold_in(restart0, restart1, terminations)


@compiled
def draw_birth(key0, key1, terminations, size):
    """Return the noise that a body is born from, `size` numbers of each kind."""
    body0, body1 = birth_key(key0, key1, terminations)
    draws = draw(body0, body1, size)
    return Noise(draws[0], draws[1])


@kernel
def normalise_observation(observation, mean, scale, sums, squares, inputs):
    """Normalise an observation for the policy, and add it to the sums about the normaliser's mean.

    With a normaliser of no numbers the policy gets it as it is. Returns whether all that the policy gets is finite,
    which a saturated network would hide.
    """
    finite = True
    if mean.shape[0] == 0:
        for i in range(inputs.shape[0]):
            inputs[i] = observation[i]
            if not abs(inputs[i]) < np.inf:
                finite = False
        return finite
    for i in range(mean.shape[0]):
        deviation = observation[i] - mean[i]
        sums[i] += deviation
        squares[i] += deviation * deviation
        inputs[i] = deviation * scale[i]
        if not abs(inputs[i]) < np.inf:  # written so that NaN is not
            finite = False
    return finite


@kernel
def add(values, sums):
    """Add values to sums of them, in place; return whether these stay numbers that a fitness can be made of."""
    within = True
    for i in range(sums.shape[0]):
        sums[i] += values[i]
        if not abs(sums[i]) <= MOST_RETURN:  # written so that NaN is not
            within = False
    return within


@compiled
def intervene_on_weights(events, tick, states, layout, parameters, carry, key0, key1, scratch):
    """Change the weights before the pass of a tick."""
    weights, drawn = scratch[0], scratch[1]
    weights_of(layout, carry, weights)
    for index in range(events.shape[0]):
        if reads_fresh(events, tick, index):
            event0, event1 = event_key(key0, key1, np.uint32(events[index, INDEX]))
            draw_weights(layout, parameters, event0, event1, drawn)
        change_weights(events, tick, index, states, key0, key1, drawn, weights)
    put_weights(layout, carry, weights)


@compiled
def adapt_weights(events, tick, states, key0, key1, layout, folded, carry, scratch, signal):
    """Update the weights after a tick, as far as events let it; return whether they stay within bounds."""
    scale = plasticity_scale(events, tick, states, key0, key1)
    if scale == 0.0:
        return True
    before, after = scratch[0], scratch[1]
    if scale != 1.0:
        weights_of(layout, carry, before)
    within = adapt(layout, folded, carry, tick, signal)
    if scale != 1.0:
        weights_of(layout, carry, after)
        within = interpolate(before, after, np.float32(scale)) and within
        put_weights(layout, carry, after)
    return within


@kernel
def summarise(row, count, sums, squares, mean):
    """Write the mean and summed squared deviations of the observations, from sums about the normaliser's mean.

    Returns whether a population's can be made of them.
    """
    size, within = mean.shape[0], True
    for i in range(size):
        row[SUMS + i] = mean[i] + sums[i] / max(count, 1)
        row[SUMS + size + i] = max(squares[i] - sums[i] * sums[i] / max(count, 1), 0.0)
        if not squares[i] + sums[i] * sums[i] <= MOST_SQUARES:  # written so that NaN is not
            within = False
    return within


@compiled
def record_tick(record, slot, simulator, state, observation, action, layout, carry):
    """Write the state, observation, action and weights that a tick starts from."""
    write_record(record, slot, simulator, state)
    copy(observation, record.observations[slot])
    copy(action, record.actions[slot])
    weights_of(layout, carry, record.weights[slot])


@compiled
def live(
    models,
    switch_ticks,
    simulator,
    state,
    before,
    control,
    ticks,
    until,
    restart,
    layout,
    parameters,
    genome,
    folded,
    carry,
    scratch,
    memory,
    key,
    slot,
    inherited,
    mean,
    scale,
    events,
    states,
    record,
    stop,
    row,
):
    """Run one life of so many ticks, up to the tick `until`, and write its row.

    `models` are the addresses of the bodies of this life, the first from birth and the next from its tick in
    `switch_ticks` on; `simulator`, `state`, `before` and `control` are one simulation of the world
    (`worlds.base.Simulation`). `slot` is a key, or empty for that of the life, and `inherited` [weights] what the life
    before left, and what this one leaves; empty where nothing lasts. `restart` says whether a termination restarts the
    body or ends the life. `events` and `record` may be empty, and then cost nothing. A life that has not ended pauses:
    called again with the same arguments but for `until` and `record`, it goes on as if it had not. A record begins with
    the first tick of its call.
    """
    key0, key1 = key[0], key[1]
    model, next_model, size = models[0], 1, mean.shape[0]
    # Of one type from the start: a literal compiles callees twice.
    end, tick, first = END_REACHED, np.int64(row[LENGTH]), np.int64(row[LENGTH])
    total, count, terminations = row[RETURN], np.int64(row[COUNT]), np.int64(row[TERMINATIONS])
    sums, squares = row[SUMS : SUMS + size].copy(), row[SUMS + size : SUMS + 2 * size].copy()
    term_sums = row[SUMS + 2 * size :]
    terms = np.zeros(term_sums.shape[0])
    if tick == 0:
        weight0, weight1 = fold_in(key0, key1, WEIGHT_STREAM)
        slot0, slot1 = weight0, weight1
        if slot.shape[0] > 0:
            slot0, slot1 = fold_in(slot[0], slot[1], WEIGHT_STREAM)
        newborn(layout, parameters, genome, weight0, weight1, slot0, slot1, folded, carry)
        inherit(layout, carry, inherited)
        begin(model, simulator, state, control, memory, draw_birth(key0, key1, terminations, birth_size(state)))
    # What a task returns may be a view of what it was given, which the next tick writes over: nothing of it is kept.
    spare = np.empty(max(memory.shape[0], control.shape[0]))
    seen = new_observation()
    inputs = np.empty(seen.shape[0], np.float32)
    outputs = np.empty(record.actions.shape[1], np.float32)
    action = np.empty(record.actions.shape[1])
    signal = new_signal()
    while tick < until:
        if stop[0] != 0:
            end = END_STOPPED
            break
        while next_model < models.shape[0] and tick >= switch_ticks[next_model]:
            model, next_model = models[next_model], next_model + 1
        if happens(events, tick, WEIGHTS):
            intervene_on_weights(events, tick, states, layout, parameters, carry, key0, key1, scratch)
        observation = observe(state, memory, key0, key1, tick)
        if sees_numbers() or events.shape[0] > 0 or record.rewards.shape[0] > 0:
            copy(observation, seen)
            change_values(events, tick, SENSE, states, key0, key1, seen)
            finite = normalise_observation(seen, mean, scale, sums, squares, inputs)
        else:  # of an image each copy takes as long as a layer of the policy
            finite = normalise_observation(observation, mean, scale, sums, squares, inputs)
        count += 1
        act(layout, genome, carry, tick, inputs, outputs)
        copy(outputs, action)
        change_values(events, tick, ACTION, states, key0, key1, action)
        if tick - first < record.rewards.shape[0]:
            record_tick(record, tick - first, simulator, state, seen, action, layout, carry)
        if not (finite and bounded(action)):
            end = END_DIVERGED
            break
        remember(before, state)
        copy_by_way_of(spare, actuate(action, state, memory), control)
        if not steers(control):
            end = END_DIVERGED
            break
        at = slice(tick - first, tick - first + 1)
        measured = Measured(record.contacts[at], record.torques[at], record.speeds[at])
        if not advance(model, simulator, state, control, events, states, tick, key0, key1, measured):
            end = END_DIVERGED
            break
        reward, done, next_memory = outcome(before, state, action, memory, key0, key1, tick)
        write_terms(before, state, action, memory, key0, key1, tick, terms)
        write_activity(layout, carry, inputs, terms)
        copy_by_way_of(spare, next_memory, memory)
        # Not np.isfinite, which is x - x == 0: of a sum that it sees, the compiler takes that to be always so.
        earned = total + reward
        if not (abs(reward) < np.inf and abs(earned) <= MOST_RETURN and add(terms, term_sums)):
            end = END_DIVERGED
            break
        total = earned
        hear(reward, terms, signal)
        if tick - first < record.rewards.shape[0]:
            record.rewards[tick - first], record.terminated[tick - first] = reward, bool(done)
        tick += 1
        if done:
            terminations += 1
            if not restart:
                end = END_TERMINATED
                break
            row[WARNINGS] += count_warnings(simulator)  # which a new birth puts to zero
            begin(model, simulator, state, control, memory, draw_birth(key0, key1, terminations, birth_size(state)))
        if not adapt_weights(events, tick - 1, states, key0, key1, layout, folded, carry, scratch, signal):
            end = END_DIVERGED
            break
    row[RETURN], row[LENGTH], row[TERMINATIONS], row[COUNT] = total, tick, terminations, count
    if end == END_REACHED and tick < ticks:
        row[END] = PAUSED
        copy(sums, row[SUMS : SUMS + size])
        copy(squares, row[SUMS + size : SUMS + 2 * size])
        return
    row[END] = end
    bequeath(layout, carry, inherited)
    row[WARNINGS] += count_warnings(simulator)
    if not summarise(row, count, sums, squares, mean):
        row[END] = END_DIVERGED
