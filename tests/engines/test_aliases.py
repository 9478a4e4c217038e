"""What a task's functions return may be a view of what they were given: every engine keeps the numbers, not the view.

The oracle is raw MuJoCo and the same four functions in NumPy, with a copy of all that they return.
"""

from __future__ import annotations

import dataclasses

import jax
import mujoco
import numpy as np
import pytest

from hebbax.compiling.compiler import compiled
from hebbax.engines.life import draw_birth
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.types import Record, Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

TICKS = 60
KEY = jax.random.key(3)
ACTIONS = np.asarray(jax.random.uniform(jax.random.key(4), (TICKS, 2), minval=-1, maxval=1), np.float32)


# One task that returns a view of another array from tick to tick, so that one life has to be compiled and not ten.


@compiled
def turn(number, ways):
    """Return which of so many ways a number in [-1, 1] says."""
    return int((number + 1) / 2 * 0.999 * ways)


def reset(noise):
    return noise.uniform[:5], noise.normal[:5], noise.uniform[5:7]


def observe(simulation, memory):
    way = turn(np.sin(9 * simulation.qpos[2]), 3)
    if way == 0:
        return memory[::-1]
    return simulation.qpos[3:] if way == 1 else simulation.ctrl


def actuate(action, simulation, memory):
    way = turn(action[1], 3)
    if way == 0:
        return simulation.ctrl[::-1]
    return action if way == 1 else memory


def outcome(before, simulation, action, memory):
    reward = -np.sum((action - memory) ** 2)  # as the rate of an action is punished
    way = turn(action[0], 5)
    if way == 0:
        return reward, False, memory[::-1]
    if way == 1:
        return reward, False, simulation.qpos[3:]
    if way == 2:
        return reward, False, before.qpos[3:]
    return reward, False, action if way == 3 else simulation.ctrl


@pytest.fixture(scope="module")
def task(swimmer):
    functions = {"reset": reset, "observe": observe, "actuate": actuate, "outcome": outcome}
    return dataclasses.replace(swimmer, memory_size=2, observation_size=2, **functions)


def by_hand(task):
    """Return observations [ticks, 2], positions [ticks, nq] and rewards [ticks] of the life of KEY."""
    data = mujoco.MjData(task.world.model)
    simulation, key = simulation_of(data), np.asarray(jax.random.key_data(KEY))
    noise = draw_birth(key[0], key[1], 0, data.qpos.size + data.qvel.size)
    qpos, qvel, memory = (np.array(part) for part in task.reset(noise))
    data.qpos[:], data.qvel[:] = qpos, qvel
    mujoco.mj_forward(task.world.model, data)
    rows = []
    for row in ACTIONS:
        action = row.astype(np.float64)
        observation = np.array(task.observe(simulation, memory))
        before = Simulation(*(field.copy() for field in simulation))
        data.ctrl[:] = np.array(task.actuate(action, simulation, memory))
        mujoco.mj_step(task.world.model, data, task.world.substeps)
        reward, _, next_memory = task.outcome(before, simulation, action, memory)
        rows.append((observation, before.qpos, float(reward)))
        memory = np.array(next_memory)
    return tuple(np.array(column) for column in zip(*rows, strict=True))


@pytest.mark.parametrize("engine_of", [NativeEngine, LockstepEngine])
def test_views_are_copied_in_parts_of_any_length(task, engine_of):
    observations, positions, rewards = by_hand(task)
    engine = engine_of(task, Replay(2, TICKS), threads=1)

    for chunk in (1, 7, TICKS):
        parts = list(engine.stream(ACTIONS.ravel(), KEY, Scenario(ticks=TICKS), chunk=chunk))
        record = Record(*(np.concatenate(field) for field in zip(*(part[:-1] for part, _ in parts), strict=True)))
        np.testing.assert_allclose(record.observations, observations, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(record.qpos, positions, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(record.rewards, rewards, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(parts[-1][1].returns, [rewards.sum()], rtol=1e-9)
    assert {turn.py_func(number, 5) for number in ACTIONS[:, 0]} == set(range(5))
    assert {turn.py_func(number, 3) for number in ACTIONS[:, 1]} == set(range(3))
    lives = engine.evaluate(ACTIONS.reshape(1, -1), KEY[None], Scenario(ticks=TICKS))
    np.testing.assert_allclose(lives.returns, [rewards.sum()], rtol=1e-9)
