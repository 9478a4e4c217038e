"""The compiled policy step against the JAX policy, on the same observations."""

import jax
import numpy as np
import pytest

from hebbax.kernels.compile_step import compile_step
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.elman import Elman
from hebbax.networks.fcrnn import Fcrnn
from hebbax.networks.gru import Gru
from hebbax.networks.initial import INITIALISERS, InitialWeights
from hebbax.networks.lstm import Lstm
from hebbax.networks.mlp import Mlp
from hebbax.networks.skip_lstm import SkipLstm
from hebbax.plasticity.plasticity import Plasticity
from hebbax.plasticity.rules import RULES, register_rule
from hebbax.policies.any_policy import WEIGHT_BOUND
from hebbax.policies.policy import Policy


@pytest.mark.parametrize(
    "network", [Elman, SkipLstm, *(pytest.param(network, marks=pytest.mark.slow) for network in (Fcrnn, Gru, Lstm))]
)
@pytest.mark.parametrize("bias", [pytest.param(False, marks=pytest.mark.slow), True])
def test_static_recurrent_networks(observations, run_compiled, assert_equal_runs, network, bias):
    policy = Policy("p", network((5, 7, 3), bias=bias), None)
    actions, _ = assert_equal_runs(policy, scale=0.4, ticks=60)
    # The same observation twice gives two actions: the network remembers.
    still = np.repeat(observations(5, 1), 2, axis=0)
    genome = 0.4 * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)))
    actions, _ = run_compiled(policy, genome, jax.random.key(4), still)
    assert np.abs(actions[1] - actions[0]).max() > 1e-4


@pytest.mark.slow
def test_a_fully_connected_network_without_further_units(assert_equal_runs):
    policy = Policy("p", Fcrnn((4, 2)), Plasticity("eta-abcd", "max"))
    assert_equal_runs(policy, scale=0.1)


@pytest.mark.parametrize("name", INITIALISERS)
def test_births_of_every_initialiser(run_compiled, name):
    initial = InitialWeights(name, scale=0.5, offset=0.25)
    policy = Policy("p", Elman((30, 40, 20)), Plasticity("eta-plain"), initial)
    key = jax.random.key(8)
    _, weights = run_compiled(policy, np.zeros(policy.genome_size, np.float32), key, np.ones((1, 30), np.float32))
    expected = np.concatenate([np.ravel(layer) for layer in policy.birth(key).weights])
    np.testing.assert_allclose(weights[0], expected, atol=2e-7, rtol=1e-6)


@pytest.mark.parametrize(
    ("sizes", "bias"),
    [
        ((17, 16, 6), False),
        ((3, 70, 33, 2), True),
        pytest.param((4, 2), False, marks=pytest.mark.slow),
        pytest.param((5, 9, 2), True, marks=pytest.mark.slow),
        pytest.param((4, 2), True, marks=pytest.mark.slow),
        pytest.param((5, 9, 2), False, marks=pytest.mark.slow),
        pytest.param((17, 16, 6), True, marks=pytest.mark.slow),
        pytest.param((6, 5, 4, 3), False, marks=pytest.mark.slow),
        pytest.param((6, 5, 4, 3), True, marks=pytest.mark.slow),
        pytest.param((3, 70, 33, 2), False, marks=pytest.mark.slow),
    ],
)
def test_any_depth_and_width_with_and_without_bias(assert_equal_runs, sizes, bias):
    plasticity = Plasticity("eta-abcd", "max", "moving-average", 10, 4)
    assert_equal_runs(Policy("p", Mlp(sizes, bias=bias), plasticity), scale=0.3, ticks=60)
    assert_equal_runs(Policy("p", Mlp(sizes, bias=bias), None), scale=0.5, ticks=10)


@pytest.mark.parametrize(
    "activation",
    [name if name == "relu" else pytest.param(name, marks=pytest.mark.slow) for name in sorted(ACTIVATIONS)],
)
def test_other_activations(assert_equal_runs, activation):
    network = Mlp((4, 6, 2), activation=activation, output_activation="tanh")
    assert_equal_runs(Policy("p", network, Plasticity("eta-abcd", "max")), scale=0.1, ticks=40)


