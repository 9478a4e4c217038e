"""What every strategy promises, in one table, and OpenAI-ES by hand."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES
from hebbax.evolution.fitness import fitness_of
from hebbax.evolution.strategy import Strategy, initial_mean
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy
from hebbax.types import END_DIVERGED, END_REACHED, Lives

POLICY = Policy("p", Mlp((3, 2)), Plasticity("eta-plain"))  # 6 numbers
TARGET = np.linspace(-1, 1, POLICY.genome_size)

# Defaults, but for steps that are small enough to end near the target of six numbers.
OPTIONS = {
    "openai-es": {"learning_rate": 0.05},
    "pgpe": {"learning_rate": 0.05},
    "mu-lambda-es": {"sigma": 0.1},
    "najarro-es": {"learning_rate": 0.005},
    "najarro-es-slow": {"learning_rate": 0.005},
    "leung-es": {"learning_rate": 0.01},
}
every_strategy = pytest.mark.parametrize("name", STRATEGIES)


@cache  # tests share what is compiled for one
def strategy_of(name: str, population: int = 32, **options) -> Strategy:
    return Strategy(StrategyConfig(name, population, **{**OPTIONS.get(name, {}), **options}), POLICY.genome_size)


def fitness(genomes):
    return -np.sum((np.asarray(genomes, np.float64) - TARGET) ** 2, axis=1)


def climb(strategy, generations):
    """Return the states from generation to generation."""
    states = [strategy.init(jax.random.key(0), POLICY)]
    for generation in range(generations):
        key = jax.random.fold_in(jax.random.key(1), generation)
        genomes, asked = strategy.ask(key, states[-1])
        states.append(strategy.tell(key, genomes, fitness(genomes), asked))
    return states


def types(state):
    return [(leaf.shape, leaf.dtype, leaf.weak_type) for leaf in jax.tree.leaves(state)]


# The contract


@every_strategy
def test_it_maximises(name):
    strategy = strategy_of(name)
    distances = [np.abs(strategy.mean(state) - TARGET).max() for state in climb(strategy, 100)]
    assert distances[0] > 0.8
    assert distances[-1] < 0.15


@every_strategy
def test_shapes_types_and_finite_numbers(name):
    strategy = strategy_of(name)
    state = strategy.init(jax.random.key(0), POLICY)
    np.testing.assert_array_equal(strategy.mean(state), initial_mean(jax.random.key(0), POLICY, 32))
    for generation in range(3):
        genomes, asked = strategy.ask(jax.random.key(generation), state)
        assert (genomes.shape, genomes.dtype) == ((32, 6), jnp.float32)
        assert np.isfinite(genomes).all()
        state = strategy.tell(jax.random.key(generation), genomes, fitness(genomes), asked)
        assert all(leaf.dtype in (jnp.float32, jnp.int32) for leaf in jax.tree.leaves(state))
        assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state))
        mean = strategy.mean(state)
        assert isinstance(mean, np.ndarray)
        assert (mean.shape, mean.dtype) == ((6,), np.float32)


@every_strategy
def test_ask_and_tell_compile_once(name):
    strategy = strategy_of.__wrapped__(name)  # nothing of it is compiled yet
    state = strategy.init(jax.random.key(0), POLICY)
    first = types(state)
    algorithm = type(strategy._algorithm)
    compiled = []
    for generation in range(4):
        genomes, asked = strategy.ask(jax.random.key(generation), state)
        assert types(asked) == first
        state = strategy.tell(jax.random.key(generation), genomes, fitness(genomes), asked)
        assert types(state) == first
        compiled.append((algorithm.ask._cache_size(), algorithm.tell._cache_size()))
    assert compiled[1:] == compiled[:-1]


@every_strategy
def test_the_same_keys_give_the_same_state(name):
    one, other = (climb(strategy_of(name), 3)[-1] for _ in range(2))
    for left, right in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_array_equal(left, right)


@every_strategy
def test_no_order_among_equals_counts(name):
    """With one fitness for all, as where every life has the full score, samples in another order give the same mean."""
    strategy = strategy_of(name)
    genomes, asked = strategy.ask(jax.random.key(1), strategy.init(jax.random.key(0), POLICY))
    told = [strategy.tell(jax.random.key(2), these, np.ones(32), asked) for these in (genomes, genomes[::-1])]
    np.testing.assert_allclose(strategy.mean(told[0]), strategy.mean(told[1]), atol=1e-5)


@every_strategy
def test_samples_spread_by_sigma_about_the_mean(name):
    strategy = strategy_of(name, population=2000, sigma=0.3)
    state = strategy.init(jax.random.key(0), POLICY)
    genomes, _ = strategy.ask(jax.random.key(1), state)
    np.testing.assert_allclose(np.std(genomes, axis=0), 0.3, rtol=0.08)
    np.testing.assert_allclose(np.mean(genomes, axis=0), strategy.mean(state), atol=0.03)


@every_strategy
def test_diverged_and_enormous_lives_leave_finite_numbers(name):
    strategy = strategy_of(name)
    state = strategy.init(jax.random.key(0), POLICY)
    ends = np.where(np.arange(32) % 3 == 0, END_DIVERGED, END_REACHED)
    returns = np.where(np.arange(32) % 5 == 1, 1e39, np.where(ends == END_DIVERGED, np.inf, np.arange(32)))
    lives = Lives(returns, *(np.ones(32) for _ in range(5)), *(np.zeros((32, 2)) for _ in range(2)))
    lives = Lives(**{**vars(lives), "ends": ends})
    for generation in range(2):
        genomes, asked = strategy.ask(jax.random.key(generation), state)
        state = strategy.tell(jax.random.key(generation), genomes, fitness_of(lives, 1), asked)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state))


@pytest.mark.parametrize("name", [name for name, kind in STRATEGIES.items() if kind.mirrored])
def test_samples_come_in_mirrored_pairs_about_the_mean(name):
    strategy = strategy_of(name, population=8, sigma=0.3)
    state = strategy.init(jax.random.key(0), POLICY)
    genomes, _ = strategy.ask(jax.random.key(1), state)
    deviations = np.asarray(genomes) - strategy.mean(state)
    np.testing.assert_allclose(deviations[:4], -deviations[4:], atol=1e-6)


# OpenAI-ES and the first mean, by hand


def test_one_step_by_hand():
    """Centred ranks of fitness (1, 4, 2, 3) are (-1/2, 1/2, -1/6, 1/6); Adam's first step is the learning rate times
    the sign of the gradient, uphill: the sign of the ranks' product with the samples."""
    strategy = Strategy(StrategyConfig(population=4, learning_rate=0.01, sigma=0.2), 6)
    state = strategy.init(jax.random.key(0), POLICY)
    genomes, state = strategy.ask(jax.random.key(1), state)
    told = strategy.tell(jax.random.key(2), genomes, np.array([1.0, 4.0, 2.0, 3.0]), state)
    ranks = np.array([-1 / 2, 1 / 2, -1 / 6, 1 / 6])
    uphill = ranks @ (np.asarray(genomes) - strategy.mean(state))
    step = strategy.mean(told) - strategy.mean(state)
    np.testing.assert_allclose(step, 0.01 * np.sign(uphill), rtol=1e-3)


def test_the_first_mean_is_the_average_of_random_genomes():
    policy = Policy("p", Mlp((50, 40)), Plasticity("eta-plain"))
    mean = np.asarray(initial_mean(jax.random.key(0), policy, 512))
    # The average of 512 draws from U(-1, 1) has a standard deviation of 1/sqrt(3·512) = 0.0255.
    assert mean.std() == pytest.approx(0.0255, rel=0.1)
    static = np.asarray(initial_mean(jax.random.key(0), Policy("s", Mlp((50, 40)), None), 512))
    assert static.std() == pytest.approx(0.00255, rel=0.1)
