"""The native engine: a life depends on genome, key, task and normaliser, and on nothing else."""

import dataclasses
import threading
import time

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbax.damage.events import Event
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.types import END_REACHED, END_TERMINATED, Normaliser

KEY = jax.random.key(11)
TICKS = 40


@pytest.fixture(scope="module")
def engine(swimmer, han_e):
    return NativeEngine(swimmer, han_e, threads=2)


def fields_equal(one, other, order=slice(None)):
    for field in dataclasses.fields(one):
        np.testing.assert_array_equal(getattr(one, field.name)[order], getattr(other, field.name), err_msg=field.name)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(6)))
def test_permuting_the_population_permutes_the_lives(engine, genomes, order):
    keys = jax.random.split(KEY, 6)
    lives = engine.evaluate(genomes, keys, Scenario(ticks=TICKS))
    permuted = engine.evaluate(genomes[order], keys[np.array(order)], Scenario(ticks=TICKS))
    fields_equal(lives, permuted, order)
    assert len(set(lives.returns)) == 6


@pytest.mark.parametrize("threads", [1, 3, 8])
def test_the_number_of_threads_changes_nothing(engine, swimmer, han_e, genomes, threads):
    other = NativeEngine(swimmer, han_e, threads=threads)
    fields_equal(
        engine.evaluate(genomes, KEY, Scenario(ticks=TICKS)), other.evaluate(genomes, KEY, Scenario(ticks=TICKS))
    )


def test_a_life_does_not_know_what_its_thread_did_before(engine, genomes):
    first = engine.evaluate(genomes[:1], KEY, Scenario(ticks=TICKS))
    engine.evaluate(genomes[::-1], jax.random.key(99), Scenario(ticks=3 * TICKS))
    fields_equal(first, engine.evaluate(genomes[:1], KEY, Scenario(ticks=TICKS)))


def test_one_key_is_folded_by_index_of_the_life(engine, genomes):
    together = engine.evaluate(genomes, KEY, Scenario(ticks=TICKS))
    keys = jax.vmap(lambda index: jax.random.fold_in(KEY, index))(jnp.arange(6))
    fields_equal(together, engine.evaluate(genomes, keys, Scenario(ticks=TICKS)))


def test_lifetimes_of_a_genome_stand_together(engine, genomes):
    lives = engine.evaluate(genomes[:2], KEY, Scenario(ticks=TICKS), lifetimes=3)
    keys = jax.vmap(lambda index: jax.random.fold_in(KEY, index))(jnp.arange(6))
    fields_equal(lives, engine.evaluate(genomes[[0, 0, 0, 1, 1, 1]], keys, Scenario(ticks=TICKS)))
    assert len(set(lives.returns)) == 6, "each has its own weights and birth"


def test_a_record_is_of_the_same_life(engine, genomes):
    lives = engine.evaluate(genomes[:1], KEY[None], Scenario(ticks=TICKS))
    recorded, record = engine.record(genomes[0], KEY, Scenario(ticks=TICKS))
    fields_equal(lives, recorded)
    assert record.rewards.sum() == pytest.approx(lives.returns[0], abs=1e-12)
    assert record.weights.shape == (TICKS, engine.policy.weight_count)
    np.testing.assert_allclose(record.observations.mean(axis=0), lives.observation_mean[0], atol=1e-12)
    deviations = ((record.observations - record.observations.mean(axis=0)) ** 2).sum(axis=0)
    np.testing.assert_allclose(deviations, lives.observation_m2[0], atol=1e-9)


def test_the_first_weights_and_the_normaliser_are_the_jax_policys(engine, swimmer, han_e, genomes):
    rng = np.random.default_rng(0)
    normaliser = Normaliser(rng.normal(size=8), rng.uniform(0.5, 2, 8))
    _, record = engine.record(genomes[0], KEY, Scenario(ticks=2, normaliser=normaliser))
    carry = han_e.birth(jax.random.fold_in(KEY, 0))
    np.testing.assert_allclose(record.weights[0], np.concatenate([np.ravel(w) for w in carry.weights]), atol=1e-8)
    inputs = jnp.asarray((record.observations[0] - normaliser.mean) * normaliser.scale, jnp.float32)
    action, _ = han_e.act(genomes[0], carry, inputs)
    np.testing.assert_allclose(record.actions[0], action, atol=1e-6)


