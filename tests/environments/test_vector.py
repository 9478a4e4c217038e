from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import hebbax.environments
from hebbax.environments import Environment, VectorEnvironment
from hebbax.errors import HebbaxError

TICKS, PLACES = 7, 3


def alike(mine, theirs, at=""):
    """Assert that two values of what a vector environment returns are the same, key by key."""
    if isinstance(theirs, dict):
        assert mine.keys() == theirs.keys(), at
        for key in theirs:
            alike(mine[key], theirs[key], f"{at}.{key}")
    elif isinstance(theirs, np.ndarray) and theirs.dtype == object:
        for one, other in zip(mine, theirs, strict=True):
            assert (one is None) == (other is None), at
            assert one is None or np.array_equal(one, other), at
    else:
        np.testing.assert_array_equal(mine, theirs, err_msg=at)


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_places_are_environments_of_gymnasium_side_by_side(mode):
    """Gymnasium's own vector of single environments is the oracle, to the bit; the last place falls before the end."""
    ours = VectorEnvironment("inverted_pendulum", PLACES, ticks=TICKS, autoreset_mode=mode.value, threads=2)
    theirs = SyncVectorEnv([lambda: Environment("inverted_pendulum", ticks=TICKS)] * PLACES, autoreset_mode=mode)
    for one, another in zip(ours.reset(seed=3), theirs.reset(seed=3), strict=True):
        alike(one, another)
    actions = np.array([[0.0], [0.3], [1.0]], np.float32)
    ends = np.zeros(PLACES, int)
    for _ in range(3 * TICKS):
        mine, other = ours.step(actions), theirs.step(actions)
        for one, another in zip(mine[:4], other[:4], strict=True):
            alike(one, another)
        told = {key: value for key, value in mine[4].items() if key in other[4]}
        for key in other[4].keys() - {"final_info", "_final_info"}:
            where = other[4].get(f"_{key}", np.ones(PLACES, bool)) if not key.startswith("_") else slice(None)
            alike(told[key][where], other[4][key][where], key)
        ends += mine[2] | mine[3]
    assert ends.min() >= 2


def test_gymnasium_makes_it_by_its_id():
    made = gymnasium.make_vec("hebbax/InvertedPendulum-v0", num_envs=2, ticks=4, autoreset_mode="SameStep")
    assert isinstance(made.unwrapped, VectorEnvironment)
    assert made.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert made.observation_space.shape == (2, 4)
    made.close()


def test_a_place_is_the_environment_of_its_seed():
    many, one = VectorEnvironment("inverted_pendulum", 3, threads=1), Environment("inverted_pendulum")
    observations, told = many.reset(seed=11)
    assert np.array_equal(observations[2], one.reset(seed=13)[0])
    assert told["seed"].tolist() == [11, 12, 13]
    assert np.array_equal(many.reset(seed=[5, None, 13])[0][2], observations[2])


def test_without_autoreset_a_life_that_is_over_has_to_be_begun():
    many = VectorEnvironment("inverted_pendulum", 2, ticks=2, autoreset_mode="Disabled", threads=1)
    many.reset(seed=0)
    still = np.zeros((2, 1), np.float32)
    many.step(still)
    assert many.step(still)[3].all()
    with pytest.raises(HebbaxError, match=r"the lives in places \[0, 1\] are over"):
        many.step(still)
    before = many.lives.puppets.observations[1].copy()
    observations, told = many.reset(options={"reset_mask": np.array([True, False])})
    assert told["life"].tolist() == [1, 0]
    assert np.array_equal(observations[1], before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"autoreset_mode": "Later"}, "unknown autoreset_mode 'Later': did you mean"),
        ({"num_envs": 0}, "lives=0: expected a whole number of at least 1"),
        ({"render_mode": "human"}, "unknown render_mode 'human'"),
    ],
)
def test_what_no_vector_can_be_is_said(options, message):
    with pytest.raises(HebbaxError, match=message):
        VectorEnvironment(**{"task": "inverted_pendulum", "num_envs": 2, **options})


def test_seeds_and_masks_of_another_number_are_refused():
    many = VectorEnvironment("inverted_pendulum", 2, threads=1)
    with pytest.raises(HebbaxError, match="3 seeds: expected one, or one for each of 2 environments"):
        many.reset(seed=[1, 2, 3])
    with pytest.raises(HebbaxError, match=r"reset_mask=.*expected bool of shape \(2,\)"):
        many.reset(options={"reset_mask": np.array([1, 0])})


def test_every_task_has_an_id_of_its_own():
    from hebbax.tasks.registry import TASKS

    ids = [hebbax.environments.environment_id(name) for name in TASKS]
    assert len(set(ids)) == len(ids)
    assert set(ids) <= set(gymnasium.registry)
