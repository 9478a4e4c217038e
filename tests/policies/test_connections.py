"""Plasticity by connection: each with its own rule, clock and bounds, or static, beside others in one network."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.config.policy import PRESETS, PolicyConfig
from hebbax.damage.events import Event
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.evolution.strategy import initial_mean
from hebbax.experiments.context import Context
from hebbax.experiments.random_rules import random_genomes
from hebbax.experiments.registry import why_not
from hebbax.keys import root_key
from hebbax.networks.initial import InitialWeights
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.policies.synapses import Synapses
from hebbax.tasks.registry import make_task
from hebbax.types import Normaliser

SIZES = (3, 4, 2)
ETA, BCM = Plasticity("eta-abcd"), Plasticity("bcm", normalisation="clip", bound=0.7, interval=2)
AVERAGED = Plasticity("eta-abcd", normalisation="none", averaging="moving-average", window=3, interval=3)
EVOLVED, DRAWN = Synapses(None), Synapses(None, "random", InitialWeights("he-normal", 1.0))


def _change(plasticity, genes, pre, post):
    """Return the change of a weight matrix by the equations in the documentation, number by number."""
    change = np.zeros((len(pre), len(post)))
    for i, x in enumerate(pre):
        for j, y in enumerate(post):
            if plasticity.rule == "bcm":
                change[i, j] = 0.1 * x * y * (y - genes["theta"][j])
            else:
                a, b, c, d, eta = (np.asarray(genes[name])[i, j] for name in ("A", "B", "C", "D", "eta"))
                change[i, j] = eta * (a * x * y + b * x + c * y + d)
    return change


def _bounded(plasticity, weights):
    if plasticity.normalisation == "max":
        return weights / np.abs(weights).max()
    return np.clip(weights, -0.7, 0.7) if plasticity.normalisation == "clip" else weights


def _live(policy, genome, key, observations):
    """Return the actions and last weights of a network of two matrices, by hand."""
    layers = policy.unpack(genome)
    drawn = [np.asarray(part, float) for part in policy.draw(key)]
    weights = [
        np.asarray(layer.get("weights", layer.get("first_weights", first)), float)
        for layer, first in zip(layers, drawn, strict=True)
    ]
    seen, actions = [], []
    for tick, observation in enumerate(observations):
        units = [np.asarray(observation, float)]
        for matrix in weights:
            units.append(np.tanh(units[-1] @ matrix))
        seen.append(units)
        actions.append(units[-1])
        for index, synapses in enumerate(policy.synapses):
            plasticity = synapses.plasticity
            if plasticity is None or tick % plasticity.interval:
                continue
            count = 1 if plasticity.averaging == "direct" else min(tick + 1, plasticity.window)
            pre, post = (np.mean([each[place] for each in seen[-count:]], axis=0) for place in (index, index + 1))
            changed = weights[index] + _change(plasticity, layers[index], pre, post)
            weights[index] = _bounded(plasticity, changed)
    return np.array(actions), weights


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (EVOLVED, Synapses(ETA)),
        (DRAWN, Synapses(ETA)),
        (Synapses(BCM), EVOLVED),
        (Synapses(ETA), Synapses(BCM)),
        (Synapses(AVERAGED, "coevolved"), Synapses(BCM, "random", InitialWeights("normal", 0.3))),
        (Synapses(AVERAGED), Synapses(ETA, "coevolved")),
        (DRAWN, EVOLVED),
    ],
)
def test_a_network_of_unlike_connections_lives_as_by_hand(first, second):
    policy = Policy("mixed", Mlp(SIZES), None, by_connection={"layer 0": first, "layer 1": second})
    genome = np.random.default_rng(1).uniform(-1, 1, policy.genome_size).astype(np.float32)
    observations = np.random.default_rng(2).normal(size=(9, 3)).astype(np.float32)
    key = jax.random.key(3)
    actions, weights = _live(policy, genome, key, observations)
    carry, told = policy.birth(key, genome), []
    for observation in observations:
        action, carry = policy.act(genome, carry, observation)
        carry = policy.adapt(genome, carry)
        told.append(action)
    np.testing.assert_allclose(told, actions, rtol=2e-4, atol=2e-5)
    for place, index in enumerate(policy.plastic):
        np.testing.assert_allclose(carry.weights[place], weights[index], rtol=2e-4, atol=2e-5)


MIXED = {
    "static, then shared": {"layer 0": {"plastic": False}, "layer 1": {"scope": "post"}},
    "drawn, then another clock": {
        "layer 0": {"plastic": False, "birth": "random", "initial": "he-normal"},
        "layer 1": {"rule": "bcm", "normalisation": "clip", "averaging": "exponential", "window": 4},
    },
    "two rules, one with states": {"layer 0": {"rule": "abcd-trace", "interval": "2 ticks", "window": 7}},
    "coevolved and unit norm": {"layer 1": {"birth": "coevolved", "normalisation": "unit-norm"}},
    "static after plastic": {"layer 1": {"plastic": False}},
}


QUICK = ("static after plastic",)


@pytest.mark.parametrize(
    "connections",
    [
        pytest.param(connections, id=name, marks=() if name in QUICK else pytest.mark.slow)
        for name, connections in MIXED.items()
    ],
)
def test_both_engines_live_the_same_life(connections):
    task = make_task("swimmer")
    policy = make_policy(replace(PRESETS["han-e"], name="mixed", connections=connections), task)
    genomes = np.random.default_rng(0).uniform(-1, 1, (3, policy.genome_size)).astype(np.float32)
    layer = policy.layer_names[-1]
    scenario = Scenario(
        ticks=24, damages=[Event("zero-weights", 5, 1, layer, 0.5), Event("redraw-weights", 9, 1, layer)]
    )
    both = []
    for name in ("native", "lockstep"):
        engine = make_engine(task, policy, name, 1)
        _, record = engine.record(genomes[0], root_key(5), scenario)
        both.append((engine.evaluate(genomes, root_key(5), scenario).returns, record.weights, record.actions))
    for native, lockstep in zip(*both, strict=True):
        np.testing.assert_allclose(native, lockstep, rtol=1e-3, atol=1e-4)
    assert both[0][1].shape == (24, policy.weight_count)


def test_naming_every_connection_changes_no_bit():
    task = make_task("swimmer")
    one = make_policy("han-e", task)
    same = make_policy(replace(PRESETS["han-e"], connections={"layer 0": {}, "layer 1": {"scope": "synapse"}}), task)
    genomes = np.random.default_rng(0).uniform(-1, 1, (2, one.genome_size)).astype(np.float32)
    returns = [make_engine(task, policy, "native", 1).evaluate(genomes, root_key(0)).returns for policy in (one, same)]
    np.testing.assert_array_equal(*returns)
    assert same.groups == one.groups


def test_a_connection_draws_the_same_weights_whatever_the_others_are():
    initial = InitialWeights("normal", 0.3)
    plastic, static = Synapses(ETA, initial=initial), Synapses(None, "random", initial)
    drawn = [
        Policy("one", Mlp(SIZES), ETA, initial, by_connection={"layer 1": own}).draw(jax.random.key(1))[1]
        for own in (plastic, static)
    ]
    np.testing.assert_array_equal(*drawn)


def test_a_shared_gene_of_the_network_is_shared_by_connections_of_one_rule():
    shared = Plasticity("abcd", scope="network")
    own = {"layer 1": Synapses(Plasticity("oja-abcd", scope="network"))}
    assert Policy("one", Mlp((2, 3, 4, 1)), shared).genome_size == 4
    assert Policy("two", Mlp((2, 3, 4, 1)), shared, by_connection=own).genome_size == 8


def test_the_accounting_counts_what_evolves_and_what_changes():
    own = {"layer 0": EVOLVED, "layer 1": Synapses(Plasticity("abcd-trace", scope="post"), "coevolved")}
    policy = Policy("mixed", Mlp(SIZES), None, by_connection=own)
    assert policy.genome_size == 3 * 4 + 4 * 2 + 4 * 2
    assert policy.weight_count == 4 * 2
    assert policy.state_size == 2 * 4 * 2
    assert [gene.name for gene in policy.layout] == ["weights", "A", "B", "C", "D", "first_weights"]


@pytest.mark.parametrize(
    ("usual", "own"),
    [
        ({"rule": "abcd", "rate": 0.3}, {"rule": "eta-abcd"}),
        ({"rule": "abcd-trace", "time_constant": 3.0}, {"rule": "abcd"}),
        ({"normalisation": "clip", "bound": 0.4}, {"normalisation": "max"}),
        ({"averaging": "moving-average", "window": 5}, {"averaging": "direct"}),
        ({"scope": "table", "table": 5}, {"scope": "post"}),
        ({"scope": "table", "table": 5}, {"plastic": False}),
    ],
)
def test_a_connection_leaves_what_it_does_not_read_of_the_policys(usual, own):
    task = make_task("swimmer")
    config = PolicyConfig(name="mine", **usual)
    named, other = (make_policy(replace(config, connections={"layer 1": options}), task) for options in (own, {}))
    assert named.synapses[0] == other.synapses[0]
    alone = make_policy(replace(PolicyConfig(name="mine"), **own), task).synapses[1].plasticity
    if alone is not None:
        common = {key: getattr(alone, key) for key in usual if key in ("rate", "time_constant", "bound", "window")}
        assert {key: getattr(named.synapses[1].plasticity, key) for key in common} == common


@pytest.mark.parametrize(
    ("connections", "message"),
    [
        (None, "connections=None: expected options by name, such as {layer 0: {plastic: false}}"),
        ([], "connections=[]: expected options by name"),
        ({"layer 2": {}}, "unknown connection 'layer 2': did you mean 'layer"),
        ({"layer 0": {"plastc": False}}, "did you mean 'plastic'"),
        ({"layer 0": {"plastic": False, "rule": "abcd"}}, "connection 'layer 0': rule=abcd: a static policy"),
        ({"layer 0": False}, "expected options in braces"),
        ({"layer 0": {"birth": "randm"}}, "did you mean 'random'"),
        ({"layer 0": {"window": "long"}}, "window='long': expected a value such as 10"),
        ({"layer 0": {"window": True}}, "window=True: expected a value such as 10"),
        ({"layer 0": {"averaging": "direct", "window": 3}}, "averaging=direct does not read it"),
        ({"layer 0": {"interval": "0.03"}}, "expected a whole multiple"),
        ({name: {"plastic": False, "birth": "random"} for name in ("layer 0", "layer 1")}, "nothing to change"),
    ],
)
def test_what_a_connection_cannot_be_is_said_in_one_line(connections, message):
    config = replace(PRESETS["han-e"], name="mixed", connections=connections)
    with pytest.raises(HebbaxError, match=r".") as error:
        make_policy(config, make_task("swimmer"))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_static_connection_of_a_policy_of_other_births_evolves_unless_it_says_otherwise():
    config = PolicyConfig(name="one", birth="per-slot", connections={"layer 0": {"plastic": False}})
    policy = make_policy(config, make_task("swimmer"))
    assert [synapses.birth for synapses in policy.synapses] == ["coevolved", "per-slot"]


def test_another_distribution_at_birth_is_that_of_every_plastic_connection():
    wide, narrow = InitialWeights("normal", 1.0), InitialWeights("uniform", 0.1)
    own = {
        "layer 0": Synapses(ETA, initial=narrow),
        "layer 1": Synapses(BCM, "coevolved", narrow),
        "layer 2": Synapses(None, "random", narrow),
    }
    policy = Policy("mixed", Mlp((2, 3, 4, 1)), ETA, birth_kind="coevolved", by_connection=own).with_initial(wide)
    assert [synapses.initial for synapses in policy.synapses] == [wide, wide, narrow]
    assert [synapses.birth for synapses in policy.synapses] == ["random", "coevolved", "random"]


@pytest.mark.parametrize("own", [{"plastic": False}, {"birth": "coevolved"}])
def test_first_genomes_have_weights_that_are_no_copy_of_their_coefficients(own):
    policy = make_policy(replace(PRESETS["han-e"], name="mixed", connections={"layer 1": own}), make_task("swimmer"))
    genome = np.asarray(initial_mean(jax.random.key(0), policy, 8))
    gene = policy.weight_genes[1]
    assert gene is not None
    weights, others = genome[gene.at : gene.at + gene.size], genome[: gene.at]
    found = [np.corrcoef(weights, others[at : at + gene.size])[0, 1] for at in range(gene.at - gene.size)]
    assert np.abs(found).max() < 0.9


@pytest.mark.parametrize(
    ("connections", "refused"),
    [
        ({"layer 0": {"birth": "coevolved"}}, {"initial-weights", "timescale"}),
        ({"layer 0": {"initial": "normal"}}, {"initial-weights", "timescale"}),
        ({"layer 0": {"interval": "2 ticks"}}, {"timescale"}),
        ({}, set()),
    ],
)
def test_experiments_that_need_one_distribution_or_one_clock_say_so_beforehand(connections, refused):
    task = make_task("swimmer")
    policy = make_policy(replace(PRESETS["han-b"], name="mixed", connections=connections), task)
    normaliser = Normaliser.identity(task.observation_size)
    context = Context("mine", task, policy, np.zeros(policy.genome_size, np.float32), normaliser, 1000)
    names = ("freeze", "initial-weights", "timescale")
    assert {name for name in names if why_not(name, context) is not None} == refused


def test_random_rules_leave_evolved_weights_as_they_are():
    policy = Policy("mixed", Mlp(SIZES), ETA, by_connection={"layer 0": EVOLVED})
    genome = np.full(policy.genome_size, 5.0, np.float32)
    drawn = random_genomes(policy, genome, 3, jax.random.key(0))
    assert (drawn[:, :12] == 5.0).all()
    assert (np.abs(drawn[:, 12:]) <= 1.0).all()
    static = Policy("static", Mlp(SIZES), None)
    assert (np.abs(random_genomes(static, genome, 3, jax.random.key(0))) <= 1.0).all()
