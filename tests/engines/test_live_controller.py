"""A controller in a loop of one's own: what the native engine runs, to the bit, and without JAX."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import jax
import numpy as np
import pytest

import hebbax
from hebbax.config.policy import PRESETS
from hebbax.engines.live_controller import LiveController
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.keys import life_key
from hebbax.policies.make_policy import make_policy
from hebbax.runs.stored_run import StoredRun
from hebbax.types import Normaliser
from hebbax.zoo import zoo_names

TICKS = 60
RULES_OF_EACH_FAMILY = ("abcd", "oja-abcd", "abcd-trace", "bcm-sliding", "gdhl")


def lived(live, record, **start):
    """Return the actions of a controller that sees what a recorded life saw."""
    live.start(**start)
    return np.array([live.act(observation) for observation in record.observations])


@pytest.mark.parametrize("name", [f"zoo:{name}" for name in zoo_names()])
def test_it_is_the_life_of_a_controller_that_ships(name):
    run = StoredRun.open(name, lambda line: None)
    controller = run.controller()
    engine = NativeEngine(run.task, run.policy, threads=1)
    scenario = Scenario(normaliser=controller.statistics.normaliser())
    live = run.live_controller()
    for seed in (1, 2):
        _, record = engine.record(controller.genome, life_key(seed, 0), scenario)
        np.testing.assert_array_equal(lived(live, record, seed=seed), record.actions)
    weights = np.concatenate([layer.ravel() for layer in live.weights])
    np.testing.assert_array_equal(weights, record.weights[-1])
    key = np.asarray(jax.random.key_data(life_key(2, 0)))
    np.testing.assert_array_equal(lived(live, record, key=key), record.actions)


@pytest.mark.slow
@pytest.mark.parametrize("network", ["mlp", "elman", "fcrnn", "gru"])
@pytest.mark.parametrize("rule", RULES_OF_EACH_FAMILY)
def test_every_network_with_every_family_of_rules(swimmer, network, rule):
    hidden = [] if network == "fcrnn" else [6]
    config = replace(PRESETS["han-e"], network=network, hidden=hidden, rule=rule, rate=None, interval="2 ticks")
    assert_same_life(swimmer, make_policy(config, swimmer))


@pytest.mark.parametrize("name", ["mlp", "gru-hebbian"])
def test_static_and_recurrent_policies(swimmer, name):
    assert_same_life(swimmer, make_policy(name, swimmer))


def assert_same_life(task, policy):
    genome = 0.3 * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)), np.float32)
    normaliser = Normaliser(np.full(8, 0.1), np.full(8, 1.7))
    _, record = NativeEngine(task, policy, threads=1).record(genome, life_key(5, 0), Scenario(TICKS, normaliser))
    np.testing.assert_array_equal(lived(LiveController(policy, genome, normaliser), record, seed=5), record.actions)


def test_two_controllers_do_not_know_each_other_and_a_start_forgets(swimmer, han_e, genomes):
    one, other = (LiveController(han_e, genome) for genome in genomes[:2])
    one.start(seed=3)
    other.start(seed=4)
    sight = np.linspace(-1, 1, 8)
    first = [(one.act(sight), other.act(sight))[0] for _ in range(5)]
    assert (one.ticks, other.ticks) == (5, 5)
    one.start(seed=3)
    np.testing.assert_array_equal([one.act(sight) for _ in range(5)], first)


def test_it_runs_without_jax():
    program = (
        "import sys, hebbax\n"
        "live = hebbax.StoredRun.open('zoo:half_cheetah/han-e', lambda line: None).live_controller()\n"
        "live.start(seed=1)\n"
        "live.act([0.0] * 17)\n"
        "assert 'jax' not in sys.modules, 'JAX was imported'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_cannot_be_is_one_line(swimmer, han_e, genomes):
    with pytest.raises(HebbaxError, match=r"a genome of shape \(3,\): expected"):
        LiveController(han_e, np.zeros(3))
    with pytest.raises(HebbaxError, match=r"a normaliser whose mean has shape \(3,\): expected \(8,\)"):
        LiveController(han_e, genomes[0], Normaliser.identity(3))
    live = LiveController(han_e, genomes[0])
    with pytest.raises(HebbaxError, match=r"has not started: expected start\(seed=…\)"):
        live.act(np.zeros(8))
    with pytest.raises(HebbaxError, match="seed"):
        live.start(seed=-1)
    for key in (np.zeros(3, np.uint32), [0.5, 1.7], [-1, 3], [2**40, 1]):
        with pytest.raises(HebbaxError, match=r"a key \[.*\]: expected two words of uint32"):
            live.start(key=key)
    live.start()
    with pytest.raises(HebbaxError, match="unknown signal 'forwrad': did you mean 'forward'"):
        live.act(np.zeros(8), terms={"forwrad": 1.0})
    with pytest.raises(HebbaxError, match=r"an observation of shape \(7,\): expected \(8,\)"):
        live.act(np.zeros(7))
    with pytest.raises(HebbaxError, match="diverged at tick 0"):
        live.act(np.full(8, np.nan))
    with pytest.raises(HebbaxError, match="has not started"):
        live.act(np.zeros(8))


def test_it_is_public():
    assert hebbax.LiveController is LiveController
