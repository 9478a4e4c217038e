"""Where hebbax differs from the published code: exactly as documented, and in nothing else."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.networks.gru import Gru
from hebbax.networks.initial import InitialWeights
from hebbax.networks.lstm import Lstm
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.rules import RULES
from hebbax.policies.policy import Policy

# pp, pn, np, nn, sp, sn, ps, ns: those with one fall have the opposite sign in the published code.
SIGNS = np.array([1, -1, -1, 1, 1, -1, 1, -1])


@pytest.mark.parametrize("name", ["gdhl", "eta-gdhl"])
def test_differential_rules_are_the_published_ones_with_four_signs_turned(name, published):
    generator = np.random.default_rng(5)
    pre, pre_before = generator.normal(size=(2, 5))
    post, post_before = generator.normal(size=(2, 4))
    terms, eta = generator.normal(size=(8, 5, 4)), generator.normal(size=(5, 4))
    rule = RULES.get(name)
    rates = (eta,) if name == "eta-gdhl" else ()
    prepared = rule.prepare(rule.rate or 1.0, *terms, *rates)
    change, *_ = rule.change(pre[:, None], post[None], 0.0, *prepared, pre_before[:, None], post_before[None])
    theirs = published.differential_hebbian(pre, post, pre_before, post_before, SIGNS[:, None, None] * terms)
    np.testing.assert_allclose(change, (eta if rates else rule.rate) * theirs, atol=1e-12)


@pytest.mark.parametrize(("kind", "oracle"), [(Lstm, "lstm_of_genome"), (Gru, "gru_of_genome")])
def test_a_genome_is_laid_out_as_documented(kind, oracle, published):
    policy = Policy("static", kind((3, 4, 2), bias=True), None)
    generator = np.random.default_rng(6)
    genome, observations = generator.normal(size=policy.genome_size), generator.normal(size=(5, 3))
    carry, actions = policy.birth(jax.random.key(0)), []
    for observation in observations:
        action, carry = policy.act(jnp.asarray(genome, jnp.float32), carry, jnp.asarray(observation, jnp.float32))
        actions.append(np.asarray(action))
    expected = getattr(published, oracle)(genome, observations, 4, 2)
    np.testing.assert_allclose(actions, expected, atol=1e-5)  # float32 of numbers of order one


@pytest.mark.parametrize(("name", "variance"), [("lecun", 1 / 200), ("he", 2 / 200), ("glorot", 2 / 500)])
def test_normal_initial_weights_are_whole(name, variance):
    policy = Policy("p", Mlp((200, 300)), None, InitialWeights(f"{name}-normal", 1.0))
    (weights,) = policy.draw(jax.random.key(1))
    scaled = np.abs(np.asarray(weights)) / np.sqrt(variance)
    # Of 60,000: 2.3 % of a whole normal are beyond 2/0.8796 deviations, within 4 standard errors; of a cut one, none.
    beyond = np.mean(scaled > 2 / 0.87962566)
    assert beyond == pytest.approx(0.02299, abs=4 * np.sqrt(0.02299 / 60_000))
    assert np.mean(scaled**2) == pytest.approx(1.0, abs=4 * np.sqrt(2 / 60_000))
