"""Options reach the algorithms, and the strategies that are more than evosax's by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from evosax.core.fitness_shaping import weights_fitness_shaping_fn

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES
from hebbax.errors import HebbaxError
from hebbax.evolution.strategies import build as build_module
from hebbax.evolution.strategies.build import (
    BUILDERS,
    build,
    check_covariance,
    remark_on_strategy,
    shared_weights,
)

KEY = jax.random.key(0)


def built(name, population=4, genome_size=2, **options):
    return build(StrategyConfig(name, population, **options), genome_size)


def told(algorithm, params, genomes, fitness):
    """Return the state after one generation of these genomes, from a mean of zeros."""
    state = algorithm.init(KEY, jnp.zeros(genomes.shape[1]), params)
    _, state = algorithm.ask(KEY, state, params)
    return algorithm.tell(KEY, genomes, -jnp.asarray(fitness, jnp.float32), state, params)[0]


def test_every_strategy_of_ours_has_a_builder():
    assert set(BUILDERS) == set(STRATEGIES)


# adaptive-es: four genomes of two numbers, an elite of the first two

GENOMES = jnp.array([[1.0, 0.0], [0.0, 2.0], [-1.0, -1.0], [3.0, 3.0]])
FITNESS = [4.0, 3.0, 2.0, 1.0]


def test_adaptive_es_by_hand():
    state = told(*built("adaptive-es", elite=0.5, sigma=0.5), GENOMES, FITNESS)
    # The mean of the elite is (1/2, 1). About the old mean, zero, the elite deviates by sqrt((1 + 0)/2) = 0.70711 and
    # sqrt((0 + 4)/2) = 1.41421, so sigma becomes 0.9·0.5 + 0.1·0.70711 and 0.9·0.5 + 0.1·1.41421.
    np.testing.assert_allclose(state.mean, [0.5, 1.0], rtol=1e-6)
    np.testing.assert_allclose(state.std, [0.520711, 0.591421], rtol=1e-5)


def test_adaptive_es_with_other_rates_by_hand():
    state = told(
        *built("adaptive-es", elite=0.5, sigma=0.5, learning_rate=0.5, sigma_learning_rate=0.2), GENOMES, FITNESS
    )
    np.testing.assert_allclose(state.mean, [0.25, 0.5], rtol=1e-6)
    np.testing.assert_allclose(state.std, [0.4 + 0.141421, 0.4 + 0.282843], rtol=1e-5)


def test_adaptive_es_with_all_equal_follows_all():
    state = told(*built("adaptive-es", elite=0.5, sigma=0.5), GENOMES, [7.0] * 4)
    # Means (3/4, 1); mean squares (1 + 0 + 1 + 9)/4 = 2.75 and (0 + 4 + 1 + 9)/4 = 3.5.
    np.testing.assert_allclose(state.mean, [0.75, 1.0], rtol=1e-6)
    np.testing.assert_allclose(state.std, 0.45 + 0.1 * np.sqrt([2.75, 3.5]), rtol=1e-5)


def test_mu_lambda_es_has_the_elite_that_was_asked_for():
    state = told(*built("mu-lambda-es", elite=0.75), GENOMES, FITNESS)
    # Fitness 4, 3, 2 is 2, 1, 0 above the worst parent: weights 2/3, 1/3, 0.
    np.testing.assert_allclose(state.mean, [2 / 3, 2 / 3], rtol=1e-6)


# Options that set a pace


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("openai-es", {}),
        ("snes", {}),
        pytest.param("openai-es", {"optimiser": "sgd"}, marks=pytest.mark.slow),
        pytest.param("openai-es", {"optimiser": "clipup"}, marks=pytest.mark.slow),
        pytest.param("pgpe", {}, marks=pytest.mark.slow),
        pytest.param("adaptive-es", {"elite": 0.5}, marks=pytest.mark.slow),
    ],
)
def test_a_doubled_learning_rate_doubles_the_step(name, options):
    steps = [told(*built(name, learning_rate=rate, **options), GENOMES, FITNESS).mean for rate in (0.1, 0.2)]
    assert np.abs(steps[0]).min() > 0
    np.testing.assert_allclose(steps[1], 2 * steps[0], rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("snes", lambda std: np.log(std / 0.5)),
        pytest.param("pgpe", lambda std: std - 0.5, marks=pytest.mark.slow),
        pytest.param("adaptive-es", lambda std: std - 0.5, marks=pytest.mark.slow),
    ],
)
def test_a_doubled_sigma_learning_rate_doubles_the_change_of_sigma(name, change):
    options = {"elite": 0.5} if name == "adaptive-es" else {}
    stds = [
        told(*built(name, sigma=0.5, sigma_learning_rate=rate, **options), GENOMES, FITNESS).std
        for rate in (0.01, 0.02)
    ]
    changes = [change(np.asarray(std)) for std in stds]
    assert np.abs(changes[0]).max() > 1e-4
    np.testing.assert_allclose(changes[1], 2 * changes[0], rtol=1e-2, atol=1e-6)


def test_sigma_of_openai_es_falls():
    algorithm, params = built("openai-es", sigma=0.4, sigma_decay=0.25, decay_generations=2)
    state = algorithm.init(KEY, jnp.zeros(2), params)
    sigmas = []
    for _ in range(4):
        sigmas.append(float(state.std))
        genomes, state = algorithm.ask(KEY, state, params)
        state, _ = algorithm.tell(KEY, genomes, jnp.arange(4.0), state, params)
    # It is a generation behind: 0.4·0.25^(g/2) at g = 0, 0, 1 and 2.
    assert sigmas == pytest.approx([0.4, 0.4, 0.2, 0.1], rel=1e-5)


def test_snes_learns_sigma_at_the_rate_of_its_paper_by_default():
    _, params = built("snes", genome_size=100)
    assert float(params.lr_std_init) == pytest.approx((3 + np.log(100)) / (5 * 10))


def test_sep_cma_es_learns_its_diagonal_at_the_rate_of_its_paper():
    _, params = built("sep-cma-es", population=10, genome_size=7)
    # Hansen's rates for a full matrix, from log weights of the best five, times (7 + 2)/3 = 3.
    weights = np.log(5.5) - np.log(np.arange(1, 6))
    mu_eff = weights.sum() ** 2 / (weights**2).sum()
    assert float(params.c_1) == pytest.approx(3 * 2 / (8.3**2 + mu_eff), rel=1e-5)
    assert float(params.c_mu) == pytest.approx(3 * 2 * (mu_eff + 1 / mu_eff - 2) / (9**2 + mu_eff), rel=1e-5)


def test_the_rates_of_sep_cma_es_leave_no_negative_variance():
    _, params = built("sep-cma-es", population=1000, genome_size=3)
    assert float(params.c_1) > 0
    assert float(params.c_1) + float(params.c_mu) <= 1


# Weights by rank


def test_equals_share_their_weights():
    weights = jnp.array([0.6, 0.3, 0.1, 0.0])
    params = built("adaptive-es", elite=0.5)[1].replace(weights=weights)
    # The second and third of the ranks are equal: (0.3 + 0.1)/2 each.
    shared = shared_weights(GENOMES, jnp.array([5.0, 2.0, 2.0, 1.0]), None, params)
    np.testing.assert_allclose(shared, [0.0, 0.2, 0.2, 0.6], atol=1e-6)


def test_weights_of_different_fitness_are_those_of_evosax():
    _, params = built("cma-es", population=12, genome_size=5)
    cost = jax.random.normal(jax.random.key(3), (12,))
    expected = weights_fitness_shaping_fn(jnp.zeros((12, 5)), cost, None, params)
    np.testing.assert_allclose(shared_weights(jnp.zeros((12, 5)), cost, None, params), expected, atol=1e-6)


# Memory


def test_a_covariance_that_is_too_large_is_refused_before_it_is_allocated(monkeypatch):
    monkeypatch.setattr(build_module, "CMA_ES", None)  # building one would fail otherwise
    # 10 matrices of 10,000² float32 numbers are 4 GB; 2 GB are enough for √(2e9 / 40) = 7,071 numbers.
    message = (
        r"^strategy=cma-es: the covariance of a genome of 10,000 numbers and its decomposition need 4.0 GB, more than "
        r"2 GB \(a genome of 7,071\); use strategy=sep-cma-es or strategy=snes$"
    )
    with pytest.raises(HebbaxError, match=message):
        built("cma-es", genome_size=10_000)


def test_the_largest_genome_of_cma_es():
    check_covariance(7071)
    with pytest.raises(HebbaxError, match="7,072 numbers"):
        check_covariance(7072)


def test_only_cma_es_on_a_large_genome_is_remarked_on():
    assert (remark_on_strategy("cma-es", 2_000) or "").startswith("cma-es decomposes the covariance of 2,000 numbers")
    assert remark_on_strategy("cma-es", 300) is None
    assert remark_on_strategy("sep-cma-es", 100_000) is None
