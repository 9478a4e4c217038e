"""A task with everything that a task may have, lived by both engines, against raw MuJoCo, NumPy and `jax.random`.

Terms of the reward, noise in what is observed and in the outcome, ticks to settle after each birth, and a control
period that is not the shipped task's.
"""

import dataclasses

import jax
import mujoco
import numpy as np
import pytest

from hebbax.engines.life import draw_birth
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.streams import OBSERVATION_STREAM, OUTCOME_STREAM
from hebbax.types import Noise, Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

TICKS, LIFE, SETTLE = 25, 9, 3  # ticks in all, and until a termination
UNLUCKY = 9.0  # an action whose outcome is not finite
KEY = jax.random.key(3)
ACTIONS = np.asarray(jax.random.uniform(jax.random.key(4), (TICKS, 2), minval=-1, maxval=1), np.float32)


def reset(noise):
    return 0.1 * noise.uniform[:5], 0.1 * noise.normal[:5], np.zeros(1)


def observe(simulation, memory, noise):
    return np.concatenate((simulation.qpos[2:] + noise.uniform[:3], simulation.qvel[:4] + noise.normal[:4], memory))


def actuate(action, simulation, memory):
    return 0.5 * action + 0.1 + simulation.qpos[3:]  # not zero for an action of zero


def outcome(before, simulation, action, memory, noise, period):
    forward = (simulation.qpos[0] - before.qpos[0]) / period
    luck = np.where(action[0] == UNLUCKY, np.nan, 0.1 * noise.uniform[4] * noise.normal[0])
    terms = forward, luck, -0.5 * np.sum(np.square(action))
    return terms, memory[0] >= LIFE - 1, memory + 1.0


@pytest.fixture(scope="module")
def task(swimmer):
    functions = {"reset": reset, "observe": observe, "actuate": actuate, "outcome": outcome}
    return dataclasses.replace(
        swimmer,
        world=swimmer.world.replace(substeps=6),
        settle=SETTLE,
        memory_size=1,
        noise_size=5,
        reward=("forward", "luck", "control"),
        termination=None,
        **functions,
    )


@pytest.fixture(
    scope="module",
    params=[NativeEngine, pytest.param(LockstepEngine, marks=pytest.mark.slow)],
    ids=["native", "lockstep"],
)
def engine(request, task):
    return request.param(task, Replay(2, TICKS), threads=1)


def noise_of(stream, tick):
    """Return the noise of a stream at a tick of the life of KEY, from `jax.random`."""
    key = jax.random.fold_in(jax.random.fold_in(KEY, stream), tick)
    uniform, normal = jax.random.uniform(key, (5,), minval=-1.0), jax.random.normal(key, (10,))[5:]
    return Noise(np.asarray(uniform, np.float64), np.asarray(normal, np.float64))


def be_born(task, data, births):
    key = np.asarray(jax.random.key_data(KEY))
    mujoco.mj_resetData(task.world.model, data)
    data.qpos[:], data.qvel[:], memory = reset(draw_birth(key[0], key[1], births, 10))
    mujoco.mj_forward(task.world.model, data)
    for _ in range(SETTLE):
        data.ctrl[:] = actuate(np.zeros(2), simulation_of(data), memory)
        mujoco.mj_step(task.world.model, data, task.world.substeps)
    return memory


def by_hand(task):
    """Return observations [ticks, 8], positions [ticks, nq] and reward terms [ticks, 3] of the life of KEY."""
    data, births, rows = mujoco.MjData(task.world.model), 0, []
    memory = be_born(task, data, births)
    for tick, row in enumerate(ACTIONS):
        simulation, action = simulation_of(data), row.astype(np.float64)
        observation = observe(simulation, memory, noise_of(OBSERVATION_STREAM, tick))
        before = Simulation(*(field.copy() for field in simulation))
        data.ctrl[:] = actuate(action, simulation, memory)
        mujoco.mj_step(task.world.model, data, task.world.substeps)
        period = task.world.model.opt.timestep * task.world.substeps
        terms, done, memory = outcome(before, simulation, action, memory, noise_of(OUTCOME_STREAM, tick), period)
        rows.append((observation, before.qpos, np.array(terms)))
        if done:
            births += 1
            memory = be_born(task, data, births)
    assert births == TICKS // LIFE
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def test_a_life_is_as_worked_out_by_hand(engine, task):
    observations, positions, terms = by_hand(task)
    lives, record = engine.record(ACTIONS.ravel(), KEY, Scenario(ticks=TICKS, termination="restart"))
    # 1e-6: normal numbers of the compiled life are those of JAX to float32 rounding.
    np.testing.assert_allclose(record.observations, observations, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(record.qpos, positions, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(record.rewards, terms.sum(axis=1), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(lives.reward_terms, [terms.sum(axis=0)], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(lives.reward_terms.sum(axis=1), lives.returns, rtol=1e-12)
    # What the body lives before tick 0 is in no sum: as many observations as ticks, and the mean is theirs.
    assert (lives.observation_count[0], lives.lengths[0]) == (TICKS, TICKS)
    np.testing.assert_allclose(lives.observation_mean[0], observations.mean(axis=0), rtol=1e-6, atol=1e-6)


def test_terms_are_the_same_in_parts_and_of_many(engine):
    lives, _ = engine.record(ACTIONS.ravel(), KEY, Scenario(ticks=TICKS, termination="restart"))
    *_, (_, in_parts) = engine.stream(ACTIONS.ravel(), KEY, Scenario(ticks=TICKS, termination="restart"), chunk=4)
    np.testing.assert_array_equal(in_parts.reward_terms, lives.reward_terms)
    np.testing.assert_array_equal(in_parts.observation_m2, lives.observation_m2)
    population = np.stack([np.zeros(2 * TICKS, np.float32), ACTIONS.ravel()])
    many = engine.evaluate(population, jax.random.split(KEY, 2), Scenario(ticks=TICKS))
    one = engine.evaluate(population[1:], jax.random.split(KEY, 2)[1:], Scenario(ticks=TICKS))
    np.testing.assert_array_equal(many.reward_terms[1], one.reward_terms[0])
    assert many.reward_terms[0, 2] == 0.0
    assert many.lengths[1] == LIFE, "the tick that terminates counts"


def test_a_life_that_diverges_keeps_the_sums_of_its_finite_ticks(engine):
    actions = ACTIONS.copy()
    actions[4, 0] = UNLUCKY
    whole, _ = engine.record(ACTIONS.ravel(), KEY, Scenario(ticks=4))
    lives, _ = engine.record(actions.ravel(), KEY, Scenario(ticks=TICKS))
    assert lives.diverged[0]
    np.testing.assert_array_equal(lives.reward_terms, whole.reward_terms)
