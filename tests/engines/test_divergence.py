"""MuJoCo hides divergence: it zeroes NaN controls and resets bad states. hebbax must find it."""

import dataclasses

import jax
import mujoco
import numpy as np
import pytest

from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.evolution.fitness import fitness_of
from hebbax.evolution.statistics import ObservationStatistics
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.types import END_DIVERGED, END_REACHED, Normaliser

BOTH = [NativeEngine, LockstepEngine]
ENGINES = [NativeEngine, pytest.param(LockstepEngine, marks=pytest.mark.slow)]
KEY = jax.random.key(2)


def _forward_only(before, simulation, action, memory):
    return simulation.qpos[0] - before.qpos[0], False, memory


@pytest.fixture(scope="module")
def free_of_cost(swimmer):
    """A reward without control cost: a NaN action does not make it NaN."""
    return dataclasses.replace(swimmer, outcome=_forward_only)


@pytest.mark.parametrize("make", BOTH)
def test_a_nan_policy_diverges_ranks_worst_and_leaves_no_observations(make, free_of_cost, han_e, genomes):
    genomes = genomes.copy()
    genomes[2] = np.nan
    lives = make(free_of_cost, han_e).evaluate(genomes, KEY, Scenario(ticks=30))
    assert lives.ends.tolist() == [END_REACHED, END_REACHED, END_DIVERGED, END_REACHED, END_REACHED, END_REACHED]
    assert lives.lengths[2] <= 1
    fitness = fitness_of(lives, 1)
    assert np.isfinite(fitness).all()
    assert fitness.argmin() == 2
    statistics = ObservationStatistics.empty(8).merge(lives)
    assert statistics.count == 5 * 30
    assert np.isfinite(statistics.m2).all()


@pytest.mark.parametrize("make", ENGINES)
def test_unbounded_weights_diverge(make, free_of_cost):
    policy = Policy("a", Mlp((8, 2)), Plasticity("abcd", "none"))
    genomes = np.zeros((2, policy.genome_size), np.float32)
    genomes[1, -16:] = 3e8  # D of every synapse: 3e7 a tick, past the bound of 1e8 at the fourth update
    lives = make(free_of_cost, policy).evaluate(genomes, KEY, Scenario(ticks=30))
    assert lives.ends.tolist() == [END_REACHED, END_DIVERGED]
    assert lives.lengths[1] == 4


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("part", ["reward", pytest.param("state", marks=pytest.mark.slow)])
def test_what_is_not_finite_ends_a_life(make, swimmer, han_e, genomes, part):
    def reset(noise):
        speed = 1e9 if part == "state" else 0.1
        return 0.1 * noise.uniform[:5], speed * noise.uniform[5:], np.zeros(0)

    def outcome(before, simulation, action, memory):
        return np.sqrt(-1.0 - simulation.qpos[0] ** 2) if part == "reward" else 1.0, False, memory

    task = dataclasses.replace(swimmer, reset=reset, outcome=outcome)
    lives = make(task, han_e).evaluate(genomes[:2], KEY, Scenario(ticks=10))
    assert lives.diverged.all()
    assert np.isfinite(lives.returns).all()


@pytest.mark.parametrize("make", ENGINES)
def test_an_observation_that_is_not_finite_ends_the_life_of_a_saturated_network(make, swimmer):
    def reset(noise):
        return 0.1 * noise.uniform[:5], 0.1 * noise.uniform[5:], np.zeros(1)

    def observe(simulation, memory):
        return np.full(8, 1.0 / (3.0 - memory[0]))

    def outcome(before, simulation, action, memory):
        return 1.0, False, memory + 1.0

    task = dataclasses.replace(swimmer, reset=reset, observe=observe, outcome=outcome, memory_size=1)
    policy = make_policy("mlp", task)
    lives = make(task, policy).evaluate(np.ones((2, policy.genome_size), np.float32), KEY, Scenario(ticks=10))
    assert lives.ends.tolist() == [END_DIVERGED, END_DIVERGED]
    assert lives.lengths.tolist() == [3, 3]


