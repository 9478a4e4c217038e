"""The compiled policy step against the JAX policy, on the same observations."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.kernels.mlp import WEIGHT_BOUND
from hebbax.kernels.steps import compile_step
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.averaging import AVERAGINGS
from hebbax.plasticity.normalisation import NORMALISATIONS
from hebbax.plasticity.rules import RULES
from hebbax.policy import Plasticity, Policy

TICKS = 200
BUILT_IN = ["abcd", "eta-abcd", "eta-plain"]
COMBINATIONS = [*itertools.product(BUILT_IN, sorted(NORMALISATIONS), AVERAGINGS)]


def observations(size, ticks=TICKS):
    """Slow waves with noise, like the joints of a walking robot."""
    rng = np.random.default_rng(2)
    time = np.arange(ticks)[:, None]
    waves = np.sin(0.2 * time * rng.uniform(0.5, 1.5, size) + rng.uniform(0, 6, size))
    return (waves + 0.1 * rng.normal(size=(ticks, size))).astype(np.float32)


def run_compiled(policy, genome, key, inputs):
    """Return the actions [ticks, actuators] and weights [ticks, weights] of the compiled step."""
    step = compile_step(policy)
    prepared, carry = np.zeros(step.prepared_size, np.float32), np.zeros(step.carry_size, np.float32)
    key0, key1 = np.asarray(jax.random.key_data(key))
    step.birth(step.layout, step.parameters, genome, key0, key1, prepared, carry)
    actions, weights = [], []
    for tick, observation in enumerate(inputs):
        before = np.zeros(step.weight_count, np.float32)
        step.weights(step.layout, carry, before)
        action = np.zeros(policy.network.sizes[-1], np.float32)
        step.act(step.layout, genome, carry, tick, observation, action)
        if not step.adapt(step.layout, prepared, carry, tick):
            break
        actions.append(action)
        weights.append(before)
    return np.array(actions), np.array(weights)


def run_reference(policy, genome, key, inputs):
    def tick(carry, observation):
        before = jnp.concatenate([jnp.ravel(layer) for layer in (*carry.weights, jnp.zeros(0))])
        action, carry = policy.act(genome, carry, observation)
        return policy.adapt(genome, carry), (action, before)

    _, (actions, weights) = jax.jit(lambda carry: jax.lax.scan(tick, carry, inputs))(policy.birth(key))
    return np.asarray(actions), np.asarray(weights)


def assert_equal_runs(policy, scale=1.0, ticks=TICKS):
    # Small coefficients keep the un-normalised weights in a range where both sums round alike.
    genome = scale * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)))
    inputs = observations(policy.network.sizes[0], ticks)
    key = jax.random.key(4)
    actions, weights = run_compiled(policy, genome.astype(np.float32), key, inputs)
    expected_actions, expected_weights = run_reference(policy, jnp.asarray(genome), key, jnp.asarray(inputs))
    assert len(actions) == ticks
    size = max(1.0, np.abs(expected_weights).max(initial=0))
    np.testing.assert_allclose(weights, expected_weights, atol=2e-4 * size, rtol=0)
    np.testing.assert_allclose(actions, expected_actions, atol=2e-3, rtol=0)
    # Rounding starts at 1e-7 and grows with the ticks; at first both must agree to a few last bits.
    np.testing.assert_allclose(actions[:5], expected_actions[:5], atol=5e-6, rtol=0)
    return actions, weights


@pytest.mark.parametrize(("rule", "normalisation", "averaging"), COMBINATIONS)
def test_compiled_equals_reference_for_every_combination(rule, normalisation, averaging):
    plasticity = Plasticity(rule, normalisation, averaging, window=7, interval=3 if rule == "abcd" else 1)
    actions, weights = assert_equal_runs(Policy("p", Mlp((5, 7, 3)), plasticity), scale=0.1)
    assert np.abs(weights[-1] - weights[0]).max() > 1e-3, "the weights must have moved for this to say anything"
    assert np.abs(actions).max() > 1e-2


@pytest.mark.parametrize("sizes", [(4, 2), (5, 9, 2), (17, 16, 6), (6, 5, 4, 3), (3, 70, 33, 2)])
@pytest.mark.parametrize("bias", [False, True])
def test_any_depth_and_width_with_and_without_bias(sizes, bias):
    plasticity = Plasticity("eta-abcd", "max", "moving-average", 10, 4)
    assert_equal_runs(Policy("p", Mlp(sizes, bias=bias), plasticity), scale=0.3, ticks=60)
    assert_equal_runs(Policy("p", Mlp(sizes, bias=bias), None), scale=0.5, ticks=10)


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "linear"])
def test_other_activations(activation):
    network = Mlp((4, 6, 2), activation=activation, output_activation="tanh")
    assert_equal_runs(Policy("p", network, Plasticity("eta-abcd", "max")), scale=0.1, ticks=40)


def test_a_plastic_bias_is_plastic():
    policy = Policy("p", Mlp((2, 3, 1), bias=True), Plasticity("eta-abcd", "max"))
    _, weights = assert_equal_runs(policy, scale=0.5, ticks=20)
    bias_row = slice(2 * 3, 3 * 3)  # the third presynaptic unit of the first layer
    assert np.abs(weights[-1, bias_row] - weights[0, bias_row]).max() > 0.01


def test_zero_learning_rate_leaves_weights_untouched():
    policy = Policy("p", Mlp((4, 5, 2)), Plasticity("eta-abcd", "none"))
    layers = [np.array(layer) for layer in policy.unpack(np.ones(policy.genome_size, np.float32))]
    for layer in layers:
        layer[4] = 0.0  # eta
    _, weights = run_compiled(policy, np.asarray(policy.pack(tuple(layers))), jax.random.key(0), observations(4, 30))
    np.testing.assert_array_equal(weights, np.broadcast_to(weights[0], weights.shape))


def test_max_normalisation_leaves_the_largest_weight_of_each_layer_at_one():
    policy = Policy("p", Mlp((4, 5, 2)), Plasticity("eta-abcd", "max"))
    genome = np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)))
    _, weights = run_compiled(policy, genome, jax.random.key(0), observations(4, 30))
    for layer in (slice(0, 20), slice(20, 30)):
        np.testing.assert_allclose(np.abs(weights[1:, layer]).max(axis=1), 1.0, atol=2e-7)
        assert np.abs(weights[0, layer]).max() <= 0.1, "weights at birth are not normalised"


def test_an_all_zero_layer_survives_max_normalisation():
    smallest = 1e-45  # nothing lies between the birth weights and zero
    policy = Policy("p", Mlp((2, 2)), Plasticity("abcd", "max"), initial_low=-smallest, initial_high=smallest)
    genome = np.zeros(policy.genome_size, np.float32)
    actions, weights = run_compiled(policy, genome, jax.random.key(0), np.ones((5, 2), np.float32))
    assert len(actions) == 5
    np.testing.assert_allclose(weights[-1], 0, atol=1e-38)


@pytest.mark.parametrize(
    ("normalisation", "value"),
    [("none", np.nan), ("none", np.inf), ("none", 100 * WEIGHT_BOUND), ("max", np.nan), ("max", np.inf)],
)
def test_a_weight_out_of_bounds_is_reported(normalisation, value):
    policy = Policy("p", Mlp((3, 4, 2)), Plasticity("abcd", normalisation))
    genome = np.zeros(policy.genome_size, np.float32)
    genome[3 * 12 + 5] = value  # D of one synapse of the first layer: its change
    actions, _ = run_compiled(policy, genome, jax.random.key(0), np.ones((5, 3), np.float32))
    assert len(actions) == 0


def test_the_initial_weights_are_the_references():
    policy = Policy("p", Mlp((3, 4, 2)), Plasticity())
    key = jax.random.key(8)
    _, weights = run_compiled(policy, np.zeros(policy.genome_size, np.float32), key, np.ones((1, 3), np.float32))
    expected = np.concatenate([np.ravel(layer) for layer in policy.birth(key).weights])
    np.testing.assert_allclose(weights[0], expected, atol=1e-8)


def test_every_rule_has_a_compiled_step():
    for rule in RULES:
        compile_step(Policy("p", Mlp((2, 2)), Plasticity(rule)))
