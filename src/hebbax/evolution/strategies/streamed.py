"""OpenAI-ES and the strategy of Najarro & Risi (2020) for populations that do not live in memory.

A generation's genomes are made one at a time from its key, when they live and once more when their fitness is known.
The step is that of evosax's Open_ES and of `najarro.py`. Its bits are others: noise comes from another loop than XLA's,
is not worked out from genomes again, and is summed in float64. So only large genomes and populations take this way.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from hebbax.cores import available_memory
from hebbax.errors import HebbaxError
from hebbax.evolution.population import MirroredPopulation
from hebbax.evolution.strategies.najarro import NajarroState

LARGEST_POPULATION = 2**28
"""Bytes of all genomes as one float32 array, up to which they are kept as one."""

LARGEST_GENOME = 2**18
"""Numbers of a genome up to which they are: beyond, XLA takes more than twice as long to draw them."""

POPULATION_COPIES = 3
"""How many arrays of all genomes are in memory at once in a generation that keeps them."""


def is_too_large(population: int, genome_size: int) -> bool:
    """Whether the genomes of a population are not kept in memory, where a strategy can do without."""
    return 4 * population * genome_size > LARGEST_POPULATION or genome_size > LARGEST_GENOME


def check_population(name: str, population: int, genome_size: int) -> None:
    """Raise HebbaxError where a strategy that needs the whole population would need more memory than there is."""
    memory, needed = available_memory(), POPULATION_COPIES * 4 * population * genome_size
    if memory is not None and is_too_large(population, genome_size) and needed > memory:
        most = memory // (POPULATION_COPIES * 4 * genome_size)
        raise HebbaxError(
            f"strategy.population={population}: {name} holds all genomes of {genome_size:,} numbers at once, "
            f"which takes {needed / 1e9:,.1f} GB of the {memory / 1e9:,.1f} GB here; nearest valid: {most}, or another "
            "strategy: openai-es, najarro-es and najarro-es-slow hold one genome a thread"
        )


class _Streamed:
    """An algorithm without its population; its states are the same."""

    sigma_name: str  # what its state calls σ

    def __init__(self, algorithm: Any, threads: int | None = None) -> None:
        self._algorithm, self._threads = algorithm, threads

    def init(self, key: jax.Array, mean: jax.Array, params: Any) -> Any:
        """Return the state at generation 0, with a mean float32 [genome_size]."""
        return self._algorithm.init(key, mean, params)

    def ask(self, key: jax.Array, state: Any, params: Any) -> tuple[MirroredPopulation, Any]:
        """Return the genomes, and the state."""
        sigma, population = getattr(state, self.sigma_name), self._algorithm.population_size
        return MirroredPopulation(key, state.mean, sigma, population, self._threads), state


class StreamedOpenaiEs(_Streamed):
    """evosax's Open_ES."""

    sigma_name = "std"

    def tell(
        self, key: jax.Array, genomes: MirroredPopulation, fitness: np.ndarray, state: Any, params: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the state of the next generation, and no metrics; fitness float32 [population], less is better."""
        best = int(np.argmin(fitness))
        noise = genomes.weighted_noise(np.asarray(self._shaped(fitness, params)))
        return self._moved(noise, genomes.genome(best), fitness[best], state), {}

    @partial(jax.jit, static_argnames="self")
    def _shaped(self, fitness: jax.Array, params: Any) -> jax.Array:
        return self._algorithm.fitness_shaping_fn(None, fitness, None, params)

    @partial(jax.jit, static_argnames="self")
    def _moved(self, noise: jax.Array, candidate: jax.Array, fitness: jax.Array, state: Any) -> Any:
        algorithm, is_better = self._algorithm, fitness < state.best_fitness
        gradient = noise / (algorithm.population_size * state.std)
        updates, opt_state = algorithm.optimizer.update(gradient, state.opt_state, state.mean)
        return state.replace(
            mean=optax.apply_updates(state.mean, updates),
            std=algorithm.std_schedule(state.generation_counter),
            opt_state=opt_state,
            best_solution=jnp.where(is_better, candidate, state.best_solution),
            best_fitness=jnp.where(is_better, fitness, state.best_fitness),
            generation_counter=state.generation_counter + 1,
        )


class StreamedNajarro(_Streamed):
    """`Najarro`."""

    sigma_name = "sigma"

    def tell(
        self, key: jax.Array, genomes: MirroredPopulation, fitness: np.ndarray, state: NajarroState, params: None
    ) -> tuple[NajarroState, dict[str, Any]]:
        """Return the state of the next generation, and no metrics; fitness float32 [population], less is better."""
        squares = genomes.mean_squares.astype(np.float32)
        shaped = self._algorithm.shaped(fitness, squares)
        return self._algorithm.moved(genomes.weighted_noise(np.asarray(shaped)), state), {}