def not_a_number(action, simulation, memory):
    return np.sqrt(-1.0 - action * action)


def beyond_what_mujoco_takes(action, simulation, memory):
    return 1e11 + action


@pytest.mark.parametrize("make", ENGINES)
@pytest.mark.parametrize("actuate", [not_a_number, pytest.param(beyond_what_mujoco_takes, marks=pytest.mark.slow)])
def test_a_control_that_mujoco_takes_for_none_ends_a_life(make, free_of_cost, han_e, genomes, actuate):
    """MuJoCo would put all controls to zero, warn in a file, and let the body go on."""
    task = dataclasses.replace(free_of_cost, actuate=actuate)
    lives = make(task, han_e).evaluate(genomes[:2], KEY, Scenario(ticks=10))
    assert lives.ends.tolist() == [END_DIVERGED] * 2
    assert lives.lengths.tolist() == [0, 0]
    assert lives.warnings.tolist() == [0, 0]


@pytest.mark.parametrize("make", ENGINES)
@pytest.mark.parametrize(
    ("reward", "length"),
    [(-3e19, 3), *(pytest.param(*case, marks=pytest.mark.slow) for case in ((1e308, 0), (-1e308, 0), (6e19, 1)))],
)
def test_a_sum_of_rewards_that_no_fitness_can_hold_ends_a_life(make, swimmer, han_e, genomes, reward, length):
    def outcome(before, simulation, action, memory):
        return reward + 0.0 * simulation.qpos[0], False, memory

    lives = make(dataclasses.replace(swimmer, outcome=outcome), han_e).evaluate(genomes[:2], KEY, Scenario(ticks=10))
    assert lives.ends.tolist() == [END_DIVERGED] * 2
    assert lives.lengths.tolist() == [length] * 2
    assert lives.returns.tolist() == [reward * length] * 2
    assert np.isfinite(fitness_of(lives, 1)).all()


@pytest.mark.slow
@pytest.mark.parametrize("make", BOTH)
def test_terms_that_cancel_each_other_are_summed_each(make, swimmer, han_e, genomes):
    def outcome(before, simulation, action, memory):
        return (6e19 + 0.0 * simulation.qpos[0], -6e19), False, memory

    task = dataclasses.replace(swimmer, outcome=outcome, reward=("gain", "loss"))
    lives = make(task, han_e).evaluate(genomes[:2], KEY, Scenario(ticks=10))
    assert lives.ends.tolist() == [END_DIVERGED] * 2
    assert lives.lengths.tolist() == [1, 1]


@pytest.mark.parametrize("make", ENGINES)
def test_observations_whose_squares_are_no_numbers_leave_no_statistics(make, swimmer, han_e, genomes):
    def observe(simulation, memory):
        return np.full(8, 1e110)

    task = dataclasses.replace(swimmer, observe=observe)
    small = Normaliser(np.zeros(8), np.full(8, 1e-110))
    lives = make(task, han_e).evaluate(genomes[:2], KEY, Scenario(ticks=5, normaliser=small))
    assert lives.ends.tolist() == [END_DIVERGED] * 2
    assert ObservationStatistics.empty(8).merge(lives).count == 0


@pytest.mark.slow
def test_warnings_are_counted_and_write_no_file(swimmer, han_e, genomes, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)

    def reset(noise):
        return 0.1 * noise.uniform[:5], 1e11 + 0.0 * noise.uniform[5:], np.zeros(0)

    task = dataclasses.replace(swimmer, reset=reset)
    lives = NativeEngine(task, han_e).evaluate(genomes[:1], KEY, Scenario(ticks=10))
    assert lives.warnings[0] > 0
    assert lives.diverged[0]
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().err == ""


def test_mujoco_itself_would_have_hidden_it(swimmer):
    data = mujoco.MjData(swimmer.world.model)
    data.ctrl[:] = np.nan
    mujoco.mj_step(swimmer.world.model, data)
    assert np.isfinite(data.qpos).all()
