"""The evolution strategy of the published code of Najarro & Risi (2020), in the shape of evosax's algorithms."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from hebbax.config.strategy_table import NajarroEs
from hebbax.evolution.strategies.shaping import standardised_ranks


class NajarroState(NamedTuple):
    """What changes from generation to generation."""

    mean: jax.Array  # [genome_size], float32
    learning_rate: jax.Array  # float32
    sigma: jax.Array  # float32
    generation_counter: jax.Array  # generations told, int32


class Najarro:
    """Mirrored samples, standardised ranks of penalised fitness, and a plain step along their gradient.

    mean ← mean + α / (n σ) Σ F ε, where ε are the n samples' normal numbers and F their centred ranks, standardised;
    α and σ then shrink by their factors while they are above the least (Najarro & Risi 2020, Salimans et al. 2017).
    """

    def __init__(self, population_size: int, options: NajarroEs) -> None:
        self.population_size, self.options = population_size, options

    def init(self, key: jax.Array, mean: jax.Array, params: None) -> NajarroState:
        """Return the state at generation 0, with a mean float32 [genome_size]."""
        first = (jnp.float32(self.options.learning_rate), jnp.float32(self.options.sigma))
        return NajarroState(mean, *first, jnp.zeros((), jnp.int32))

    @partial(jax.jit, static_argnames="self")
    def ask(self, key: jax.Array, state: NajarroState, params: None) -> tuple[jax.Array, NajarroState]:
        """Return genomes float32 [population_size, genome_size], and the state.

        Samples i and i + population_size / 2 are a pair; in the published code the two are neighbours, which is no
        difference but in their numbers.
        """
        noise = jax.random.normal(key, (self.population_size // 2, state.mean.size), jnp.float32)
        return state.mean + state.sigma * jnp.concatenate([noise, -noise]), state

    @partial(jax.jit, static_argnames="self")
    def tell(
        self, key: jax.Array, genomes: jax.Array, fitness: jax.Array, state: NajarroState, params: None
    ) -> tuple[NajarroState, dict[str, Any]]:
        """Return the state of the next generation, and no metrics.

        Args:
            key: not used.
            genomes: float32 [population_size, genome_size], as `ask` returned them.
            fitness: float32 [population_size], less is better.
            state: as `ask` returned it.
            params: none.
        """
        shaped = self.shaped(fitness, jnp.mean(genomes * genomes, axis=1))
        noise = (genomes - state.mean) / state.sigma
        return self.moved(shaped @ noise, state), {}

    @partial(jax.jit, static_argnames="self")
    def shaped(self, fitness: jax.Array, squares: jax.Array) -> jax.Array:
        """Return what fitness counts as [population], of genomes whose squares have these means [population]."""
        penalised = fitness + self.options.penalty * squares
        # Equals share their rank, so that a generation of equals moves nothing; there, their order decides.
        return standardised_ranks(None, -penalised, None, None)

    @partial(jax.jit, static_argnames="self")
    def moved(self, noise: jax.Array, state: NajarroState) -> NajarroState:
        """Return the next state, whose mean goes along the weighted sum of normal numbers [genome_size]."""
        options = self.options
        return NajarroState(
            state.mean + state.learning_rate / (self.population_size * state.sigma) * noise,
            _shrunk(state.learning_rate, options.learning_rate_decay, options.least_learning_rate),
            _shrunk(state.sigma, options.sigma_decay, options.least_sigma),
            state.generation_counter + 1,
        )


def _shrunk(value: jax.Array, factor: float, least: float) -> jax.Array:
    """Return a value times a factor, or as it is where it is at most the least already: it can end a step below."""
    return jnp.where(value > least, value * jnp.float32(factor), value)
