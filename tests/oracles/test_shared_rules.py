"""Rules of neurons and of rank one, and preserved mass, against their equations in NumPy."""

from functools import partial

import jax
import numpy as np
import pytest

from hebbax.engines.live_controller import LiveController
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy

SIZES, TICKS = (4, 5, 3, 2), 25
OBSERVATIONS = np.sin(0.3 * np.arange(TICKS)[:, None] + np.arange(4))


def neurons_of(policy, genome):
    """Return each neuron's numbers, by layer of neurons: those of a hidden one stand in two connections."""
    layers = policy.unpack(genome)
    neurons = [{} for _ in SIZES]
    for index, layer in enumerate(layers):
        neurons[index]["a"], neurons[index + 1]["b"] = layer["A"], layer["B"]
        for ours, theirs in (("C", "c"), ("D", "d"), ("eta", "e")):
            if index:
                np.testing.assert_array_equal(neurons[index][theirs], layer[f"{ours}_pre"])
            neurons[index][theirs], neurons[index + 1][theirs] = layer[f"{ours}_pre"], layer[f"{ours}_post"]
    return [{name: np.asarray(values, float) for name, values in one.items()} for one in neurons]


def factors_of(policy, genome):
    return [
        {
            letter: (np.asarray(layer[f"{letter}_pre"], float), np.asarray(layer[f"{letter}_post"], float))
            for letter in "ABCD"
        }
        for layer in policy.unpack(genome)
    ]


@pytest.mark.parametrize(
    ("rule", "normalisation"),
    [("nchl", "none"), ("rank-one", "mass"), pytest.param("nchl", "mass", marks=pytest.mark.slow)],
)
def test_a_life_follows_the_equations(shared_rules, rule, normalisation):
    policy = Policy("p", Mlp(SIZES), Plasticity(rule, normalisation))
    genome = 0.5 * np.random.default_rng(6).normal(size=policy.genome_size).astype(np.float32)
    change = (
        partial(shared_rules.nchl, neurons_of(policy, genome))
        if rule == "nchl"
        else partial(shared_rules.rank_one, factors_of(policy, genome))
    )
    controller = LiveController(policy, genome)
    controller.start(seed=3)
    first = controller.weights
    actions = [controller.act(observation) for observation in OBSERVATIONS]
    expected, weights = shared_rules.life(change, first, OBSERVATIONS, normalisation == "mass")
    np.testing.assert_allclose(actions, expected, atol=1e-3)

    carry = policy.birth(jax.random.key(0))._replace(weights=tuple(np.float32(one) for one in first))
    adapt, act = jax.jit(policy.adapt), jax.jit(policy.act)
    for observation in OBSERVATIONS:
        _, carry = act(genome, carry, observation.astype(np.float32))
        carry = adapt(genome, carry)
    for ours, theirs in zip(carry.weights, weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-3 * np.abs(theirs).max())


def test_how_many_numbers_evolve():
    policy = Policy("p", Mlp((28, 128, 64, 8)), Plasticity("nchl"))
    assert policy.genome_size == 1104  # as published
    genome = np.arange(1104, dtype=np.float32)
    np.testing.assert_array_equal(policy.pack(policy.unpack(genome)), genome)
    assert Policy("p", Mlp((28, 128, 64, 8)), Plasticity("rank-one")).genome_size == 4 * (156 + 192 + 72)


def test_a_bias_unit_is_one_neuron_more():
    # 2 + 1 and 3 + 1 presynaptic neurons, 3 and 1 postsynaptic ones; C, D and η of 3, 4 and 1 neurons.
    policy = Policy("p", Mlp((2, 3, 1), bias=True), Plasticity("nchl"))
    assert policy.genome_size == (3 + 4) + (3 + 1) + 3 * (3 + 4 + 1)
    genome = np.arange(policy.genome_size, dtype=np.float32)
    np.testing.assert_array_equal(policy.pack(policy.unpack(genome)), genome)
    first, second = policy.unpack(genome)
    np.testing.assert_array_equal(first["C_post"], second["C_pre"])
