"""Our native tasks against Gymnasium's: the same actions from the same state, for a whole life."""

import gymnasium
import jax
import numpy as np
import pytest

from hebbax.engines.native import NativeEngine
from hebbax.replay import Replay
from hebbax.tasks.registry import TASKS, make_task

TICKS = 1000
NAMES = [name for name in TASKS if make_task(name).gymnasium_id]


@pytest.fixture(scope="module", params=NAMES)
def life(request):
    task = make_task(request.param)
    engine = NativeEngine(task, Replay(task.action_size, TICKS), threads=1)
    actions = np.random.default_rng(0).uniform(-1, 1, (TICKS, task.action_size)).astype(np.float32)
    lives, record = engine.record(actions.ravel(), jax.random.key(3))
    return task, actions, lives, record


def test_a_life_equals_gymnasiums_step_for_step(life):
    task, actions, lives, record = life
    environment = gymnasium.make(task.gymnasium_id).unwrapped
    environment.reset(seed=0)
    environment.set_state(record.qpos[0], record.qvel[0])
    total = 0.0
    for tick, action in enumerate(actions):
        # 1e-12, not zero: NumPy and the compiled code may add the squares of the actions in another order.
        np.testing.assert_array_equal(environment.data.qpos, record.qpos[tick], err_msg=f"tick {tick}")
        np.testing.assert_allclose(environment._get_obs(), record.observations[tick], atol=1e-12, rtol=0)
        _, reward, terminated, _, _ = environment.step(action.astype(np.float64))
        assert abs(reward - record.rewards[tick]) < 1e-12 * max(1.0, abs(reward))
        assert not terminated
        total += reward
    assert lives.lengths[0] == TICKS
    assert lives.returns[0] == pytest.approx(total, abs=1e-9)


def test_births_have_gymnasiums_distribution(life):
    task = life[0]
    births = 400
    engine = NativeEngine(task, Replay(task.action_size, 1), threads=1)
    ours = []
    for index in range(births):
        _, record = engine.record(np.zeros(task.action_size), jax.random.key(index), ticks=1)
        ours.append(np.concatenate([record.qpos[0], record.qvel[0]]))
    environment = gymnasium.make(task.gymnasium_id).unwrapped
    theirs = []
    for index in range(births):
        environment.reset(seed=index)
        theirs.append(np.concatenate([environment.data.qpos, environment.data.qvel]))
    ours, theirs = np.array(ours), np.array(theirs)
    # Kolmogorov-Smirnov: a distance of 0.15 between 400 and 400 samples has a chance of 2e-4 for each of at most 18.
    for column in range(ours.shape[1]):
        both = np.sort(np.concatenate([ours[:, column], theirs[:, column]]))
        cdf = [np.searchsorted(np.sort(s[:, column]), both, side="right") / births for s in (ours, theirs)]
        assert np.abs(cdf[0] - cdf[1]).max() < 0.15, f"column {column}"
    # No two coordinates of a birth may share their noise.
    correlation = np.corrcoef(ours.T) - np.eye(ours.shape[1])
    assert np.abs(correlation).max() < 0.25


def test_the_description_matches_the_model(life):
    task = life[0]
    environment = gymnasium.make(task.gymnasium_id)
    assert environment.observation_space.shape == (task.observation_size,)
    assert environment.action_space.shape == (task.action_size,)
    assert environment.unwrapped.dt == pytest.approx(task.control_period)
    assert environment.spec.max_episode_steps == task.ticks
