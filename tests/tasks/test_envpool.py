"""EnvPool's environments, where EnvPool is installed."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.policies.open_loop import Replay
from hebbax.tasks.external.envpool import EnvPoolEnvironments
from hebbax.tasks.registry import make_task, remark_on
from hebbax.types import END_REACHED, END_TERMINATED, Lives

envpool = pytest.importorskip("envpool")

KEY = jax.random.key(3)


def random_genomes(policy, count):
    return np.asarray(jax.random.uniform(jax.random.key(0), (count, policy.genome_size), minval=-1, maxval=1))


@pytest.fixture(scope="module")
def cartpole():
    task = make_task("envpool/CartPole-v1")
    return VectorEngine(task, make_policy("han-d", task), threads=2)


def test_sizes():
    task = make_task("envpool/CartPole-v1")
    assert (task.observation_size, task.action_size, task.length, task.timed) == (4, 2, 500, False)
    assert (task.robot, task.gymnasium_id) == ("CartPole", None)
    assert task.source == {"id": "CartPole-v1", "package": "envpool", "version": envpool.__version__}
    assert (remark_on(task) or "").startswith("EnvPool takes turns with the policy, which is slower than a compiled")


@pytest.mark.filterwarnings("ignore:.*precision lowered by casting:UserWarning")  # by the pool that is made here
def test_given_actions_are_envpools_to_the_bit():
    task = make_task("envpool/Pendulum-v1")
    engine = VectorEngine(task, Replay(1, 250))
    actions = random_genomes(engine.policy, 3)
    keys = jax.random.split(KEY, 3)

    lives = engine.evaluate(actions, keys, Scenario(ticks=250))

    seeds = [int(jax.random.bits(jax.random.fold_in(key, 1))) // 2 for key in keys]
    for life in range(3):
        pool = envpool.make("Pendulum-v1", env_type="gymnasium", num_envs=1, seed=[seeds[life]], max_episode_steps=1000)
        pool.reset()
        total = sum(float(pool.step(2.0 * action[None, None])[1][0]) for action in actions[life])
        assert lives.returns[life] == total
    assert (lives.lengths == 250).all(), "longer than EnvPool's own limit of 200"


def test_a_life_does_not_depend_on_its_place_or_the_threads(cartpole):
    genomes = random_genomes(cartpole.policy, 7)
    keys = jax.random.split(KEY, 7)
    lives = cartpole.evaluate(genomes, keys, Scenario(ticks=60))
    order = np.array([3, 0, 6, 2, 5, 1, 4])

    permuted = cartpole.evaluate(genomes[order], keys[order], Scenario(ticks=60))
    one_thread = VectorEngine(cartpole.task, cartpole.policy, threads=1).evaluate(genomes, keys, Scenario(ticks=60))

    for field in Lives.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(permuted, field), getattr(lives, field)[order])
        np.testing.assert_array_equal(getattr(one_thread, field), getattr(lives, field))
    assert len(set(lives.lengths)) > 1
    assert (lives.ends == END_TERMINATED).any()
    np.testing.assert_array_equal(lives.returns, lives.lengths)  # CartPole gives 1 a tick


def test_restart(cartpole):
    genomes = random_genomes(cartpole.policy, 4)
    ended = cartpole.evaluate(genomes, KEY, Scenario(ticks=60))
    lives = cartpole.evaluate(genomes, KEY, Scenario(ticks=60, termination="restart"))

    assert (lives.ends == END_REACHED).all()
    # Each tick gives 1; the tick that EnvPool takes to reset by itself would give 0.
    np.testing.assert_array_equal(lives.returns, np.full(4, 60.0))
    assert (lives.terminations[ended.ends == END_TERMINATED] > 0).all()
    _, record = cartpole.record(genomes[0], KEY, Scenario(ticks=60, termination="restart"))
    births = np.abs(record.observations) <= 0.05  # where CartPole is born
    assert births[0].all()


@pytest.mark.filterwarnings("ignore:.*precision lowered by casting:UserWarning")  # by the pool that is made here
@pytest.mark.parametrize("environment_id", ["FingerSpin-v1", "FrankaKitchen-v1"])  # one number a part; nested
def test_parts_of_a_dictionary_follow_each_other(environment_id):
    task = make_task(f"envpool/{environment_id}")
    seeds = [5, 6, 7]
    observed = EnvPoolEnvironments(task, threads=2).begin(np.array(seeds))

    expected, _ = envpool.make(environment_id, env_type="gymnasium", num_envs=3, seed=seeds).reset()
    np.testing.assert_array_equal(observed, side_by_side(expected))
    assert observed.shape == (3, task.observation_size)
    assert len(np.unique(observed, axis=0)) == 3


def side_by_side(observations):
    if isinstance(observations, dict):
        return np.hstack([side_by_side(part) for part in observations.values()])
    return observations.reshape(len(observations), -1)


def test_lives_that_observe_a_dictionary():
    task = make_task("envpool/CartpoleBalance-v1")
    engine = VectorEngine(task, make_policy("han-d", task), threads=2)
    genomes = random_genomes(engine.policy, 2)
    lives = engine.evaluate(genomes, jax.random.split(KEY, 2), Scenario(ticks=5))
    assert (lives.ends == END_REACHED).all()
    assert (lives.returns > 0).all()  # the pole begins almost upright


def test_an_environment_of_several_players_is_refused():
    with pytest.raises(HebbaxError, match=r"'envpool/ConnectFour-v1' is an environment of 2 players: expected one of"):
        make_task("envpool/ConnectFour-v1")


def test_ids_that_do_not_exist():
    with pytest.raises(HebbaxError, match=r"unknown EnvPool environment 'Pendulm-v1': did you mean 'Pendulum-v"):
        make_task("envpool/Pendulm-v1")


def test_our_go1_moves_as_theirs_does(tmp_path, monkeypatch):
    """Equal at birth; after one action joints agree within a tenth of their motion, once feet are as soft and low."""
    monkeypatch.setattr(sys, "argv", ["go1_envpool.py", str(tmp_path / "out.json")])
    runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "go1_envpool.py"), run_name="__main__")
    document = json.loads((tmp_path / "out.json").read_text())
    alike, size = (document["differences"][name]["1"] for name in ("soft contacts, born low", "how large they are"))
    assert document["at_birth"] < 1e-12
    assert alike["angles"] < 0.1 * size["angles"]  # 0.057 of it in EnvPool 1.2.5
    assert alike["velocities"] < 0.15 * size["velocities"]  # 0.078
