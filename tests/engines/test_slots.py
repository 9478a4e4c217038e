"""Weights that outlast a life: drawn once for a slot, or handed on from one life of it to the next."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.config.policy import PRESETS
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.engines.slots import Slots
from hebbax.errors import HebbaxError
from hebbax.keys import root_key
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task

TASK = make_task("swimmer")
ENGINES = ("native", "lockstep")
NATIVE_IS_QUICK = ("native", pytest.param("lockstep", marks=pytest.mark.slow))


def _policy(birth, **connections):
    return make_policy(replace(PRESETS["han-e"], name="mine", birth=birth, connections=connections), TASK)


def _genomes(policy, count=2):
    return np.random.default_rng(0).uniform(-1, 1, (count, policy.genome_size)).astype(np.float32)


def _keys(*seeds):
    return jax.vmap(jax.random.key)(np.array(seeds))


def _first_weights(engine, policy, life, slot):
    slots = Slots(_keys(slot))
    _, record = engine.record(_genomes(policy)[0], root_key(life), Scenario(ticks=1, slots=slots))
    return record.weights[0]


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("birth", [pytest.param("per-slot", marks=pytest.mark.slow), "persistent"])
def test_a_slots_weights_are_the_same_in_all_its_lives(name, birth):
    policy = _policy(birth)
    engine = make_engine(TASK, policy, name, 1)
    one = _first_weights(engine, policy, life=1, slot=5)
    np.testing.assert_array_equal(one, _first_weights(engine, policy, life=2, slot=5))
    assert np.any(one != _first_weights(engine, policy, life=1, slot=6))


def test_random_weights_do_not_depend_on_the_slot():
    policy = _policy("random")
    engine = make_engine(TASK, policy, "native", 1)
    one = _first_weights(engine, policy, life=1, slot=5)
    np.testing.assert_array_equal(one, _first_weights(engine, policy, life=1, slot=6))
    assert np.any(one != _first_weights(engine, policy, life=2, slot=5))


def test_a_life_whose_slot_has_its_own_key_is_that_of_random_weights():
    genomes, key = _genomes(_policy("random")), _keys(1, 2)
    random = make_engine(TASK, _policy("random"), "native", 1).evaluate(genomes, key)
    slots = Scenario(slots=Slots(key))
    of_slot = make_engine(TASK, _policy("per-slot"), "native", 1).evaluate(genomes, key, slots)
    np.testing.assert_array_equal(random.returns, of_slot.returns)


@pytest.mark.parametrize("name", NATIVE_IS_QUICK)
def test_the_next_life_begins_with_what_the_last_one_left(name):
    policy = _policy("persistent")
    engine, genomes = make_engine(TASK, policy, name, 1), _genomes(policy)
    first = engine.evaluate(genomes, _keys(1, 2), Scenario(ticks=9, slots=Slots(_keys(7, 8))))
    # The weights after nine ticks are those that the tenth of a longer life begins with.
    _, longer = engine.record(genomes[1], _keys(2)[0], Scenario(ticks=10, slots=Slots(_keys(8))))
    np.testing.assert_array_equal(first.weights[1], longer.weights[9])
    _, second = engine.record(genomes[1], _keys(3)[0], Scenario(ticks=2, slots=Slots(_keys(8), first.weights[1:])))
    np.testing.assert_allclose(second.weights[0], first.weights[1], rtol=1e-6)


def test_both_engines_hand_on_the_same_weights_over_lives():
    policy = _policy("persistent", **{"layer 0": {"birth": "random"}})
    genomes, left = _genomes(policy, 3), {}
    for name in ENGINES:
        engine, weights = make_engine(TASK, policy, name, 1), None
        for life in range(3):
            slots = Slots(_keys(7, 8, 9), weights)
            weights = engine.evaluate(genomes, root_key(life), Scenario(ticks=6, slots=slots)).weights
        left[name] = weights
    np.testing.assert_allclose(left["native"], left["lockstep"], rtol=1e-3, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_a_life_that_a_termination_ends_leaves_the_weights_before_its_last_update(name):
    hopper = make_task("hopper")
    policy = make_policy(replace(PRESETS["han-b"], name="mine", birth="persistent"), hopper)
    engine, genomes = make_engine(hopper, policy, name, 1), _genomes(policy)
    scenario = Scenario(ticks=400, slots=Slots(_keys(7)))
    lives, record = engine.record(genomes[0], root_key(1), scenario)
    assert lives.terminations[0] == 1
    np.testing.assert_array_equal(lives.weights[0], record.weights[lives.lengths[0] - 1])


@pytest.mark.parametrize("name", NATIVE_IS_QUICK)
def test_a_life_that_diverged_leaves_nothing_and_the_next_draws_anew(name):
    policy = make_policy(replace(PRESETS["han-a"], name="mine", birth="persistent"), TASK)
    engine, genomes = make_engine(TASK, policy, name, 1), _genomes(policy) * np.float32(1e6)
    lives = engine.evaluate(genomes[:1], root_key(1), Scenario(ticks=50, slots=Slots(_keys(7))))
    assert lives.diverged[0]
    assert np.isnan(lives.weights).all()
    _, record = engine.record(genomes[0], root_key(2), Scenario(ticks=1, slots=Slots(_keys(7), lives.weights)))
    np.testing.assert_array_equal(record.weights[0], _first_weights(engine, policy, life=3, slot=7))


def test_slots_of_another_number_or_size_are_refused():
    policy = _policy("persistent")
    engine, genomes = make_engine(TASK, policy, "native", 1), _genomes(policy)
    with pytest.raises(HebbaxError, match="expected one for each of 2 lives"):
        engine.evaluate(genomes, root_key(0), Scenario(slots=Slots(_keys(1))))
    with pytest.raises(HebbaxError, match=r"weights of slots with shape \(2, 3\): expected \(2, 160\)"):
        engine.evaluate(genomes, root_key(0), Scenario(slots=Slots(_keys(1, 2), np.zeros((2, 3)))))
