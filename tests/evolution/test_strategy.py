import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.evolution.strategy import Strategy, initial_mean
from hebbax.evolution.strategy_config import StrategyConfig
from hebbax.networks.mlp import Mlp
from hebbax.policy import Plasticity, Policy

POLICY = Policy("p", Mlp((3, 2)), Plasticity("eta-plain"))  # 6 numbers


def climb(strategy, generations):
    target = jnp.linspace(-1, 1, POLICY.genome_size)
    state = strategy.init(jax.random.key(0), POLICY)
    for generation in range(generations):
        key = jax.random.fold_in(jax.random.key(1), generation)
        genomes, state = strategy.ask(key, state)
        state = strategy.tell(key, genomes, -np.asarray(jnp.sum((genomes - target) ** 2, axis=1)), state)
    return float(np.abs(strategy.mean(state) - target).max())


def test_it_maximises():
    strategy = Strategy(StrategyConfig(population=16, learning_rate=0.05, sigma=0.1), POLICY.genome_size)
    assert climb(strategy, 100) < 0.15 < climb(strategy, 1)


def test_samples_come_in_mirrored_pairs_about_the_mean():
    strategy = Strategy(StrategyConfig(population=8, sigma=0.3), 6)
    state = strategy.init(jax.random.key(0), POLICY)
    genomes, _ = strategy.ask(jax.random.key(1), state)
    deviations = np.asarray(genomes) - strategy.mean(state)
    np.testing.assert_allclose(deviations[:4], -deviations[4:], atol=1e-6)
    assert genomes.dtype == jnp.float32


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


def test_the_state_keeps_its_types_so_that_ask_and_tell_compile_once():
    def types(state):
        return [(leaf.shape, leaf.dtype, leaf.weak_type) for leaf in jax.tree.leaves(state)]

    strategy = Strategy(StrategyConfig(population=4), 6)
    state = strategy.init(jax.random.key(0), POLICY)
    first = types(state)
    genomes, state = strategy.ask(jax.random.key(1), state)
    assert types(state) == first
    assert types(strategy.tell(jax.random.key(2), genomes, np.arange(4.0), state)) == first


def test_the_first_mean_is_the_average_of_random_genomes():
    policy = Policy("p", Mlp((50, 40)), Plasticity("eta-plain"))
    mean = np.asarray(initial_mean(jax.random.key(0), policy, 512))
    # han.md section 5: the average of 512 draws from U(-1, 1) has a standard deviation of 1/sqrt(3·512) = 0.0255.
    assert mean.std() == pytest.approx(0.0255, rel=0.1)
    static = np.asarray(initial_mean(jax.random.key(0), Policy("s", Mlp((50, 40)), None), 512))
    assert static.std() == pytest.approx(0.00255, rel=0.1)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (StrategyConfig(name="openai"), "unknown strategy 'openai': did you mean 'openai-es'"),
        (StrategyConfig(population=7), "strategy.population=7: expected an even number .*; nearest valid: 8"),
        (StrategyConfig(population=0), "strategy.population=0: expected an even number .*; nearest valid: 2"),
        (StrategyConfig(population=-3), "nearest valid: 2"),
        (StrategyConfig(sigma=0.0), "strategy.sigma=0.0: expected a positive number"),
        (StrategyConfig(learning_rate=float("nan")), "strategy.learning_rate=nan: expected a positive number"),
    ],
)
def test_bad_settings_are_refused(config, message):
    with pytest.raises(HebbaxError, match=message):
        Strategy(config, 6)
