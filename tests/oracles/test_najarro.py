"""What the paper and code of Najarro & Risi (2020) do, number by number, and the same in hebbax."""

import itertools

import jax
import numpy as np
import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.engines.live_controller import LiveController
from hebbax.engines.members import Members
from hebbax.evolution.strategies import streamed
from hebbax.evolution.strategy import Strategy
from hebbax.networks.initial import InitialWeights
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.najarro_rules import NAJARRO_RULES
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy

SIZES = (5, 4, 3, 2)
SYNAPSES = 5 * 4 + 4 * 3 + 3 * 2


def blocks(coefficients, sizes):
    """Return a genome of coefficients [synapses, columns]: per layer a matrix [pre, post] for each column."""
    parts, at = [], 0
    for pre, post in itertools.pairwise(sizes):
        parts += [coefficients[at + np.arange(pre * post), column] for column in range(coefficients.shape[1])]
        at += pre * post
    return np.concatenate(parts).astype(np.float32)


def transposed(weights):
    return [np.asarray(one, np.float64).T for one in weights]


@pytest.mark.parametrize("normalised", [False, True])
def test_a_life_of_a_thousand_ticks(najarro, normalised):
    generator = np.random.default_rng(2)
    coefficients = generator.normal(size=(SYNAPSES, 5)).astype(np.float32)
    if not normalised:
        coefficients[:, 3] *= 0.001  # or all units would sit at ±1 for most of the life
    observations = np.sin(0.1 * np.arange(1001)[:, None] + np.arange(5)) + 0.1 * generator.normal(size=(1001, 5))
    policy = Policy("p", Mlp(SIZES), Plasticity("ABCD_lr", "max" if normalised else "none"))
    controller = LiveController(policy, blocks(coefficients, SIZES))
    controller.start(seed=3)
    first = transposed(controller.weights)
    actions = np.array([controller.act(observation) for observation in observations])
    expected, weights = najarro.life("ABCD_lr", coefficients.astype(float), first, observations[:-1], normalised)
    np.testing.assert_allclose(actions[:-1], expected, atol=1e-4)
    # An act begins with the update of the tick before, so the last one has made 1,000.
    for ours, theirs in zip(transposed(controller.weights), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())
    assert np.abs(np.diff(expected[500:], axis=0)).max() > 0.01, "it still moves, or half of the life says nothing"


