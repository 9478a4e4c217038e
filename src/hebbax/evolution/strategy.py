"""Evolution strategies: evosax's, turned to maximise return."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from evosax.algorithms.distribution_based.open_es import Open_ES

from hebbax.errors import HebbaxError, unknown_name
from hebbax.evolution.strategy_config import StrategyConfig
from hebbax.policy import Policy

STRATEGIES = ("openai-es",)


class Strategy:
    """OpenAI-ES: antithetic Gaussian samples, centred ranks, Adam (Salimans et al. 2017), over flat genomes.

    Raises HebbaxError for an unknown name, an odd or too small population, or a step that is not positive.
    """

    def __init__(self, config: StrategyConfig, genome_size: int) -> None:
        _check(config)
        self.config = config
        self._algorithm = Open_ES(
            population_size=config.population,
            solution=jnp.zeros(genome_size, jnp.float32),
            optimizer=optax.adam(config.learning_rate),
            std_schedule=lambda step: jnp.full((), config.sigma, jnp.float32),  # a Python number would retrace tell
            metrics_fn=_no_metrics,
        )
        self._params = self._algorithm.default_params

    def init(self, key: jax.Array, policy: Policy) -> Any:
        """Return the state at generation 0."""
        state = self._algorithm.init(key, initial_mean(key, policy, self.config.population), self._params)
        # Some leaves are Python numbers to JAX at first: strong types from the start spare a second compile.
        return jax.tree.map(lambda leaf: jnp.array(leaf, jnp.asarray(leaf).dtype), state)

    def ask(self, key: jax.Array, state: Any) -> tuple[jax.Array, Any]:
        """Return genomes float32 [population, genome_size] to try, and the state."""
        return self._algorithm.ask(key, state, self._params)

    def tell(self, key: jax.Array, genomes: jax.Array, fitness: np.ndarray, state: Any) -> Any:
        """Return the state after learning the fitness [population] of the genomes; more is better."""
        # evosax minimises: this is the one place where the sign turns.
        state, _ = self._algorithm.tell(key, genomes, jnp.asarray(-fitness, jnp.float32), state, self._params)
        return state

    def mean(self, state: Any) -> np.ndarray:
        """Return the mean genome, float32 [genome_size]."""
        return np.asarray(state.mean)


def initial_mean(key: jax.Array, policy: Policy, population: int) -> jax.Array:
    """Return the first mean, float32 [genome_size]: the average of `population` random genomes, as HAN draws it.

    Coefficients are drawn from U(-1, 1), static weights from the policy's initial range.
    """
    low, high = (-1.0, 1.0) if policy.plasticity else (policy.initial_low, policy.initial_high)

    def add(index: int, total: jax.Array) -> jax.Array:
        return total + jax.random.uniform(jax.random.fold_in(key, index), total.shape, minval=low, maxval=high)

    return jax.lax.fori_loop(0, population, add, jnp.zeros(policy.genome_size, jnp.float32)) / population


def _no_metrics(*_: Any) -> dict[str, Any]:
    return {}


def _check(config: StrategyConfig) -> None:
    if config.name not in STRATEGIES:
        raise unknown_name("strategy", config.name, STRATEGIES)
    if config.population < 2 or config.population % 2:
        nearest = max(2, config.population + config.population % 2)
        raise HebbaxError(
            f"strategy.population={config.population}: expected an even number of at least 2, because samples come in "
            f"mirrored pairs; nearest valid: {nearest}"
        )
    for name in ("learning_rate", "sigma"):
        value = getattr(config, name)
        if not (0 < value < float("inf")):
            raise HebbaxError(f"strategy.{name}={value}: expected a positive number")
