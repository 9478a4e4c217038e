"""A controller in a loop of one's own: what the native engine runs, to the bit, and without JAX."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

import jax
import numpy as np
import pytest

import hebbax
from hebbax.config.policy import PolicyConfig
from hebbax.engines.live_controller import LiveController
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.keys import life_key
from hebbax.networks.registry import NETWORKS
from hebbax.plasticity import rules
from hebbax.plasticity.rule import Rule
from hebbax.policies.make_policy import make_policy
from hebbax.runs.stored_run import StoredRun
from hebbax.types import Normaliser
from hebbax.zoo import zoo_names

TICKS = 60


class Point(NamedTuple):
    at: np.ndarray  # [4]


def start(noise):
    return Point(noise.normal[:4])


def advance(state, control, period):
    at = 0.9 * state.at
    at[0] += control[0]
    at[3] -= control[1]
    return Point(at)


def observe(state, memory):
    return state.at


def actuate(action, state, memory):
    return action


def outcome(before, state, action, memory):
    return state.at[0], False, memory


# A life in it compiles in half the time of a robot's: of what each case compiles, most is the policy's.
POINT = hebbax.Task(
    name="point",
    world=hebbax.World("point", Point, start, advance, control_size=2, control_period=0.05),
    observation=[hebbax.Group("at", 4, "")],
    action=[hebbax.Group("push", 2, "")],
    observe=observe,
    actuate=actuate,
    outcome=outcome,
    length=TICKS,
)


def families() -> list[list[Rule]]:
    """Return the rules that ship: those of a family change weights by the same function, with or without biases."""
    found: dict[tuple[Callable, bool], list[Rule]] = {}
    for rule in rules.RULES.values():
        if rule.change.__module__.startswith("hebbax.plasticity."):
            found.setdefault((rule.change, rule.needs_bias), []).append(rule)
    return list(found.values())


def combinations() -> list[tuple[str, str | None]]:
    """Return every network that ships with a rule of every family: the next of it for the next network.

    So every rule has its turn. The networks that can only be static are static, and one that need not be.
    """
    ours = {name: kind for name, kind in NETWORKS.items() if kind.__module__.startswith("hebbax.")}
    plastic = [name for name, kind in ours.items() if not kind.static_only]
    return [(name, None) for name in ours if name == "mlp" or name not in plastic] + [
        (plastic[turn % len(plastic)], family[turn % len(family)].name)
        for family in families()
        for turn in range(max(len(plastic), len(family)))
    ]


QUICK = {("gru", "eta-gdhl")}
"""What is tested at each change: gates, with two states per synapse."""


def lived(live, record, **start):
    """Return the actions of a controller that sees what a recorded life saw."""
    live.start(**start)
    return np.array([live.act(observation) for observation in record.observations])


@pytest.mark.parametrize(
    "name",
    [pytest.param(f"zoo:{name}", marks=[pytest.mark.slow] if "swimmer" not in name else []) for name in zoo_names()],
)
def test_it_is_the_life_of_a_controller_that_ships(name):
    run = StoredRun.open(name, lambda line: None)
    controller = run.controller()
    engine = NativeEngine(run.task, run.policy, threads=1)
    scenario = Scenario(normaliser=controller.statistics.normaliser())
    live = run.live_controller()
    for seed in (1, 2):
        _, record = engine.record(controller.genome, life_key(seed, 0), scenario)
        np.testing.assert_array_equal(lived(live, record, seed=seed), record.actions)
    weights = [layer.ravel() for layer in live.weights]  # none of a static network
    np.testing.assert_array_equal(np.concatenate([np.zeros(0), *weights]), record.weights[-1])
    key = np.asarray(jax.random.key_data(life_key(2, 0)))
    np.testing.assert_array_equal(lived(live, record, key=key), record.actions)


@pytest.mark.parametrize(
    ("network", "rule"),
    [pytest.param(*case, marks=() if case in QUICK else pytest.mark.slow) for case in combinations()],
)
def test_every_network_with_every_family_of_rules(network, rule):
    plastic = {
        "rule": rule,
        "bias": rule is not None and rules.RULES.get(rule).needs_bias,
        "averaging": "moving-average",
        "window": 5,
        "interval": "2 ticks",
    }
    hidden = [] if network == "fcrnn" else [6]
    config = PolicyConfig(name="p", network=network, hidden=hidden, **(plastic if rule else {"plastic": False}))
    task, normaliser = POINT, Normaliser(np.full(4, 0.1), np.full(4, 1.7))
    if network == "conv":
        task, normaliser = dataclasses.replace(POINT, observation_shape=(2, 2, 1)), Normaliser.identity(0)
        config = dataclasses.replace(config, channels=[2], kernels=[1], strides=[1], pools=[1])
    policy = make_policy(config, task)
    genome = (1.0 if network == "conv" else 0.3) * np.asarray(
        jax.random.normal(jax.random.key(1), (policy.genome_size,)), np.float32
    )
    _, record = NativeEngine(task, policy, threads=1).record(genome, life_key(5, 0), Scenario(normaliser=normaliser))
    live = LiveController(policy, genome, normaliser)

    assert len(record.actions) == TICKS
    assert np.ptp(record.actions, axis=0).min() > 0.01, "nothing to compare"
    np.testing.assert_array_equal(lived(live, record, seed=5), record.actions)
    if rule is not None:
        assert np.abs(record.weights[-1] - record.weights[0]).max() > 1e-3, "nothing was learnt"
        np.testing.assert_array_equal(np.concatenate([layer.ravel() for layer in live.weights]), record.weights[-1])


def test_every_rule_that_ships_has_its_turn():
    ours = {rule.name for family in families() for rule in family}
    assert {rule for _, rule in combinations()} - {None} == ours
    assert set(combinations()) >= QUICK


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