def test_a_frozen_life_keeps_its_weights(engine, genomes):
    events = [Event("freeze-plasticity", onset=8, duration=12)]
    _, record = engine.record(genomes[0], KEY, Scenario(ticks=30, damages=events))
    moved = np.abs(np.diff(record.weights, axis=0)).max(axis=1) > 0  # from tick t to t + 1
    expected = [tick % 4 == 0 and not 8 <= tick < 20 for tick in range(29)]
    assert moved.tolist() == expected


def test_a_pinned_actuator_gets_its_value_exactly_when_it_is_due(engine, genomes):
    _, record = engine.record(
        genomes[0], KEY, Scenario(ticks=20, damages=[Event("pin-actuator", 5, 3, target=1, value=0.25)])
    )
    _, free = engine.record(genomes[0], KEY, Scenario(ticks=20))
    assert (record.actions[:, 1] == 0.25).tolist() == [5 <= tick < 8 for tick in range(20)]
    np.testing.assert_array_equal(record.actions[:5], free.actions[:5])


@pytest.mark.slow
def test_a_terminated_life_takes_no_more_physics(swimmer, han_e, genomes):
    def outcome(before, simulation, action, memory):
        return 1.0, memory[0] >= 6.0, memory + 1.0

    def reset(noise):
        return 0.1 * noise.uniform[:5], 0.1 * noise.uniform[5:], np.zeros(1)

    task = dataclasses.replace(swimmer, outcome=outcome, reset=reset, memory_size=1)
    lives = NativeEngine(task, han_e, threads=1).evaluate(genomes[:2], KEY, Scenario(ticks=TICKS))
    assert lives.lengths.tolist() == [7, 7]
    assert lives.returns.tolist() == [7.0, 7.0], "the reward of the last tick counts"
    assert lives.ends.tolist() == [END_TERMINATED, END_TERMINATED]
    assert lives.observation_count.tolist() == [7, 7]


def test_a_stop_ends_the_lives_under_way_and_those_to_come(swimmer, han_e, genomes):
    engine = NativeEngine(swimmer, han_e, threads=2)
    engine.evaluate(genomes, KEY, Scenario(ticks=1))
    threading.Timer(0.2, engine.stop).start()
    started = time.monotonic()
    lives = engine.evaluate(genomes, KEY, Scenario(ticks=50_000_000))
    assert time.monotonic() - started < 60
    assert lives.stopped
    assert engine.evaluate(genomes, KEY, Scenario(ticks=10)).stopped


def test_lives_that_reach_the_last_tick_say_so(engine, genomes):
    lives = engine.evaluate(genomes, KEY, Scenario(ticks=TICKS))
    assert lives.ends.tolist() == [END_REACHED] * 6
    assert lives.lengths.tolist() == [TICKS] * 6
    assert not lives.stopped


def test_genomes_of_another_size_are_refused(engine):
    message = r"shape \(population, genome_size\) \(i\.e\. shape \(…, 800\)\) but it had shape \(2, 7\)"
    with pytest.raises(HebbaxError, match=message):
        engine.evaluate(np.zeros((2, 7)), KEY)


def test_keys_of_another_number_are_refused(engine, genomes):
    with pytest.raises(HebbaxError, match=r"expected one key, or an array of 6 keys, one a life, but got shape \(5,\)"):
        engine.evaluate(genomes, jax.random.split(KEY, 5))


def test_threads_below_one_are_refused(swimmer, han_e):
    with pytest.raises(HebbaxError, match="threads=0: expected a whole number of at least 1"):
        NativeEngine(swimmer, han_e, threads=0)


def test_steps_read_no_clock(engine):
    data = mujoco.MjData(engine.task.world.model)
    mujoco.mj_step(engine.task.world.model, data)
    timer = data.timer[mujoco.mjtTimer.mjTIMER_STEP]
    assert (timer.number, timer.duration) == (1, 0.0)
