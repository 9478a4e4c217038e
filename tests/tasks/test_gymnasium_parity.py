"""Our native tasks against Gymnasium's: the same actions from the same states, for a whole life."""

import gymnasium
import jax
import mujoco
import numpy as np
import pytest

from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.tasks.registry import TASKS, make_task
from hebbax.types import END_REACHED, END_TERMINATED

TICKS = 1000
KEY = jax.random.key(3)
# A life of each task compiles for ten seconds or more: these seven are left to the slow tests.
LEFT = ("ant", "hopper", "inverted_pendulum", "walker2d", "ant_proprioceptive", "humanoid", "inverted_double_pendulum")
NAMES = [
    pytest.param(name, marks=[pytest.mark.slow] if name in LEFT else [])
    for name in TASKS
    if make_task(name).gymnasium_id
]
NEVER_FALL = ("half_cheetah", "swimmer")


@pytest.fixture(scope="module", params=NAMES)
def engine(request):
    task = make_task(request.param)
    return NativeEngine(task, Replay(task.action_size, TICKS), threads=1)


@pytest.fixture(scope="module")
def actions(engine):
    """Random actions [ticks, actuators], at full strength in the second half, which throws over what stood."""
    actions = np.random.default_rng(0).uniform(-1, 1, (TICKS, engine.task.action_size)).astype(np.float32)
    actions[TICKS // 2 :] = np.sign(actions[TICKS // 2 :])
    return actions


@pytest.fixture(scope="module")
def life(engine, actions):
    """A life that is born anew at every termination: its row and its record."""
    return engine.record(actions.ravel(), KEY, Scenario(termination="restart"))


def environment_of(task):
    environment = gymnasium.make(task.gymnasium_id, **task.gymnasium_options).unwrapped
    environment.reset(seed=0)
    return environment


def test_a_life_equals_gymnasiums_step_for_step(engine, actions, life):
    (lives, record), environment = life, environment_of(engine.task)
    # Our actions are in [-1, 1]; Gymnasium's are the motors' controls.
    controls = actions.astype(np.float64) * environment.model.actuator_ctrlrange[:, 1]
    newborn, total = True, 0.0
    for tick, control in enumerate(controls):
        if newborn:
            mujoco.mj_resetData(environment.model, environment.data)
            environment.set_state(record.qpos[tick], record.qvel[tick])
        np.testing.assert_array_equal(environment.data.qpos, record.qpos[tick], err_msg=f"tick {tick}")
        np.testing.assert_array_equal(environment.data.qvel, record.qvel[tick], err_msg=f"tick {tick}")
        # 1e-12, not zero: NumPy and the compiled code may add squares in another order.
        np.testing.assert_allclose(environment._get_obs(), record.observations[tick], atol=1e-12, rtol=0)
        _, reward, newborn, _, _ = environment.step(control)
        assert abs(reward - record.rewards[tick]) < 1e-12 * max(1.0, abs(reward)), f"tick {tick}"
        assert newborn == record.terminated[tick], f"tick {tick}"
        total += reward
    assert lives.lengths[0] == TICKS
    assert lives.returns[0] == pytest.approx(total, abs=1e-9)
    assert (lives.terminations[0] > 0) == (engine.task.name not in NEVER_FALL)


def test_every_birth_is_another(engine, life):
    _, record = life
    born = np.flatnonzero(np.concatenate([[True], record.terminated[:-1]]))
    assert len(np.unique(record.qpos[born], axis=0)) == len(born)


def test_a_termination_ends_a_life_unless_told_otherwise(engine, actions, life):
    _, record = life
    lives, ended = engine.record(actions.ravel(), KEY)
    first = np.flatnonzero(record.terminated)
    length = first[0] + 1 if len(first) else TICKS
    assert lives.lengths[0] == len(ended.rewards) == length
    assert lives.ends[0] == (END_TERMINATED if len(first) else END_REACHED)
    assert lives.terminations[0] == min(len(first), 1)
    np.testing.assert_array_equal(ended.rewards, record.rewards[:length])


def test_births_have_gymnasiums_distribution(engine, actions):
    births = 400
    ours = []
    for index in range(births):
        _, record = engine.record(actions.ravel(), jax.random.key(index), Scenario(ticks=1))
        ours.append(np.concatenate([record.qpos[0], record.qvel[0]]))
    environment, theirs = environment_of(engine.task), []
    for index in range(births):
        environment.reset(seed=index)
        theirs.append(np.concatenate([environment.data.qpos, environment.data.qvel]))
    ours, theirs = np.array(ours), np.array(theirs)
    # Kolmogorov-Smirnov: a distance of 0.15 between 400 and 400 samples has a chance of 2e-4 for each of at most 47.
    for column in range(ours.shape[1]):
        both = np.sort(np.concatenate([ours[:, column], theirs[:, column]]))
        cdf = [np.searchsorted(np.sort(s[:, column]), both, side="right") / births for s in (ours, theirs)]
        assert np.abs(cdf[0] - cdf[1]).max() < 0.15, f"column {column}"
    # No two coordinates of a birth may share their noise.
    correlation = np.corrcoef(ours.T) - np.eye(ours.shape[1])
    assert np.abs(correlation).max() < 0.25


def test_the_description_matches_the_model(engine):
    task = engine.task
    environment = gymnasium.make(task.gymnasium_id, **task.gymnasium_options)
    assert environment.observation_space.shape == (task.observation_size,)
    assert environment.action_space.shape == (task.action_size,)
    assert environment.unwrapped.dt == pytest.approx(task.control_period)
    assert environment.spec.max_episode_steps == task.length