def test_a_plastic_bias_is_plastic(assert_equal_runs):
    policy = Policy("p", Mlp((2, 3, 1), bias=True), Plasticity("eta-abcd", "max"))
    _, weights = assert_equal_runs(policy, scale=0.5, ticks=20)
    bias_row = slice(2 * 3, 3 * 3)  # the third presynaptic unit of the first layer
    assert np.abs(weights[-1, bias_row] - weights[0, bias_row]).max() > 0.01


@pytest.mark.parametrize(
    ("neuron_coefficients", "prepare"),
    [
        ((), lambda rate, a: (rate, a)),
        (("theta",), lambda rate, a, theta: (rate * theta, a)),
    ],
)
def test_what_a_rule_folds_is_one_number_or_one_per_neuron_or_one_per_synapse(
    forget_parts_of, assert_equal_runs, neuron_coefficients, prepare
):
    forget_parts_of(RULES)
    register_rule(
        "test-scalar-bias",
        lambda pre, post, weight, rate, a: rate * (a * pre * post - weight),
        ("a",),
        equation="",
        neuron_coefficients=neuron_coefficients,
        bias_coefficients=("e",),
        rate=0.1,
        prepare=prepare,
        prepared=("rate", "a"),
        prepare_bias=lambda rate, e: (rate, e),
    )
    policy = Policy("p", Mlp((3, 4, 2), bias=True), Plasticity("test-scalar-bias", "none"))
    assert_equal_runs(policy, scale=0.5, ticks=20)


def test_zero_learning_rate_leaves_weights_untouched(observations, run_compiled):
    policy = Policy("p", Mlp((4, 5, 2)), Plasticity("eta-abcd", "none"))
    layers = policy.unpack(np.ones(policy.genome_size, np.float32))
    for layer in layers:
        layer["eta"][:] = 0.0
    _, weights = run_compiled(policy, np.asarray(policy.pack(layers)), jax.random.key(0), observations(4, 30))
    np.testing.assert_array_equal(weights, np.broadcast_to(weights[0], weights.shape))


def test_max_normalisation_leaves_the_largest_weight_of_each_layer_at_one(observations, run_compiled):
    policy = Policy("p", Mlp((4, 5, 2)), Plasticity("eta-abcd", "max"))
    genome = np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)))
    _, weights = run_compiled(policy, genome, jax.random.key(0), observations(4, 30))
    for layer in (slice(0, 20), slice(20, 30)):
        np.testing.assert_allclose(np.abs(weights[1:, layer]).max(axis=1), 1.0, atol=2e-7)
        assert np.abs(weights[0, layer]).max() <= 0.1, "weights at birth are not normalised"


def test_an_all_zero_layer_survives_max_normalisation(run_compiled):
    smallest = 1e-45  # nothing lies between the birth weights and zero
    policy = Policy("p", Mlp((2, 2)), Plasticity("abcd", "max"), InitialWeights(scale=smallest))
    genome = np.zeros(policy.genome_size, np.float32)
    actions, weights = run_compiled(policy, genome, jax.random.key(0), np.ones((5, 2), np.float32))
    assert len(actions) == 5
    np.testing.assert_allclose(weights[-1], 0, atol=1e-38)


@pytest.mark.parametrize(
    ("normalisation", "value"),
    [("none", np.nan), ("none", np.inf), ("none", 100 * WEIGHT_BOUND), ("max", np.nan), ("max", np.inf)],
)
def test_a_weight_out_of_bounds_is_reported(run_compiled, normalisation, value):
    policy = Policy("p", Mlp((3, 4, 2)), Plasticity("abcd", normalisation))
    genome = np.zeros(policy.genome_size, np.float32)
    genome[3 * 12 + 5] = value  # D of one synapse of the first layer: its change
    actions, _ = run_compiled(policy, genome, jax.random.key(0), np.ones((5, 3), np.float32))
    assert len(actions) == 0


def test_the_initial_weights_are_the_references(run_compiled):
    policy = Policy("p", Mlp((3, 4, 2)), Plasticity())
    key = jax.random.key(8)
    _, weights = run_compiled(policy, np.zeros(policy.genome_size, np.float32), key, np.ones((1, 3), np.float32))
    expected = np.concatenate([np.ravel(layer) for layer in policy.birth(key).weights])
    np.testing.assert_allclose(weights[0], expected, atol=1e-8)


def test_every_rule_has_a_compiled_step():
    for rule in RULES:
        compile_step(Policy("p", Mlp((2, 2), bias=True), Plasticity(rule)))
