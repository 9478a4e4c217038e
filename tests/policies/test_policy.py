"""The JAX policy: the reference of all compiled steps."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbax.errors import HebbaxError
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.elman import Elman
from hebbax.networks.gru import Gru
from hebbax.networks.initial import InitialWeights
from hebbax.networks.lstm import Lstm
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy


def test_one_update_by_hand():
    """Two inputs, one output, linear, eta-abcd with A=1, B=2, C=3, D=4 and eta=0.5 everywhere, max normalisation.

    W = (1, 2), x = (1, -1): y = 1·1 + 2·(-1) = -1.
    ΔW₁ = 0.5 (1·1·(-1) + 2·1 + 3·(-1) + 4) = 0.5 · 2 = 1        W₁ = 2
    ΔW₂ = 0.5 (1·(-1)·(-1) + 2·(-1) + 3·(-1) + 4) = 0.5 · 0 = 0   W₂ = 2
    divided by the largest, 2: W = (1, 1)
    """
    policy = Policy("p", Mlp((2, 1), output_activation="linear"), Plasticity("eta-abcd", "max"))
    genome = policy.pack(
        (dict(zip("ABCDη", [jnp.full((2, 1), value) for value in (1.0, 2.0, 3.0, 4.0, 0.5)], strict=True)),)
    )
    carry = policy.birth(jax.random.key(0))._replace(weights=(jnp.array([[1.0], [2.0]]),))
    action, carry = policy.act(genome, carry, jnp.array([1.0, -1.0]))
    np.testing.assert_allclose(action, [-1.0])
    np.testing.assert_allclose(policy.adapt(genome, carry).weights[0], [[1.0], [1.0]])


def test_updates_fall_on_tick_zero_and_every_interval_after_it():
    policy = Policy("p", Mlp((2, 2)), Plasticity("abcd", "none", interval=3))
    genome = jnp.ones(policy.genome_size)
    carry = policy.birth(jax.random.key(0))
    updates = []
    for _ in range(7):
        _, carry = policy.act(genome, carry, jnp.ones(2))
        next_carry = policy.adapt(genome, carry)
        updates.append(bool(jnp.any(next_carry.weights[0] != carry.weights[0])))
        carry = next_carry
    assert updates == [True, False, False, True, False, False, True]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_forward_pass_is_a_product_and_an_activation(activation):
    network = Mlp((2, 2), activation=activation, output_activation=activation, bias=True)
    weights = jnp.array([[1.0, -2.0], [0.5, 0.5], [0.25, 0.0]])  # the last row is the bias
    # x = (2, 4): 2·1 + 4·0.5 + 0.25 = 4.25 and 2·(-2) + 4·0.5 + 0 = -2
    units = network.forward([weights], jnp.zeros(network.unit_count), jnp.array([2.0, 4.0]))
    np.testing.assert_allclose(units, [2.0, 4.0, 1.0, *ACTIVATIONS[activation](jnp.array([4.25, -2.0]))], rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=4), st.booleans(), st.booleans())
def test_pack_undoes_unpack(sizes, bias, plastic):
    policy = Policy("p", Mlp(tuple(sizes), bias=bias), Plasticity() if plastic else None)
    genome = np.arange(policy.genome_size, dtype=np.float32)
    np.testing.assert_array_equal(policy.pack(policy.unpack(genome)), genome)


def test_births_are_uniform_and_depend_on_the_key_alone():
    policy = Policy("p", Mlp((40, 50)), Plasticity(), InitialWeights("uniform", 0.1))
    one, again, other = (policy.birth(jax.random.key(seed)).weights[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert -0.1 <= float(one.min()) < -0.09
    assert 0.09 < float(one.max()) < 0.1
    assert abs(float(one.mean())) < 0.01  # standard error 0.0013


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Plasticity(rule="oja"), "unknown rule 'oja'"),
        (lambda: Plasticity(normalisation="mx"), "unknown normalisation 'mx': did you mean 'max'"),
        (lambda: Plasticity(averaging="moving-average", window=0), "window=0: expected .*; nearest valid: 1"),
        (
            lambda: Plasticity(interval=0),
            "interval=0: expected a whole number of ticks of at least 1; nearest valid: 1",
        ),
        (lambda: Plasticity(rate=0.3), "rate=0.3: the rule 'eta-abcd' evolves its rates; leave it out"),
        (lambda: Mlp((3, 0, 2)), r"layer sizes \[3, 0, 2\]: size=0: expected a whole number of at least 1"),
        (lambda: Mlp((3, 2), activation="tan"), "unknown activation 'tan': did you mean 'tanh'"),
        (lambda: InitialWeights("uniform", 0.0), "initial_scale=0.0: expected a positive number for 'uniform'"),
        (lambda: InitialWeights("xavier-normal"), "unknown initialiser 'xavier-normal': did you mean 'glorot-normal'"),
        (lambda: InitialWeights("kaiming_uniform"), "did you mean 'he-uniform'"),
        (lambda: InitialWeights("lecun"), "unknown initialiser 'lecun': did you mean"),
        (lambda: Plasticity(time_constant=3.0), "time_constant=3.0: the rule 'eta-abcd' has none; leave it out"),
        (lambda: Plasticity("abcd-trace", time_constant=0.5), "time_constant=0.5: .*; nearest valid: 1"),
        (lambda: Plasticity(bound=3.0), "bound=3.0: the normalisation 'max' has none; leave it out"),
        (
            lambda: Policy("p", Mlp((1, 1)), Plasticity("abcd-bias")),
            "rule 'abcd-bias' needs .*: expected bias=true",
        ),
        (
            lambda: Policy("p", Lstm((1, 1, 1)), Plasticity()),
            "network 'lstm' cannot be plastic: expected plastic=false or network=gru",
        ),
        (lambda: Gru((3, 4, 4, 2)), r"hidden layers \[4, 4\]: a network of type 'gru' has one; nearest valid: \[4\]"),
        (lambda: Elman((3, 2)), r"hidden layers \[\]: a network of type 'elman' has one; nearest valid: \[16\]"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(HebbaxError, match=message):
        make()


NOT_FINITE = [float("nan"), float("inf"), float("-inf")]


@pytest.mark.parametrize("value", [*NOT_FINITE, -3.0])
@pytest.mark.parametrize(
    ("key", "make"),
    [
        ("rate", lambda value: Plasticity("abcd", rate=value)),
        ("time_constant", lambda value: Plasticity("abcd-trace", time_constant=value)),
        ("bound", lambda value: Plasticity(normalisation="clip", bound=value)),
        ("initial_scale", lambda value: InitialWeights(scale=value)),
    ],
)
def test_numbers_have_to_be_finite_and_not_negative(key, make, value):
    with pytest.raises(HebbaxError, match=f"^{key}={value}: expected a "):
        make(value)


@pytest.mark.parametrize("value", NOT_FINITE)
def test_an_offset_and_a_constant_have_to_be_finite(value):
    with pytest.raises(HebbaxError, match=f"^initial_offset={value}: expected a finite number"):
        InitialWeights(offset=value)
    with pytest.raises(HebbaxError, match=f"^initial_scale={value}: expected a finite number"):
        InitialWeights("constant", value)
