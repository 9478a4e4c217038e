"""The lockstep engine against the native one, on lives too short for contacts to amplify the last bit."""

import dataclasses

import jax
import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.types import Normaliser

KEY = jax.random.key(5)
TICKS = 20


def both(task_name, policy_name, ticks, count=4):
    """Return the same lives of random genomes from both engines."""
    task = make_task(task_name)
    policy = make_policy(policy_name, task)
    genomes = np.asarray(jax.random.uniform(jax.random.key(0), (count, policy.genome_size), minval=-1, maxval=1))
    normaliser = Normaliser(np.full(task.observation_size, 0.1), np.full(task.observation_size, 1.5))
    engines = NativeEngine(task, policy), LockstepEngine(task, policy)
    return [engine.evaluate(genomes, KEY, Scenario(ticks, normaliser), lifetimes=2) for engine in engines]


@pytest.mark.parametrize("policy_name", ["han-e", pytest.param("mlp", marks=pytest.mark.slow)])
def test_both_engines_run_the_same_lives(policy_name):
    native, lockstep = both("swimmer", policy_name, TICKS)
    np.testing.assert_allclose(native.returns, lockstep.returns, atol=1e-3, rtol=1e-4)
    np.testing.assert_allclose(native.observation_mean, lockstep.observation_mean, atol=1e-3, rtol=1e-3)
    np.testing.assert_allclose(native.observation_m2, lockstep.observation_m2, atol=1e-2, rtol=1e-2)
    for field in ("lengths", "ends", "observation_count", "warnings"):
        np.testing.assert_array_equal(getattr(native, field), getattr(lockstep, field))
    assert np.std(native.returns) > 1e-3


@pytest.mark.slow
def test_both_engines_run_the_same_lives_with_contacts():
    # The feet strike the ground within these ticks, and a strike multiplies what is left of float32 rounding: 1e-7
    # grows to 1e-4 m by tick 15 and, in a life in ten, to 1e-2 by tick 20. So all lives are compared closely for eight
    # ticks and the median life for twenty.
    native, lockstep = both("half_cheetah", "han-e", 8, count=10)
    np.testing.assert_allclose(native.returns, lockstep.returns, atol=1e-3)
    native, lockstep = both("half_cheetah", "han-e", TICKS, count=10)
    assert np.median(np.abs(native.returns - lockstep.returns)) < 1e-2
    assert np.std(native.returns) > 1


@pytest.mark.slow
def test_the_chunk_changes_nothing(swimmer, han_e, genomes):
    whole = LockstepEngine(swimmer, han_e).evaluate(genomes, KEY, Scenario(ticks=TICKS))
    for chunk in (1, 4):
        parts = LockstepEngine(swimmer, han_e, chunk=chunk).evaluate(genomes, KEY, Scenario(ticks=TICKS))
        # XLA may round a batch of another size differently.
        np.testing.assert_allclose(whole.returns, parts.returns, atol=1e-5)


def test_both_engines_let_the_same_things_happen(swimmer, han_e, genomes):
    events = [Event("freeze-plasticity", 4, 8), Event("pin-actuator", 6, 5, target=1, value=-0.5)]
    _, native = NativeEngine(swimmer, han_e).record(genomes[0], KEY, Scenario(ticks=TICKS, damages=events))
    _, lockstep = LockstepEngine(swimmer, han_e).record(genomes[0], KEY, Scenario(ticks=TICKS, damages=events))
    for name in native._fields[:-1]:
        one, other = getattr(native, name), getattr(lockstep, name)
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=2e-4, err_msg=name)
    assert (lockstep.actions[6:11, 1] == -0.5).all()


@pytest.mark.slow
def test_lives_of_unequal_length(swimmer, han_e, genomes):
    def outcome(before, simulation, action, memory):
        return simulation.qpos[0] - before.qpos[0], abs(simulation.qpos[2]) > 0.3, memory

    task = dataclasses.replace(swimmer, outcome=outcome)
    native = NativeEngine(task, han_e).evaluate(genomes, KEY, Scenario(ticks=60))
    lockstep = LockstepEngine(task, han_e).evaluate(genomes, KEY, Scenario(ticks=60))
    assert len(set(native.lengths)) > 1
    np.testing.assert_array_equal(native.lengths, lockstep.lengths)
    np.testing.assert_array_equal(native.ends, lockstep.ends)
    np.testing.assert_allclose(native.returns, lockstep.returns, atol=1e-4)
