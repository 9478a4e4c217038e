"""The (μ,λ) evolution strategy with fitness-weighted parents, in the shape of evosax's algorithms."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax


class MuLambdaState(NamedTuple):
    """What changes from generation to generation."""

    mean: jax.Array  # [genome_size], float32
    generation_counter: jax.Array  # generations told, int32


class MuLambda:
    """(μ,λ)-ES: λ samples about the mean, the best μ become the next mean, weighted by their fitness.

    A parent's weight is how far its fitness is above the worst of the parents, so that one has none; equals weigh
    the same. σ follows a schedule and does not adapt (Dittrich et al. 2026, `es`).
    """

    def __init__(self, population_size: int, parents: int, sigma: optax.Schedule) -> None:
        self.population_size, self.parents, self.sigma = population_size, parents, sigma

    def init(self, key: jax.Array, mean: jax.Array, params: None) -> MuLambdaState:
        """Return the state at generation 0, with a mean float32 [genome_size]."""
        return MuLambdaState(mean, jnp.zeros((), jnp.int32))

    @partial(jax.jit, static_argnames="self")
    def ask(self, key: jax.Array, state: MuLambdaState, params: None) -> tuple[jax.Array, MuLambdaState]:
        """Return genomes float32 [population_size, genome_size], and the state."""
        noise = jax.random.normal(key, (self.population_size, state.mean.size), jnp.float32)
        return state.mean + self.sigma(state.generation_counter) * noise, state

    @partial(jax.jit, static_argnames="self")
    def tell(
        self, key: jax.Array, genomes: jax.Array, fitness: jax.Array, state: MuLambdaState, params: None
    ) -> tuple[MuLambdaState, dict[str, Any]]:
        """Return the state of the next generation, and no metrics.

        Args:
            key: not used.
            genomes: float32 [population_size, genome_size], as `ask` returned them.
            fitness: float32 [population_size], less is better.
            state: as `ask` returned it.
            params: none.
        """
        worst_parent = jnp.sort(fitness)[self.parents - 1]
        above_worst = jnp.maximum(worst_parent - fitness, 0.0)
        # Where no parent is above another, all that are as good as they are take part, or their order would count.
        weights = jnp.where(above_worst.any(), above_worst, fitness <= worst_parent)
        return MuLambdaState((weights / jnp.sum(weights)) @ genomes, state.generation_counter + 1), {}
