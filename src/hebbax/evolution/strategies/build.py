"""From a strategy's name and options to its algorithm: evosax's, and two of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import (
    STRATEGIES,
    AdaptiveEs,
    CmaEs,
    LeungEs,
    MuLambdaEs,
    NajarroEs,
    OpenaiEs,
    Pgpe,
    Snes,
    elites_of,
)
from hebbax.errors import HebbaxError
from hebbax.evolution.strategies.mu_lambda import MuLambda
from hebbax.evolution.strategies.najarro import Najarro
from hebbax.evolution.strategies.schedules import optimiser_of, shrinking, sigma_schedule
from hebbax.evolution.strategies.shaping import SHAPING, standardised_ranks
from hebbax.evolution.strategies.streamed import (
    StreamedNajarro,
    StreamedOpenaiEs,
    check_population,
    is_too_large,
)
from hebbax.settings import pinned

with pinned():  # it makes arrays as it is imported
    from evosax.algorithms.distribution_based.cma_es import CMA_ES
    from evosax.algorithms.distribution_based.open_es import Open_ES
    from evosax.algorithms.distribution_based.pgpe import PGPE
    from evosax.algorithms.distribution_based.sep_cma_es import Sep_CMA_ES
    from evosax.algorithms.distribution_based.simple_es import SimpleES
    from evosax.algorithms.distribution_based.snes import SNES

COVARIANCE_LIMIT = 2e9
"""Bytes that CMA-ES may need for its covariance matrix and the copies that it works on."""

COVARIANCE_COPIES = 10
"""How many float32 matrices of genome_size × genome_size are in memory at once while CMA-ES decomposes its own."""

SLOW_COVARIANCE = 1_800
"""Numbers of a genome from which CMA-ES works on its covariance for more than a second of one core per generation."""

Algorithm = tuple[Any, Any]
"""An algorithm with evosax's `init`, `ask` and `tell`, and the parameters that these take."""


def build(config: StrategyConfig, genome_size: int, threads: int | None = None) -> Algorithm:
    """Return the algorithm of a strategy and its parameters. Raises HebbaxError where its memory would not do.

    `threads` make the genomes of a population that does not live in memory; one per core, unless said otherwise.
    """
    own = STRATEGIES.get(config.name).build
    streamed = STREAMED.get(config.name) if own is None else None
    if streamed is None:
        check_population(config.name, config.population, genome_size)
    make = own or BUILDERS[config.name]
    algorithm, params = make(config.population, genome_size, config.options)
    if streamed is not None and is_too_large(config.population, genome_size):
        algorithm = streamed(algorithm, threads)
    return algorithm, params


def _openai_es(population: int, genome_size: int, options: OpenaiEs) -> Algorithm:
    algorithm = Open_ES(
        **_common(population, genome_size),
        **_gradient(options),
        std_schedule=sigma_schedule(options.sigma, options.sigma_decay, options.decay_shape, options.decay_generations),
    )
    return algorithm, algorithm.default_params


def _pgpe(population: int, genome_size: int, options: Pgpe) -> Algorithm:
    algorithm = PGPE(
        **_common(population, genome_size),
        **_gradient(options),
    )
    return algorithm, algorithm.default_params.replace(std_init=options.sigma, std_lr=options.sigma_learning_rate)


def _snes(population: int, genome_size: int, options: Snes) -> Algorithm:
    algorithm = SNES(
        **_common(population, genome_size),
        optimizer=optax.sgd(options.learning_rate),
        fitness_shaping_fn=shared_weights,
    )
    params = algorithm.default_params.replace(std_init=jnp.asarray(options.sigma))
    if options.sigma_learning_rate is not None:
        params = params.replace(lr_std_init=jnp.asarray(options.sigma_learning_rate))
    return algorithm, params


def _sep_cma_es(population: int, genome_size: int, options: CmaEs) -> Algorithm:
    algorithm = Sep_CMA_ES(**_common(population, genome_size), fitness_shaping_fn=shared_weights)
    params = algorithm.default_params
    # evosax learns the diagonal as slowly as CMA-ES learns its whole matrix, the paper (n + 2) / 3 times as fast.
    # Otherwise a genome of some hundred numbers would keep nearly its first covariance.
    faster = (genome_size + 2) / 3
    c_1 = jnp.minimum(1.0, params.c_1 * faster)
    c_mu = jnp.minimum(1.0 - c_1, params.c_mu * faster)
    return algorithm, params.replace(std_init=jnp.asarray(options.sigma), c_1=c_1, c_mu=c_mu)


def _cma_es(population: int, genome_size: int, options: CmaEs) -> Algorithm:
    check_covariance(genome_size)
    algorithm = CMA_ES(**_common(population, genome_size), fitness_shaping_fn=shared_weights)
    return algorithm, algorithm.default_params.replace(std_init=jnp.asarray(options.sigma))


def _mu_lambda_es(population: int, genome_size: int, options: MuLambdaEs) -> Algorithm:
    schedule = sigma_schedule(options.sigma, options.sigma_decay, options.decay_shape, options.decay_generations)
    return MuLambda(population, elites_of(population, options.elite), schedule), None


