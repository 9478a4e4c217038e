"""One whole life as one compiled loop.

This file is run once for each pair of task and policy step (`specialise`), with the functions below bound to theirs:
so the loop calls them directly, and the compiler sees all of it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hebbax.engines.events import frozen, pin
from hebbax.engines.library import mj_forward, mj_reset_data, mj_step
from hebbax.kernels.compiler import compiled, copy
from hebbax.kernels.noise import fold_in, normal, uniform
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED, Noise

if TYPE_CHECKING:
    from typing import Any

    act: Any
    actuate: Any
    adapt: Any
    birth: Any
    newborn: Any
    observe: Any
    outcome: Any
    remember: Any
    update_contact_forces: Any
    weights_of: Any

BOUND = 1e6
"""A life whose actions, positions (m, rad) or velocities (m/s, rad/s) pass this has diverged."""

RETURN, LENGTH, END, WARNINGS, TERMINATIONS, COUNT, SUMS = range(7)
"""Columns of a life's row; from SUMS on the observations' means, then their summed squared deviations."""

WEIGHT_STREAM, BODY_STREAM, RESTART_STREAM = 0, 1, 2
"""What a life's key is folded with: its initial weights, the birth of its body, its body's later births."""


@compiled
def bounded(values):
    """Whether all values are finite and at most BOUND in size; written so that NaN is not."""
    for value in values:
        if not abs(value) <= BOUND:
            return False
    return True


@compiled
def birth_key(key0, key1, terminations):
    """Return the key of a body's birth in the life of a key, after so many terminations."""
    if terminations == 0:
        return fold_in(key0, key1, BODY_STREAM)
    restart0, restart1 = fold_in(key0, key1, RESTART_STREAM)
    return fold_in(restart0, restart1, terminations)


@compiled
def draw_birth(key0, key1, terminations, size):
    """Return the noise that a body of `size` positions and velocities is born from."""
    body0, body1 = birth_key(key0, key1, terminations)
    draws = np.empty((2, size))
    for i in range(size):
        draws[0, i] = uniform(body0, body1, i, np.float32(-1.0), np.float32(1.0))
        draws[1, i] = normal(body0, body1, size + i)
    return Noise(draws[0], draws[1])


@compiled
def begin(model, data, simulation, key0, key1, terminations):
    """Put the body at its birth; return the task's memory."""
    noise = draw_birth(key0, key1, terminations, simulation.qpos.shape[0] + simulation.qvel.shape[0])
    qpos, qvel, memory = birth(noise)
    mj_reset_data(model, data)
    copy(qpos, simulation.qpos)
    copy(qvel, simulation.qvel)
    mj_forward(model, data)
    return memory


@compiled
def take_in(observation, mean, scale, sums, squares, inputs):
    """Normalise an observation for the policy, and add it to the sums about the normaliser's mean."""
    for i in range(mean.shape[0]):
        deviation = observation[i] - mean[i]
        sums[i] += deviation
        squares[i] += deviation * deviation
        inputs[i] = deviation * scale[i]


@compiled
def advance(model, data, simulation, substeps):
    """Run the physics of one control period; return whether the body stays within bounds."""
    for _ in range(substeps):
        mj_step(model, data)
    update_contact_forces(model, data)
    return bounded(simulation.qpos) and bounded(simulation.qvel)


@compiled
def summarise(row, count, sums, squares, mean):
    """Write the mean and summed squared deviations of the observations, from sums about the normaliser's mean."""
    size = mean.shape[0]
    for i in range(size):
        row[SUMS + i] = mean[i] + sums[i] / max(count, 1)
        row[SUMS + size + i] = max(squares[i] - sums[i] * sums[i] / max(count, 1), 0.0)


@compiled
def note(record, tick, simulation, observation, action, layout, carry):
    """Write the state, observation, action and weights that a tick starts from."""
    copy(simulation.qpos, record.qpos[tick])
    copy(simulation.qvel, record.qvel[tick])
    copy(observation, record.observations[tick])
    copy(action, record.actions[tick])
    weights_of(layout, carry, record.weights[tick])


@compiled
def live(
    models,
    switch_ticks,
    data,
    simulation,
    before,
    warnings,
    substeps,
    ticks,
    restart,
    layout,
    parameters,
    genome,
    prepared,
    carry,
    key,
    mean,
    scale,
    events,
    record,
    stop,
    row,
):
    """Run one life and write its row.

    `models` are the addresses of the bodies of this life, the first from birth and the next from its tick in
    `switch_ticks` on. `restart` says whether a termination restarts the body or ends the life. `events` and `record`
    may be empty, and then cost nothing.
    """
    key0, key1 = key[0], key[1]
    weight0, weight1 = fold_in(key0, key1, WEIGHT_STREAM)
    newborn(layout, parameters, genome, weight0, weight1, prepared, carry)
    model, next_model = models[0], 1
    # Of one type from the start: a literal compiles callees twice.
    total, end, tick, count, terminations = 0.0, END_REACHED, np.int64(0), 0, np.int64(0)
    memory = begin(model, data, simulation, key0, key1, terminations)
    inputs = np.empty(mean.shape[0], np.float32)
    outputs = np.empty(record.actions.shape[1], np.float32)
    action = np.empty(record.actions.shape[1])
    sums, squares = np.zeros(mean.shape[0]), np.zeros(mean.shape[0])
    while tick < ticks:
        if stop[0] != 0:
            end = END_STOPPED
            break
        if next_model < models.shape[0] and tick >= switch_ticks[next_model]:
            model, next_model = models[next_model], next_model + 1
        observation = observe(simulation, memory)
        take_in(observation, mean, scale, sums, squares, inputs)
        count += 1
        act(layout, genome, carry, tick, inputs, outputs)
        copy(outputs, action)
        pin(events, tick, action)
        if tick < record.qpos.shape[0]:
            note(record, tick, simulation, observation, action, layout, carry)
        if not bounded(action):
            end = END_DIVERGED
            break
        remember(before, simulation)
        copy(actuate(action, simulation, memory), simulation.ctrl)
        if not advance(model, data, simulation, substeps):
            end = END_DIVERGED
            break
        reward, done, memory = outcome(before, simulation, action, memory)
        if not np.isfinite(reward):
            end = END_DIVERGED
            break
        total += reward
        if tick < record.rewards.shape[0]:
            record.rewards[tick], record.terminated[tick] = reward, bool(done)
        tick += 1
        if done:
            terminations += 1
            if not restart:
                end = END_TERMINATED
                break
            row[WARNINGS] += np.sum(warnings)  # which a new birth puts to zero
            memory = begin(model, data, simulation, key0, key1, terminations)
        if not frozen(events, tick - 1) and not adapt(layout, prepared, carry, tick - 1):
            end = END_DIVERGED
            break
    row[RETURN], row[LENGTH], row[END], row[TERMINATIONS], row[COUNT] = total, tick, end, terminations, count
    row[WARNINGS] += np.sum(warnings)
    summarise(row, count, sums, squares, mean)