@pytest.mark.parametrize("rule", NAJARRO_RULES)
def test_every_rule_reads_its_columns(najarro, rule):
    generator = np.random.default_rng(4)
    coefficients = 0.3 * generator.normal(size=(SYNAPSES, len(najarro.COLUMNS[rule])))
    observations = generator.normal(size=(4, 5))
    policy = Policy("p", Mlp(SIZES, output_activation="linear"), Plasticity(rule, "none"))
    genome, carry, actions = blocks(coefficients, SIZES), policy.birth(jax.random.key(3)), []
    first = transposed(carry.weights)
    for observation in observations:
        action, carry = policy.act(genome, carry, observation.astype(np.float32))
        carry = policy.adapt(genome, carry)
        actions.append(np.asarray(action))
    expected, weights = najarro.life(rule, coefficients, first, observations, False, lambda sums: sums)
    np.testing.assert_allclose(actions, expected, rtol=1e-4, atol=1e-5)
    for ours, theirs in zip(transposed(carry.weights), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("is_kept", [True, False], ids=["in memory", "made again"])
def test_generations_of_the_strategy(najarro, monkeypatch, is_kept):
    if not is_kept:
        monkeypatch.setattr(streamed, "LARGEST_POPULATION", 0)
    strategy = Strategy(StrategyConfig("najarro-es", 20), 7)
    start = np.linspace(-2.0, 3.0, 7).astype(np.float32)
    target = np.arange(7.0)

    def fitness_of(genome):
        return -float(np.sum(np.abs(genome - target) ** 1.5))

    keys = [jax.random.key(number) for number in range(6)]
    noises = [np.asarray(jax.random.normal(key, (10, 7)), np.float64) for key in keys]
    state = strategy.init(keys[0], Policy("p", Mlp((7, 1)), None), start)
    for key, (mean, rate, sigma) in zip(keys, najarro.evolution(start.astype(float), noises, fitness_of), strict=True):
        genomes, asked = strategy.ask(key, state)
        assert isinstance(genomes, Members) != is_kept
        fitness = np.array([fitness_of(np.asarray(genomes[member], np.float64)) for member in range(20)])
        state = strategy.tell(key, genomes, fitness, asked)
        np.testing.assert_allclose(strategy.mean(state), mean, atol=2e-4)
        assert (float(state.learning_rate), float(state.sigma)) == pytest.approx((rate, sigma), rel=1e-5)
    assert np.abs(strategy.mean(state) - start).max() > 1


def test_the_penalty_decides_among_equals():
    strategy = Strategy(StrategyConfig("najarro-es", 4), 3)
    state = strategy.init(jax.random.key(0), Policy("p", Mlp((3, 1)), None), np.full(3, 5.0, np.float32))
    genomes, asked = strategy.ask(jax.random.key(1), state)
    moved = strategy.mean(strategy.tell(jax.random.key(2), genomes, np.full(4, 7.0), asked))
    assert np.mean(moved**2) < 25.0
    unpenalised = Strategy(StrategyConfig("najarro-es", 4, penalty=0.0), 3)
    still = unpenalised.tell(jax.random.key(2), genomes, np.full(4, 7.0), asked)
    np.testing.assert_array_equal(unpenalised.mean(still), np.full(3, 5.0))


def test_step_sizes_end_a_factor_below_their_least():
    strategy = Strategy(StrategyConfig("najarro-es", 4, learning_rate=0.00101, sigma=0.01001), 3)
    state = strategy.init(jax.random.key(0), Policy("p", Mlp((3, 1)), None), np.zeros(3, np.float32))
    rates, sigmas = [], []
    for generation in range(4):
        genomes, asked = strategy.ask(jax.random.key(generation), state)
        state = strategy.tell(jax.random.key(9), genomes, np.arange(4.0), asked)
        rates.append(float(state.learning_rate))
        sigmas.append(float(state.sigma))
    assert rates == pytest.approx([0.00100495, 0.00099992525, 0.00099992525, 0.00099992525])
    assert sigmas == pytest.approx([0.00999999] * 4)


# First weights: the arguments of torch's functions, and what these give for a matrix of 28 by 128.
# a uniform number's variance is its half width squared, over 3
PRE, POST = 28, 128
FIRST_WEIGHTS = {
    "uni": (InitialWeights("uniform", 0.1), 0.1, "uniform"),
    "normal": (InitialWeights("normal", 0.024), 0.024, "normal"),
    "uni_big": (InitialWeights("uniform", 1.0), 1.0, "uniform"),
    "default": (InitialWeights("lecun-uniform", 1 / np.sqrt(3)), 1 / np.sqrt(PRE), "uniform"),
    "xa_uni": (InitialWeights("glorot-uniform", 0.3), 0.3 * np.sqrt(6 / (PRE + POST)), "uniform"),
    "xa_uni_big": (InitialWeights("glorot-uniform", 1.0), np.sqrt(6 / (PRE + POST)), "uniform"),
    "ka_uni": (InitialWeights("he-uniform", np.sqrt(0.1)), np.sqrt(2 / (1 + 3**2)) * np.sqrt(3 / PRE), "uniform"),
    "sparse": (InitialWeights("sparse", 0.01), 0.01, "sparse"),
    "ones": (InitialWeights("constant", 1.0), 1.0, "constant"),
    "zeros": (InitialWeights("constant", 0.0), 0.0, "constant"),
}


@pytest.mark.parametrize("name", FIRST_WEIGHTS)
def test_first_weights_are_the_published_ones(name):
    initial, spread, shape = FIRST_WEIGHTS[name]
    (weights,) = Policy("p", Mlp((PRE, POST)), None, initial).draw(jax.random.key(5))
    weights = np.asarray(weights, np.float64).ravel()
    if shape == "constant":
        np.testing.assert_array_equal(weights, spread)
        return
    expected = spread / np.sqrt(3) if shape == "uniform" else spread
    if shape == "sparse":
        assert np.mean(weights == 0) == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / weights.size))
        weights = weights[weights != 0]
    assert weights.std() == pytest.approx(expected, rel=4 / np.sqrt(2 * weights.size))
    assert weights.mean() == pytest.approx(0, abs=4 * expected / np.sqrt(weights.size))
    beyond = {"uniform": 0.0, "normal": 0.0833, "sparse": 0.0833}[shape]  # of a normal, P(|x| > √3 deviations)
    found = np.mean(np.abs(weights) > np.sqrt(3) * expected * (1 + 1e-6))
    assert found == pytest.approx(beyond, abs=4 * np.sqrt(beyond / weights.size))