def _adaptive_es(population: int, genome_size: int, options: AdaptiveEs) -> Algorithm:
    # With an elite of its own size, evosax's SimpleES is the adaptive strategy of Hebbian Attractor Networks:
    # m <- m + c (mean of the elite - m), sigma <- (1 - r) sigma + r sqrt(mean of (elite - m)^2), with the old m.
    algorithm = SimpleES(
        **_common(population, genome_size),
        optimizer=optax.sgd(options.learning_rate),
        fitness_shaping_fn=shared_weights,
    )
    elites = elites_of(population, options.elite)
    weights = jnp.where(jnp.arange(population) < elites, jnp.float32(1 / elites), 0.0)
    return algorithm, algorithm.default_params.replace(
        std_init=options.sigma, c_std=options.sigma_learning_rate, weights=weights
    )


def _najarro_es(population: int, genome_size: int, options: NajarroEs) -> Algorithm:
    return Najarro(population, options), None


def _leung_es(population: int, genome_size: int, options: LeungEs) -> Algorithm:
    algorithm = Open_ES(
        **_common(population, genome_size),
        optimizer=optax.chain(
            optax.scale_by_adam(b1=0.99, b2=0.999, eps=1e-8),
            optax.scale_by_learning_rate(
                shrinking(options.learning_rate, options.learning_rate_decay, options.least_learning_rate)
            ),
        ),
        std_schedule=shrinking(options.sigma, options.sigma_decay, options.least_sigma),
        fitness_shaping_fn=standardised_ranks,
    )
    return algorithm, algorithm.default_params


BUILDERS: dict[str, Callable[[int, int, Any], Algorithm]] = {
    "openai-es": _openai_es,
    "pgpe": _pgpe,
    "snes": _snes,
    "sep-cma-es": _sep_cma_es,
    "cma-es": _cma_es,
    "mu-lambda-es": _mu_lambda_es,
    "adaptive-es": _adaptive_es,
    "najarro-es": _najarro_es,
    "najarro-es-slow": _najarro_es,
    "leung-es": _leung_es,
}


STREAMED: dict[str, Callable[[Any, int | None], Any]] = {
    "openai-es": StreamedOpenaiEs,
    "najarro-es": StreamedNajarro,
    "najarro-es-slow": StreamedNajarro,
}
"""What goes without the population of an algorithm, where that is too large."""


def check_covariance(genome_size: int) -> None:
    """Raise HebbaxError if the covariance matrix of so large a genome is too large, before any of it is allocated."""
    size = COVARIANCE_COPIES * 4 * genome_size**2
    if size > COVARIANCE_LIMIT:
        largest = int((COVARIANCE_LIMIT / (COVARIANCE_COPIES * 4)) ** 0.5)
        raise HebbaxError(
            f"strategy=cma-es: the covariance of a genome of {genome_size:,} numbers and its decomposition need "
            f"{size / 1e9:.1f} GB, more than {COVARIANCE_LIMIT / 1e9:g} GB (a genome of {largest:,}); use "
            "strategy=sep-cma-es or strategy=snes"
        )


def remark_on_strategy(name: str, genome_size: int) -> str | None:
    """Return what a user should know of a strategy on so large a genome before a long run, in one line, or None."""
    if name != "cma-es" or genome_size < SLOW_COVARIANCE:
        return None
    return (
        f"cma-es decomposes the covariance of {genome_size:,} numbers in every generation, which takes seconds to "
        "minutes; strategy=sep-cma-es grows with the genome alone"
    )


def shared_weights(population: jax.Array, fitness: jax.Array, state: Any, params: Any) -> jax.Array:
    """Return the weight [population] of each genome by its rank, least fitness first; equals share their weights.

    evosax gives all equals the weight of their middle rank, so the weights would no longer add up: with every life of
    a generation at the full score, an elite of a tenth would take in everyone at ten times its weight, or nobody.
    """
    ascending = jnp.sort(fitness)
    first = jnp.searchsorted(ascending, fitness, side="left")
    end = jnp.searchsorted(ascending, fitness, side="right")
    sums = jnp.concatenate([jnp.zeros(1, jnp.float32), jnp.cumsum(params.weights)])
    return (sums[end] - sums[first]) / (end - first)


def _gradient(options: OpenaiEs | Pgpe) -> dict[str, Any]:
    """Return what strategies that follow a gradient have beside `_common`."""
    return {
        "optimizer": optimiser_of(
            options.optimiser,
            options.learning_rate,
            options.learning_rate_decay,
            options.decay_shape,
            options.decay_generations,
            options.weight_decay,
        ),
        "fitness_shaping_fn": SHAPING[options.shaping],
    }


def _common(population: int, genome_size: int) -> dict[str, Any]:
    return {
        "population_size": population,
        "solution": jax.device_put(np.zeros(genome_size, np.float32)),  # nothing is compiled for it
        "metrics_fn": lambda *_: {},
    }
