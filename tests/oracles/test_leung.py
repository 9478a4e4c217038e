"""What hebbax has of Leung et al. 2025 against their equations in NumPy: search, LSTM, sizes and first numbers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.evolution.strategy import Strategy
from hebbax.networks.mlp import Mlp
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.tasks.registry import make_task


@pytest.mark.parametrize("options", [{}, {"learning_rate": 0.01, "sigma": 0.005, "learning_rate_decay": 0.9999}])
def test_generations_of_the_strategy(leung, options):
    """σ follows a generation behind: the second one still has the first."""
    strategy = Strategy(StrategyConfig("leung-es", 20, **options), 7)
    start = np.linspace(-2.0, 3.0, 7).astype(np.float32)
    target = np.arange(7.0)

    def fitness_of(genome):
        return -float(np.sum(np.abs(genome - target) ** 1.5))

    keys = [jax.random.key(number) for number in range(8)]
    noises = [np.asarray(jax.random.normal(key, (10, 7)), np.float64) for key in keys]
    rate, sigma = options.get("learning_rate", 0.1), options.get("sigma", 0.1)
    sigmas = [sigma * 0.999 ** max(generation - 1, 0) for generation in range(8)]
    factor = options.get("learning_rate_decay", 0.999)
    expected = leung.evolution(start.astype(float), noises, fitness_of, rate, factor, 0.001, sigmas)
    state = strategy.init(keys[0], Policy("p", Mlp((7, 1)), None), start)
    for key, mean in zip(keys, expected, strict=True):
        genomes, asked = strategy.ask(key, state)
        fitness = np.array([fitness_of(np.asarray(genome, np.float64)) for genome in genomes])
        state = strategy.tell(key, genomes, fitness, asked)
        np.testing.assert_allclose(strategy.mean(state), mean, atol=2e-3 * rate)
    assert np.abs(strategy.mean(state) - start).max() > 4 * rate


def test_step_sizes_fall_no_more_from_their_least():
    strategy = Strategy(StrategyConfig("leung-es", 4, sigma=0.1, sigma_decay=0.5, least_sigma=0.03), 3)
    state = strategy.init(jax.random.key(0), Policy("p", Mlp((3, 1)), None), np.zeros(3, np.float32))
    sigmas = []
    for generation in range(5):
        genomes, asked = strategy.ask(jax.random.key(generation), state)
        sigmas.append(float(state.std))
        state = strategy.tell(jax.random.key(9), genomes, np.arange(4.0), asked)
    np.testing.assert_allclose(sigmas, [0.1, 0.1, 0.05, 0.03, 0.03], rtol=1e-6)


def test_the_lstm(leung):
    """Its genome holds of each gate the rows of x, that of the bias and those of h, then the output; not the start."""
    policy = make_policy(PRESETS["leung-lstm"], make_task("gecko"))
    generator = np.random.default_rng(0)
    genome, observations = 0.3 * generator.normal(size=policy.genome_size), generator.normal(size=(4, 51))
    gates, at = [], 0
    for _ in range(4):
        of_x, of_h = genome[at : at + 52 * 20].reshape(52, 20), genome[at + 1040 : at + 1440].reshape(20, 20)
        gates.append(np.concatenate((of_x[:51], of_h, of_x[51:])))
        at += 1440
    output = genome[at:].reshape(71, 16)
    carry, actions = policy.birth(jax.random.key(3)), []
    for observation in observations:
        action, carry = policy.act(jnp.asarray(genome, jnp.float32), carry, jnp.asarray(observation, jnp.float32))
        actions.append(np.asarray(action))
    (start,) = carry.fixed
    np.testing.assert_allclose(actions, leung.lstm(gates, output, start.reshape(2, 20), observations), atol=1e-5)
    assert 0.07 < np.abs(start).max() <= 0.1
    (other,) = policy.birth(jax.random.key(4)).fixed
    assert np.abs(other - start).max() > 0.05


# Evolved numbers, weights and numbers that a life changes; of the gecko as published.
SIZES = {
    ("gecko", "leung-hebbian"): (29_120, 5_824, 5_824),
    ("gecko", "leung-ff"): (1_426, 0, 0),
    ("gecko", "leung-lstm"): (6_896, 0, 40),
    ("gecko", "leung-lstm-61"): (29_364, 0, 122),
    ("dung_beetle", "leung-hebbian"): (21_760, 4_352, 4_352),
}


@pytest.mark.parametrize(("task", "name"), SIZES)
def test_presets_have_the_published_sizes_and_first_weights(task, name):
    policy = make_policy(PRESETS[name], make_task(task))
    assert (policy.genome_size, policy.weight_count, policy.state_size) == SIZES[task, name]
    scale = 0.04 if name == "leung-hebbian" else 0.1
    for weights in policy.draw(jax.random.key(0)):
        assert 0.85 * scale < np.abs(weights).max() <= scale
